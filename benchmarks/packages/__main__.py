"""The findings in packages of the registry, judged by running them.

    python benchmarks/packages                       all packages, or those named
    python benchmarks/packages skorch pyod --fixes   and what the fixes change
    python benchmarks/packages --judge-only          what was run before, judged anew

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

import tables
from environment import prepared
from recipe import HERE, Judgement, Recipe, RecipeError, judgements, read
from running import Run, Runner
from verdicts import Judge, Row


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
    return int(any(result["problem"] for result in results))


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
        "fixes": {}, "seconds": 0.0, "disturbed": [],
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
        if options.fixes:
            result["fixes"] = dict(_fixes(runner, plain))
    except (RecipeError, OSError, subprocess.SubprocessError, ValueError) as error:
        result["problem"] = str(error).splitlines()[0]
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


def _fixes(runner: Runner, plain: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, fix_options in (("safe", ()), ("unsafe", ("--unsafe-fixes",))):
        run, difference = runner.fixed(*fix_options)
        hunks = sum(line.startswith("@@") for line in difference.splitlines())
        changed = [] if run is None else _changes(plain, run)
        yield kind, {"hunks": hunks, "changed": changed, "ending": run.ending if run else "same"}


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
