"""Taking up the linter in a project that has findings already."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from flake8_nograd.command import configuration_files

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
ONE = f"{HEAD}print(model(torch.ones(4)).argmax().item())\n"
TWO = f"{ONE}\n\ndef test_it():\n    print(model(torch.ones(4)).argmax().item())\n"
UNKNOWN_OPTION = "[flake8]\nnograd-guard = quiet\nextend-ignore = NGR7\n"


@pytest.fixture
def git(tmp_path):
    def _git(*arguments: str, folder: Path = tmp_path) -> None:
        name = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True)

    _git("init", "-q", "-b", "main")
    return _git


def places(out: str) -> list[str]:
    return [":".join(line.split(":")[:2]) for line in out.splitlines()]


def test_baseline_lets_old_findings_pass(run, write):
    write("pkg/a.py", ONE)
    write("pkg/b.py", TWO)
    wrote = run("--write-baseline", "known.json", ".")
    assert (wrote.code, wrote.out) == (0, "")
    assert wrote.err == "wrote a baseline of 3 findings to known.json\n"
    counts = json.loads(Path("known.json").read_text())["counts"]
    assert counts == {"pkg/a.py": {"NGR102": 1}, "pkg/b.py": {"NGR102": 2}}
    assert run("--check", "--baseline", "known.json", ".").code == 0
    assert run("--baseline", "known.json", ".").err == "nothing to fix in 2 files\n"


def test_baseline_counts_and_does_not_look_at_lines(run, write):
    write("a.py", ONE)
    run("--write-baseline", "known.json", ".")
    write("a.py", "# moved\n\n" + ONE)
    assert run("--check", "--baseline", "known.json", ".").code == 0
    write("a.py", TWO)
    ran = run("--check", "--baseline", "known.json", ".")
    assert (ran.code, places(ran.out)) == (1, ["a.py:5", "a.py:9"])


def test_baseline_holds_from_any_folder(run, write, monkeypatch, tmp_path):
    write("pkg/a.py", ONE)
    run("--write-baseline", "known.json", ".")
    monkeypatch.chdir(tmp_path / "pkg")
    assert run("--check", "--baseline", "../known.json", "a.py").code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "nograd-fix: known.json: No such file or directory\n"),
        ("{", "nograd-fix: known.json:1: not a baseline: Expecting property name"),
        ("[]", "nograd-fix: known.json: not a baseline\n"),
        ('{"version": 9, "counts": {}}', "nograd-fix: known.json: not a baseline of this version"),
        ('{"version": 1, "counts": {"a.py": 3}}', "nograd-fix: known.json: not a baseline"),
    ],
)
def test_baseline_that_is_none(run, write, text, told):
    write("a.py", ONE)
    if text is not None:
        write("known.json", text)
    ran = run("--check", "--baseline", "known.json", ".")
    assert ran.code == 2
    assert ran.err.startswith(told)


def test_only_new_lines_count(run, write, git):
    write("a.py", ONE)
    git("add", ".")
    git("commit", "-qm", "first")
    write("a.py", TWO)
    write("b.py", ONE)
    ran = run("--check", "--diff-base", "main", ".")
    assert places(ran.out) == ["a.py:9", "b.py:5"]
    run("--diff-base", "main", "a.py")
    assert Path("a.py").read_text().count("no_grad") == 1


def test_branch_is_compared_with_where_it_left(run, write, git):
    write("a.py", "import torch\n")
    git("add", ".")
    git("commit", "-qm", "first")
    git("checkout", "-qb", "topic")
    write("b.py", ONE)
    git("add", ".")
    git("commit", "-qm", "mine")
    git("checkout", "-q", "main")
    write("a.py", "import torch\n\nprint(1)\n")
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "topic")
    write("a.py", ONE)
    assert places(run("--check", "--diff-base", "main", ".").out) == ["a.py:5", "b.py:5"]


@pytest.fixture
def elsewhere(tmp_path, write, git) -> Path:
    """Another repository, with a `main` of its own, beside which one works."""
    folder = tmp_path / "elsewhere"
    write("elsewhere/pkg/b.py", ONE)
    git("init", "-q", "-b", "main", folder=folder)
    for each in (folder, tmp_path):
        git("add", "-A", folder=each)
        git("commit", "-qm", "first", "--allow-empty", folder=each)
    write("elsewhere/pkg/b.py", TWO)
    return folder


def test_lines_are_new_in_the_repository_of_the_file(run, elsewhere, monkeypatch):
    check = ("--check", "--diff-base", "main")
    assert places(run(*check, "elsewhere").out) == ["elsewhere/pkg/b.py:9"]
    monkeypatch.setenv("GIT_DIR", ".git")  # as in a hook
    named = run(*check, "--stdin-filename", "elsewhere/pkg/b.py", "-", stdin=TWO.encode())
    assert places(named.out) == ["elsewhere/pkg/b.py:9"]


def test_file_that_is_reached_by_a_link_is_in_the_repository_where_it_is(run, elsewhere, tmp_path):
    (tmp_path / "link.py").symlink_to(elsewhere / "pkg/b.py")
    assert places(run("--check", "--diff-base", "main", "link.py").out) == ["link.py:9"]


def test_file_of_no_repository_is_refused(run, tmp_path, write):
    path = write("a.py", TWO)
    ran = run("--check", "--diff-base", "main", "a.py")
    told = f"nograd-fix: --diff-base main: {path} is in no git repository\n"
    assert (ran.code, ran.out, ran.err) == (2, "", told)
    assert path.read_text() == TWO


def test_shallow_clone_is_told(run, elsewhere, git, tmp_path):
    git("commit", "-qam", "second", folder=elsewhere)
    git("clone", "-q", "--depth", "1", elsewhere.as_uri(), "clone")
    ran = run("--check", "--diff-base", "main~1", "clone")
    assert ran.code == 2
    assert ran.err.endswith("; the clone is shallow, fetch its history (fetch-depth: 0)\n")


def test_histories_that_share_nothing(run, write, git):
    for branch in ("main", "other"):
        git("checkout", "-q", "--orphan", branch)
        git("commit", "-qm", branch, "--allow-empty")
    write("a.py", ONE)
    ran = run("--check", "--diff-base", "main", ".")
    assert (ran.code, "that it shares with HEAD" in ran.err) == (2, True)


def test_without_git(run, write, git, monkeypatch):
    write("a.py", ONE)
    monkeypatch.setenv("PATH", "")
    ran = run("--check", "--diff-base", "main", ".")
    assert (ran.code, ran.err[:44]) == (2, "nograd-fix: --diff-base: git cannot be run (")


def test_revision_that_does_not_exist(run, write, git):
    write("a.py", ONE)
    ran = run("--check", "--diff-base", "nowhere", ".")
    assert ran.code == 2
    assert ran.err.startswith("nograd-fix: --diff-base nowhere: git knows no such revision")


def test_what_matches_nothing_is_told(run, write):
    write("setup.cfg", UNKNOWN_OPTION)
    write("a.py", "import torch\n")
    ran = run("--check", "-q", "--select", "NGR102,NGR22,E501", ".")
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "nograd-fix: warning: select NGR22 matches no rule; did you mean NGR20?",
        "nograd-fix: warning: extend-ignore NGR7 matches no rule",
        "nograd-fix: warning: there is no option nograd-guard; did you mean nograd-guards?",
    ]


def test_options_that_match_nothing_are_those_of_the_file_that_is_read(run, write):
    write("setup.cfg", "[flake8]\n")
    write("other.cfg", UNKNOWN_OPTION)
    write("a.py", "import torch\n")
    assert "there is no option nograd-guard;" in run("--config", "other.cfg", "a.py").err
    assert "nograd-guard" not in run("a.py").err


def test_pyproject_that_nobody_reads_is_told(run, write, monkeypatch):
    monkeypatch.setattr(configuration_files, "is_plugin_installed", lambda: False)
    write("pyproject.toml", '[tool.flake8]\nextend-select = ["NGR"]\n')
    write("a.py", "import torch\n")
    assert "read [tool.flake8] only if Flake8-pyproject is installed" in run(".").err
    assert "Flake8-pyproject" not in run("--isolated", ".").err
    write("pyproject.toml", "[tool.black]\n")
    assert "Flake8-pyproject" not in run(".").err


def test_settings_are_shown(run, write):
    path = write("setup.cfg", "[flake8]\nnograd-guards = still, quiet\nextend-ignore = NGR2\n")
    ran = run("--show-settings", "--select", "NGR", "--exclude", "old")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"config = {path}",
        "filename = *.py",
        "exclude = old",
        "select = NGR",
        "extend-ignore = NGR2",
        "disable-noqa = false",
        "nograd-guards = quiet, still",
        "nograd-project = auto",
        "nograd-torch-version = auto",
    ]


def test_settings_are_shown_to_programs(run, write):
    write("setup.cfg", "[flake8]\nper-file-ignores =\n    a.py: NGR1\n    a.py,b.py: NGR2, NGR3\n")
    ran = run("--show-settings", "--output-format", "json")
    shown = json.loads(ran.out)
    assert shown["per-file-ignores"] == {"a.py": ["NGR1", "NGR2", "NGR3"], "b.py": ["NGR2", "NGR3"]}
    assert (shown["select"], shown["disable-noqa"], shown["nograd-guards"]) == ([], False, [])
    assert run("--show-settings", "--output-format", "sarif").code == 2


@pytest.mark.parametrize("has_plugin", [True, False])
def test_settings_name_the_file_that_they_come_from(run, write, monkeypatch, tmp_path, has_plugin):
    def config(*arguments: str) -> list[str]:
        shown = json.loads(run("--show-settings", "--output-format=json", *arguments).out)
        return [Path(path).relative_to(tmp_path).as_posix() for path in shown["config"]]

    monkeypatch.setattr(configuration_files, "is_plugin_installed", lambda: has_plugin)
    write("pkg/a.py", "")
    write("other.cfg", "[flake8]\n")
    assert config() == []
    write("tox.ini", "[flake8]\n")
    assert (config(), config("--config", "other.cfg")) == (["tox.ini"], ["other.cfg"])
    write("pkg/pyproject.toml", "[tool.flake8]\nselect = ['NGR']\n")
    monkeypatch.chdir(tmp_path / "pkg")
    assert config() == ["pkg/pyproject.toml" if has_plugin else "tox.ini"]
    assert config("--isolated") == []


def test_settings_that_have_no_effect_are_told_where_they_are_shown(run, write):
    write("setup.cfg", UNKNOWN_OPTION)
    assert "there is no option nograd-guard; did you mean nograd-guards?" in (
        run("--show-settings").err
    )


def test_a_family_with_its_letters_in_disorder_is_told(run, write):
    write("clean.py", "x = 1\n")
    told = run("--select", "NRG102", "clean.py").err
    assert "nograd-fix: warning: select NRG102 matches no rule; did you mean NGR102?" in told
