"""Does a safe fix ever change what a program does? Generated programs; run by hand.

    python tests/bench/try_fixes.py 5000 --seed 0 --guard inference_mode --style with --keep FOLDER
    python tests/bench/try_fixes.py 500 --two-files

Each program mixes training and inference; torch runs it before and after the safe fix. Programs
that then do something else are counted by kind; with `--keep` they are shrunk, and the first of
each kind is kept, which takes its time. What torch says of the findings is counted as well, but not
with `--two-files`, where models and helpers that stand alone are imported from a second file. Exit
code 1 if any program changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from mixed_files import try_out_in_two_files
from mixed_programs import Program, generate
from mixed_trials import Trial, changes_behaviour, try_out
from shrinking import shrunk_program, shrunk_text

from flake8_nograd.fixing import Form, Guard, Style


class Tally:
    """What was seen of all programs."""

    def __init__(self, style: Style, keep: Path | None) -> None:
        self._style = style
        self._keep = keep
        self.counts: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.false_alarms: Counter[str] = Counter()
        self.misses: Counter[str] = Counter()

    def add(self, trial: Trial) -> None:
        """Count a trial, and say how its program changed."""
        self.counts["programs"] += 1
        self.counts["run to their end"] += trial.before.succeeds
        self.counts["with a finding"] += bool(trial.findings)
        self.counts["edited by a safe fix"] += trial.is_edited
        self.counts["changed by a safe fix"] += trial.differs
        self.counts["findings"] += len(trial.findings)
        self.counts["false alarms"] += len(trial.false_alarms)
        self.counts["misses"] += len(trial.misses)
        self.false_alarms.update(trial.false_alarms)
        self.misses.update(trial.misses)
        if trial.differs:
            self._explain(trial)

    def _explain(self, trial: Trial) -> None:
        program = trial.program
        if self._keep is not None:
            program = shrunk_program(program, self._shows(program))
        acts = " + ".join(act.label for act in program.acts) or "what is around"
        state = f" | {program.model}" if program.uses_state else ""
        kind = f"{acts} | {program.result or 'no result'}{state}"
        self.changed[kind] += 1
        if self.changed[kind] == 1 and self._keep is not None:
            self._write(program, trial.difference, self._keep)

    def _shows(self, program: Program) -> Callable[[str], bool]:
        path = f"/shrunk/{program.seed}.py"
        return lambda text: changes_behaviour(text, path, self._style)

    def _write(self, program: Program, difference: str, folder: Path) -> None:
        text = shrunk_text(program.text, self._shows(program))
        folder.mkdir(parents=True, exist_ok=True)
        note = f"# {program.kind}\n# {difference.splitlines()[0]}\n"
        (folder / f"mixed_{program.seed}.py").write_text(f"{note}{text}\n")

    def show(self, most: int) -> None:
        """Print the figures and the most frequent kinds."""
        print(", ".join(f"{name}: {count}" for name, count in self.counts.items()))
        for title, kinds in (
            ("changed by a safe fix", self.changed),
            ("false alarms", self.false_alarms),
            ("misses", self.misses),
        ):
            print(f"\n{title}: {sum(kinds.values())}, kinds: {len(kinds)}")
            for kind, count in kinds.most_common(most):
                print(f"{count:6} {kind}")


def try_in_a_folder(seed: int, style: Style) -> Trial | None:
    """Try a program out as two files of a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        return try_out_in_two_files(generate(seed), style, Path(folder))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first program")
    parser.add_argument("--guard", default="no_grad", choices=[item.value for item in Guard])
    parser.add_argument("--style", default="auto", choices=[item.value for item in Form])
    parser.add_argument("--two-files", action="store_true", help="part each program")
    parser.add_argument("--keep", type=Path, help="folder for shrunk programs, one for each kind")
    parser.add_argument("--most", type=int, default=25, help="how many kinds are listed")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    style = Style(Guard(arguments.guard), Form(arguments.style))
    tally, start = Tally(style, arguments.keep), time.monotonic()
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        trial = (
            try_in_a_folder(seed, style) if arguments.two_files else try_out(generate(seed), style)
        )
        if trial is not None:
            tally.add(trial)
    tally.show(arguments.most)
    print(f"\n{time.monotonic() - start:.0f} s")
    return 1 if tally.counts["changed by a safe fix"] else 0


if __name__ == "__main__":
    sys.exit(main())
