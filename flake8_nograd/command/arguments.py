"""The arguments of `nograd-fix`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version

from flake8_nograd.completion import add_completion
from flake8_nograd.fixing import Form, Guard, Style
from flake8_nograd.options import OPTION_TABLE
from flake8_nograd.output import FORMATS

_EPILOG = """\
`nograd-fix server` is the language server for editors (extra: lsp).

exit codes: 0 nothing is left to do, 1 findings are left or (with --check, --diff) a file would
change, 2 a wrong call or a file that cannot be read, parsed or written.

Configuration is flake8's: select, ignore, per-file-ignores, exclude, # noqa and all nograd-*
options mean the same for the linter and for the fixer.
"""
# Handed on to flake8 as they are, so that they mean there and here the same.
_OF_FLAKE8 = (
    ("--select", "CODES", "codes to fix, comma-separated prefixes such as NGR102"),
    ("--ignore", "CODES", "codes not to fix"),
    ("--extend-select", "CODES", "codes to add to the selected ones"),
    ("--extend-ignore", "CODES", "codes to add to the ignored ones"),
    ("--per-file-ignores", "PAIRS", "pairs such as 'scripts/*:NGR1'"),
    ("--exclude", "PATTERNS", "files and directories to leave out"),
    ("--extend-exclude", "PATTERNS", "files and directories to leave out as well"),
    ("--config", "FILE", "the flake8 configuration file to read, and no other"),
)


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line; a wrong one ends the program with exit code 2."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    answers = ("explain", "list_rules", "explain_finding", "show_settings")
    needs_path = not any(getattr(arguments, name) for name in answers)
    if needs_path and not arguments.paths:
        parser.error("no PATH given; use . for the current directory or - for standard input")
    output = FORMATS[arguments.output_format]
    if output.is_document and (arguments.diff or arguments.add_noqa):
        parser.error(
            f"--output-format {arguments.output_format} goes with neither --diff nor --add-noqa"
        )
    if output.is_document and arguments.show_settings and arguments.output_format != "json":
        parser.error("--show-settings prints text, or with --output-format json JSON")
    if "-" in arguments.paths and len(arguments.paths) > 1:
        parser.error("- (standard input) cannot be combined with other paths")
    if arguments.add_noqa and (arguments.check or arguments.diff or "-" in arguments.paths):
        parser.error("--add-noqa writes files; it goes with neither --check, --diff nor -")
    if arguments.write_baseline and (arguments.add_noqa or arguments.diff or arguments.baseline):
        parser.error("--write-baseline goes with neither --add-noqa, --diff nor --baseline")
    return arguments


def parse_for_server(argv: Sequence[str]) -> argparse.Namespace:
    """Parse what follows `nograd-fix server`: the same options, and no paths."""
    parser = _parser("nograd-fix server")
    arguments = parser.parse_args(argv)
    if arguments.paths:
        parser.error("the server is told of files by the editor; it takes no PATH")
    return arguments


def style_of(arguments: argparse.Namespace) -> Style:
    """What the arguments ask of a fix."""
    return Style(Guard(arguments.guard), Form(arguments.style), arguments.unsafe_fixes)


def for_flake8(arguments: argparse.Namespace) -> list[str]:
    """The arguments that flake8 has to know to read its configuration."""
    argv = ["--isolated"] if arguments.isolated else []
    argv += ["--disable-noqa"] if arguments.disable_noqa else []
    flags = [flag for flag, *_ in _OF_FLAKE8] + [row.flag for row in OPTION_TABLE]
    for flag in flags:
        value = getattr(arguments, flag.removeprefix("--").replace("-", "_"))
        if value is not None:
            argv.append(f"{flag}={value}")
    return argv


def _parser(program: str = "nograd-fix") -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Put torch.no_grad() around PyTorch forward passes whose graph nobody needs.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, directories, or - (stdin)")
    number = version("flake8-nograd")
    parser.add_argument("--version", action="version", version=f"%(prog)s {number}")
    _add_actions(parser.add_argument_group("what to do (default: fix the files)"))
    _add_fixes(parser.add_argument_group("fixes"))
    _add_selection(parser.add_argument_group("findings and files"))
    _add_output(parser.add_argument_group("output"))
    return parser


def _add_actions(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--check", action="store_true", help="write nothing, list all findings")
    group.add_argument("--diff", action="store_true", help="write nothing, show what would change")
    group.add_argument(
        "--add-noqa", action="store_true", help="fix nothing, add '# noqa: CODE' to each finding"
    )
    group.add_argument("--explain", metavar="CODE", help="print the documentation of a rule")
    group.add_argument(
        "--explain-finding", metavar="FILE:LINE", help="say why a line is reported or is not"
    )
    group.add_argument("--list-rules", action="store_true", help="list all rules")
    group.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="fix nothing, write how many findings there are, for --baseline",
    )
    group.add_argument(
        "--show-settings", action="store_true", help="print the configuration that holds"
    )
    add_completion(group)


def _add_fixes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="also fix where it is not certain that nobody differentiates a result",
    )
    group.add_argument(
        "--guard",
        choices=[guard.value for guard in Guard],
        default=Guard.NO_GRAD.value,
        help="what to insert; inference_mode only where it is safe (default: no_grad)",
    )
    group.add_argument(
        "--style",
        choices=[form.value for form in Form],
        default=Form.AUTO.value,
        help="auto: a decorator on functions that are all inference, else a with statement;"
        " with: never a decorator; decorator: also on functions such as main (default: auto)",
    )


def _add_selection(group: argparse._ArgumentGroup) -> None:
    for flag, metavar, text in _OF_FLAKE8:
        group.add_argument(flag, metavar=metavar, help=text)
    group.add_argument("--isolated", action="store_true", help="read no configuration file")
    group.add_argument(
        "--force-exclude", action="store_true", help="exclude files named on the command line too"
    )
    group.add_argument(
        "--stdin-filename",
        "--stdin-display-name",
        metavar="NAME",
        default="stdin",
        help="the name of what is read from standard input",
    )
    group.add_argument("--disable-noqa", action="store_true", help="disregard '# noqa'")
    group.add_argument("-j", "--jobs", metavar="N", type=_jobs, help="processes (default: auto)")
    group.add_argument(
        "--executor",
        metavar="MODULE:FACTORY",
        help="a function that makes the concurrent.futures.Executor to use instead of processes",
    )
    group.add_argument(
        "--baseline",
        metavar="FILE",
        help="pass over findings that --write-baseline counted; one more in a file shows them all",
    )
    group.add_argument(
        "--diff-base",
        metavar="REV",
        help="only findings on lines that are new since this branch left REV (git)",
    )
    for row in OPTION_TABLE:
        group.add_argument(row.flag, metavar=row.metavar, help=row.help)


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output-format",
        choices=list(FORMATS),
        default="concise",
        help="how findings are listed (default: concise)",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit 0 even if findings are left")
    group.add_argument(
        "--exit-non-zero-on-fix", action="store_true", help="exit 1 if a file was changed"
    )
    group.add_argument("--statistics", action="store_true", help="count the findings of each code")
    group.add_argument("-q", "--quiet", action="store_true", help="no summary")
    group.add_argument("-v", "--verbose", action="store_true", help="tell of every fix")
    group.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="colours in findings and diffs (default: auto, which honours NO_COLOR)",
    )


def _jobs(text: str) -> int | None:
    """The number of processes; None to let the program choose."""
    if text == "auto":
        return None
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither a positive number nor auto")
