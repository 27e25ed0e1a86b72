"""A pytest session under the recorder, in one process or in the workers of pytest-xdist."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from flake8_nograd.trace.first_import import when_imported
from flake8_nograd.trace.hook_warning import MESSAGE
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.sites import Place, Site, merged
from flake8_nograd.trace.table import wasted_table
from flake8_nograd.trace.whole_file import JsonFile

_KEY = "nograd_trace"


class TracedSession:
    """From pytest's start, or the first import of torch, to the summary."""

    def __init__(self, config: pytest.Config, *, fails: bool, json: str | None) -> None:
        """`fails` makes wasted forward passes fail a session that went well otherwise."""
        self._config = config
        self._fails = fails
        self._recording = ExitStack()
        self._report = Report()
        self._test_files: set[str] = set()
        self._sites: list[Site] = []
        self._nested = json is not None
        self._json = self._opened(json)
        # Around each test pytest puts the filters of its own configuration.
        config.addinivalue_line("filterwarnings", f"ignore:{MESSAGE}")
        self._recording.callback(when_imported("torch", self._start))

    def _start(self) -> None:
        from flake8_nograd.trace.recorder import TorchTooOldError, recording

        try:
            self._report = self._recording.enter_context(
                recording(nested=self._nested, progress=self._write_progress)
            )
        except TorchTooOldError as error:
            pytest.exit(f"--nograd-trace: {error}", returncode=pytest.ExitCode.USAGE_ERROR)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Remember which files hold tests; a doctest stands in the code under test."""
        if isinstance(item, pytest.Function):
            self._test_files.add(str(item.path))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over what a worker of pytest-xdist saw; one that crashed saw nothing."""
        self._sites += pickle.loads(getattr(node, "workeroutput", {}).get(_KEY, _NOTHING))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the recording; a worker hands it over, everybody else judges it."""
        self._recording.close()
        self._sites += self._of_code_under_test(self._report).all_sites
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[_KEY] = pickle.dumps(self._sites)
            return
        self._sites = merged(self._sites)
        self._write(Report(self._sites, self._report.backward_runs), complete=True)
        if self._has_failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the table."""
        terminalreporter.write_sep("=", "nograd-trace")
        terminalreporter.write_line(wasted_table(self._outermost).plain())
        if self._has_failed:
            terminalreporter.write_line("FAILED by --nograd-trace=fail", red=True)

    @property
    def _has_failed(self) -> bool:
        return self._fails and any(site.is_waste for site in self._outermost)

    @property
    def _outermost(self) -> Sequence[Site]:
        return Report(self._sites).sites

    def _opened(self, json: str | None) -> JsonFile | None:
        if json is None or hasattr(self._config, "workerinput"):  # workers hand over what they see
            return None
        try:
            return JsonFile(json)
        except OSError as error:
            raise pytest.UsageError(f"--nograd-trace-json: {json}: {error.strerror}") from error

    def _write_progress(self, report: Report) -> None:
        self._write(self._of_code_under_test(report), complete=False)

    def _write(self, report: Report, *, complete: bool) -> None:
        if self._json is not None:
            self._json.write(report, complete=complete)

    def _of_code_under_test(self, report: Report) -> Report:
        return report.selected(lambda place: not self._is_test(place))

    def _is_test(self, place: Place) -> bool:
        if place.path.startswith("<doctest"):
            return True
        return place.path in self._test_files or Path(place.path).name == "conftest.py"


_NOTHING = pickle.dumps([])
