"""The arguments of `nograd-survey`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version

from flake8_nograd.completion import add_completion

_OVERVIEW = """\
Look at all Python files of a data set: a folder of Parquet files or of JSON lines with the columns
path and content. Nothing is run, and each file is looked at alone.
"""
_OF_FLAKE8 = ("--select", "--ignore")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; a wrong one ends the program with exit code 2."""
    parser = argparse.ArgumentParser(
        prog="nograd-survey", description=_OVERVIEW, allow_abbrev=False
    )
    parser.add_argument("data", nargs="+", metavar="DATA", help="folders or files")
    add_completion(parser)
    number = version("flake8-nograd")
    parser.add_argument("--version", action="version", version=f"%(prog)s {number}")
    _add_columns(parser.add_argument_group("columns"))
    _add_findings(parser.add_argument_group("findings"))
    _add_work(parser.add_argument_group("work"))
    _add_output(parser.add_argument_group("output"))
    return parser.parse_args(argv)


def for_flake8(arguments: argparse.Namespace) -> list[str]:
    """What flake8 has to know; no configuration of this machine belongs to the data set."""
    argv = ["--isolated", "--nograd-project=off", "--nograd-torch-version=newest"]
    argv += ["--disable-noqa"] if arguments.disable_noqa else []
    for flag in _OF_FLAKE8:
        value = getattr(arguments, flag.removeprefix("--"))
        argv += [f"{flag}={value}"] if value is not None else []
    return argv


def _add_columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--content-column", metavar="NAME", default="content", help="the sources (content)"
    )
    group.add_argument(
        "--path-column",
        metavar="NAME",
        help="their paths (path, max_stars_repo_path or file_path, whichever is there)",
    )
    group.add_argument(
        "--repository-column",
        metavar="NAME",
        help="whose they are (repository, repo_name, repo or max_stars_repo_name if one is there,"
        " else the first part of the path)",
    )


def _add_findings(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--select", metavar="CODES", help="codes to look for, as for flake8")
    group.add_argument("--ignore", metavar="CODES", help="codes to pass over, as for flake8")
    group.add_argument("--disable-noqa", action="store_true", help="disregard '# noqa'")


def _add_work(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-j", "--jobs", metavar="N", type=_number, help="processes (default: one for each core)"
    )
    group.add_argument(
        "--executor",
        metavar="MODULE:FACTORY",
        help="a function that makes the concurrent.futures.Executor to use instead of processes",
    )
    group.add_argument(
        "--window",
        metavar="N",
        type=_number,
        help="groups of files that are under way at one time (default: 4 for each core of this"
        " machine); an executor on many machines wants more",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--json", metavar="FILE", help="write the counts as JSON")
    group.add_argument("--findings", metavar="FILE", help="write every finding as JSON lines")
    group.add_argument("--repositories", metavar="FILE", help="write every repository as CSV")
    group.add_argument("--svg", metavar="FILE", help="draw a chart")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")


def _number(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
