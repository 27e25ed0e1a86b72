"""What the linter costs beside flake8 alone and beside others; run by hand.

    python tests/bench trees --tree timm PATH --tree examples PATH PATH --json figures.json
    python tests/bench inside --tree timm PATH --tree examples PATH
    python tests/bench chart figures.json docs/speed.svg
    python tests/bench editor SCRIPT.py
    python tests/bench scaling

Each tool lives in a virtual environment of its own below `--environments`, where pip puts it when
it is missing. Times are user CPU of whole processes with one job, run in turn; the least of the
repeats counts, and the median beside it tells how noisy the machine was. `inside` counts the CPU
of the plugin inside of one process, over that of the rest of flake8, which is far steadier; each
tree is checked from within, so that the project is in view.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import chart
import generated
import shapes
from environments import ALONE, PLUGIN, TOOLS, Environments
from measuring import Summary, interleaved

_IN_PROCESS = Path(__file__).with_name("in_process.py")
_CHECK_ONCE = Path(__file__).with_name("check_once.py")
_WITHOUT_TORCH = "import json\n\n\ndef parsed(text):\n    return json.loads(text)\n"
_UNWANTED = ("libcst", "flake8_nograd.torch_model", "flake8_nograd.flow", "flake8_nograd.rules")
_STEPS: dict[str, tuple[Callable[[int], str], Sequence[int]]] = {
    "lines of one file": (generated.file_of_functions, (1000, 4000, 16000, 64000)),
    "lines of one function": (generated.one_long_function, (1000, 4000, 16000, 64000)),
    "nesting depth": (generated.nested, (1, 10, 25, 50)),
    "functions that call each other": (generated.mutual_calls, (125, 500, 2000)),
    "loops in loops": (generated.loops_in_loops, (30, 120, 500)),
    **{shape.__name__: (shape, (500, 1000, 2000)) for shape in shapes.SHAPES},
}


def main() -> None:
    """Read the command line and run what it asks for."""
    arguments = _parser().parse_args()
    arguments.run(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    modes = parser.add_subparsers(required=True)

    def mode(
        name: str, run: Callable[[argparse.Namespace], None], repeat: int
    ) -> argparse.ArgumentParser:
        sub = modes.add_parser(name)
        sub.set_defaults(run=run)
        if repeat:
            sub.add_argument("--repeat", type=int, default=repeat)
            default = Path(tempfile.gettempdir(), "flake8-nograd-bench")
            sub.add_argument("--environments", type=Path, default=default)
        return sub

    trees = mode("trees", _trees, repeat=3)
    trees.add_argument("--tree", nargs="+", action="append", required=True, metavar="NAME PATH")
    trees.add_argument("--tools", nargs="+", default=[tool.name for tool in TOOLS])
    trees.add_argument("--json", type=Path, help="write the ratios here")
    inside = mode("inside", _inside, repeat=5)
    inside.add_argument("--tree", nargs=2, action="append", required=True, metavar=("NAME", "PATH"))
    mode("editor", _editor, repeat=30).add_argument("script", type=Path)
    mode("scaling", _scaling, repeat=3)
    drawing = mode("chart", _chart, repeat=0)
    drawing.add_argument("figures", type=Path)
    drawing.add_argument("svg", type=Path)
    return parser


def _trees(arguments: argparse.Namespace) -> None:
    environments = Environments(arguments.environments)
    tools = [tool for tool in TOOLS if tool.name in arguments.tools or tool is ALONE]
    versions = environments.versions(tools)
    print(versions)
    ratios = {}
    for name, *paths in arguments.tree:
        found = interleaved([environments.command(tool, paths) for tool in tools], arguments.repeat)
        _print_table(name, found)
        base = found[ALONE.name]
        ratios[name] = {tool: summary.user / base.user for tool, summary in found.items()}
    if arguments.json:
        arguments.json.write_text(json.dumps({"versions": versions, "ratios": ratios}, indent=1))


def _inside(arguments: argparse.Namespace) -> None:
    """What the plugin takes of one process that runs flake8."""
    python = Environments(arguments.environments).python(PLUGIN.environment)
    print(f"{'':20s}   ours s   rest s  ratio   peak MB  ratio")
    for name, path in arguments.tree:
        runs: dict[str, list[dict[str, float]]] = {"with": [], "without": []}
        for _ in range(arguments.repeat):
            for kind, found in runs.items():
                argv = (python, _IN_PROCESS, kind, ".")
                done = subprocess.run(argv, cwd=path, capture_output=True, text=True, check=True)
                found.append(json.loads(done.stdout))
        ours = min(run["ours"] for run in runs["with"])
        rest = min(run["rest"] for found in runs.values() for run in found)
        peak, alone = (min(run["peak"] for run in found) for found in runs.values())
        print(
            f"{name:20s} {ours:8.2f} {rest:8.2f} {ours / rest:6.3f}"
            f" {peak / 1e6:9.1f} {peak / alone:6.2f}",
            flush=True,
        )


def _print_table(title: str, found: dict[str, Summary]) -> None:
    base = found[ALONE.name]
    print(f"\n{title:28s}    user s  ratio  (median)   peak MB  ratio")
    for name, item in found.items():
        print(
            f"  {name:26s} {item.user:9.2f} {item.user / base.user:6.3f}"
            f"  ({item.median / base.median:6.3f})"
            f" {item.peak / 1e6:9.1f} {item.peak / base.peak:6.2f}",
            flush=True,
        )


def _editor(arguments: argparse.Namespace) -> None:
    """One script through standard input, then a file without torch, as an editor checks them."""
    environments = Environments(arguments.environments)

    def both(script: Path) -> dict[str, Summary]:
        paths = (f"--stdin-display-name={script}", "-")
        commands = [environments.command(tool, paths, script) for tool in (ALONE, PLUGIN)]
        return interleaved(commands, arguments.repeat)

    _print_table(f"{arguments.script.name} through stdin", both(arguments.script))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "without_torch.py")
        script.write_text(_WITHOUT_TORCH)
        found = both(script)
        _print_table("a file without torch", found)
        extra = found[PLUGIN.name].cpu - found[ALONE.name].cpu
        print(f"  {extra * 1000:.1f} ms of user and system CPU above flake8 alone")
        print(f"  imported in vain: {_imported_in_vain(environments, script) or 'nothing'}")


def _imported_in_vain(environments: Environments, script: Path) -> list[str]:
    code = (
        "import sys\nfrom flake8.main.cli import main\nmain(sys.argv[1:])\n"
        f"print([name for name in {_UNWANTED} if name in sys.modules])"
    )
    argv = (environments.python(PLUGIN.environment), "-c", code, "--isolated", "--jobs=1", script)
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.replace("'", '"'))
    return names


def _scaling(arguments: argparse.Namespace) -> None:
    """The engine's own time for each line of programs that grow."""
    python = Environments(arguments.environments).python(PLUGIN.environment)
    for name, (program, sizes) in _STEPS.items():
        with tempfile.TemporaryDirectory() as folder:
            files = {size: Path(folder, f"{size}.py") for size in sizes}
            for size, path in files.items():
                path.write_text(program(size))
            seconds = _least_seconds(python, files, arguments.repeat)
            print(f"\n{name:>30s}    lines        s  µs a line")
            each = []
            for size, path in files.items():
                lines = path.read_text().count("\n")
                each.append(seconds[size] / lines * 1e6)
                print(f"{size:30d} {lines:8d} {seconds[size]:8.3f} {each[-1]:10.1f}", flush=True)
            print(f"{'most / least':>49s} {max(each) / min(each):9.2f}")


def _least_seconds(python: str, files: dict[int, Path], repeat: int) -> dict[int, float]:
    seconds = dict.fromkeys(files, float("inf"))
    for _ in range(repeat):
        for size, path in files.items():
            argv = (python, _CHECK_ONCE, path)
            done = subprocess.run(argv, capture_output=True, text=True, check=True)
            seconds[size] = min(seconds[size], float(done.stdout))
    return seconds


def _chart(arguments: argparse.Namespace) -> None:
    figures = json.loads(arguments.figures.read_text())
    title = "User CPU, in multiples of flake8 alone (shorter is better)"
    arguments.svg.write_text(chart.draw(figures["ratios"], title, figures["versions"]))


if __name__ == "__main__":
    main()
