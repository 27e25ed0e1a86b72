"""The findings in packages of the registry, judged by running them.

    python benchmarks/packages                       all packages, or those named
    python benchmarks/packages skorch pyod --fixes   and what the fixes change
    python benchmarks/packages --judge-only          what was run before, judged anew
    python benchmarks/packages zuko --check          a test: safe fixes change nothing, and so on

Each package gets an environment of its own below `--work`, where pip puts it when it is missing.
What was run is kept there and run again with `--again` only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import checks
import tables
from environment import prepared
from recipe import HERE, Judgement, Recipe, RecipeError, RegistryError, judgements, read
from running import Run, Runner
from verdicts import Judge, Row

_FIX_OPTIONS: dict[str, tuple[str, ...]] = {"safe": (), "unsafe": ("--unsafe-fixes",)}


def main() -> int:
    """Run what is asked for; 1 if a package could not be judged, 2 if a file cannot be used."""
    options = _parser().parse_args()
    try:
        recipes = read(options.recipes, options.names)
        judged = judgements(options.judgements)
    except RecipeError as error:
        print(error, file=sys.stderr)
        return 2
    results = []
    for recipe in recipes:
        print(f"{recipe.name} {recipe.version}", file=sys.stderr, flush=True)
        results.append(_result(recipe, judged, options))
    print(tables.by_kind(results))
    print(tables.details(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    if options.check:
        return _checked(results)
    return int(any(result["problem"] for result in results))


def _checked(results: Sequence[dict[str, Any]]) -> int:
    for result in results:
        if result["is_unreachable"]:
            print(f"{result['package']}: skipped, {result['problem']}", file=sys.stderr)
    failed = checks.failures(results)
    print(*failed, sep="\n", end="\n" if failed else "", file=sys.stderr)
    return int(bool(failed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python benchmarks/packages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages; all if none is named")
    parser.add_argument("--fixes", action="store_true", help="also apply the fixes and run again")
    parser.add_argument("--again", action="store_true", help="run also what was run before")
    parser.add_argument("--judge-only", action="store_true", help="run nothing")
    parser.add_argument(
        "--check", action="store_true",
        help="apply the safe fixes; fail if they or the recorder change anything, if a finding"
        " speaks of a graph that is used, or if nothing is found; pass without a registry",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rows to FILE as well")
    parser.add_argument("--work", type=Path, default=Path(".packages"), help="default: .packages")
    parser.add_argument("--recipes", type=Path, default=HERE / "recipes.toml")
    parser.add_argument("--judgements", type=Path, default=HERE / "judgements.toml")
    return parser


def _result(
    recipe: Recipe, judged: Sequence[Judgement], options: argparse.Namespace
) -> dict[str, Any]:
    """All that is known of a package, in plain values; `problem` says what went wrong."""
    result: dict[str, Any] = {
        "package": recipe.name, "version": recipe.version, "problem": "", "rows": [],
        "fixes": {}, "seconds": 0.0, "disturbed": [], "is_unreachable": False,
    }  # fmt: skip
    work = options.work.resolve()
    if options.judge_only and not (work / recipe.name / "run-traced" / "run.json").exists():
        return {**result, "problem": "not run"}
    try:
        place = prepared(recipe, work)
        runner = Runner(recipe, place, options.again)
        plain, traced = runner.plain(), runner.traced()
        rows = list(_rows(recipe, place.package(recipe), judged, runner, plain, traced))
        result["rows"] = [row.as_json() for row in rows]
        result["seconds"] = plain.seconds + traced.seconds
        result["problem"] = _problem(recipe, plain, traced)
        result["disturbed"] = _changes(plain, traced)
        for kind in _wanted_fixes(options):
            result["fixes"][kind] = _fixed(runner, plain, kind)
    except (RecipeError, OSError, subprocess.SubprocessError, ValueError) as error:
        result["problem"] = str(error).splitlines()[0]
        result["is_unreachable"] = isinstance(error, RegistryError)
    return result


def _rows(
    recipe: Recipe, package: Path, judged: Sequence[Judgement], runner: Runner, plain: Run,
    traced: Run,
) -> Iterator[Row]:  # fmt: skip
    judge = Judge(recipe, package, judged)
    yield from judge.rows(traced.out / "trace.json", runner.executed(plain))


def _problem(recipe: Recipe, *runs: Run) -> str:
    for run in runs:
        if not run.is_complete:
            return f"{run.out.name}: out of time"
        if not recipe.tests and run.ending != "exit code 0":
            return f"{run.out.name}: {run.ending}"
        if not run.outcomes:
            return f"{run.out.name}: nothing ran, {run.ending}"
    return ""


def _wanted_fixes(options: argparse.Namespace) -> Sequence[str]:
    if options.fixes:
        return tuple(_FIX_OPTIONS)
    return ("safe",) if options.check else ()


def _fixed(runner: Runner, plain: Run, kind: str) -> dict[str, Any]:
    run, difference = runner.fixed(*_FIX_OPTIONS[kind])
    hunks = sum(line.startswith("@@") for line in difference.splitlines())
    changed = [] if run is None else _changes(plain, run)
    return {"hunks": hunks, "changed": changed, "ending": run.ending if run else "same"}


def _changes(before: Run, after: Run) -> list[str]:
    """Which tests, or printed lines of a driver, are not what they were."""
    names = dict.fromkeys([*before.outcomes, *after.outcomes])
    changed = [
        f"{name}: {before.outcomes.get(name, 'absent')} -> {after.outcomes.get(name, 'absent')}"
        for name in names
        if before.outcomes.get(name) != after.outcomes.get(name)
    ]
    if before.ending != after.ending:
        changed.append(f"{before.ending} -> {after.ending}")
    return changed


if __name__ == "__main__":
    sys.exit(main())
