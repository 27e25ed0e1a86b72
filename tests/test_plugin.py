"""The plugin inside flake8: configuration, places, silence, and what is imported for it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from textwrap import dedent

import pytest
from real_flake8 import run_flake8

FLAGGED = dedent(
    """\
    import torch
    from torch import nn

    model = nn.Linear(4, 2).eval()
    print(model(torch.ones(4)).argmax().item())
    """
)
# For each option: a value, a program, and its codes without and with that value.
OPTIONS = {
    "nograd-model-factories": (
        "build",
        """\
        import torch
        from lab import build

        thing = build()


        def validate(x):
            return thing(x).argmax(1).item()
        """,
        [],
        ["NGR103"],
    ),
    "nograd-guards": (
        "quiet",
        """\
        import torch
        from torch import nn
        from lab import quiet

        model = nn.Linear(4, 2).eval()
        with quiet():
            print(model(torch.ones(4)).argmax().item())
        """,
        ["NGR102"],
        [],
    ),
    "nograd-inference-functions": (
        "survey",
        """\
        import torch
        from torch import nn

        model = nn.Linear(4, 2)


        def survey(x):
            return model(x)
        """,
        [],
        ["NGR103"],
    ),
    "nograd-training-calls": (
        "push",
        """\
        import torch
        from torch import nn
        from lab import push

        model = nn.Linear(4, 2).eval()
        loss = model(torch.ones(4)).sum()
        push(loss)
        print(loss.item())
        """,
        ["NGR102"],
        [],
    ),
}
each_option = pytest.mark.parametrize("option", OPTIONS)


@pytest.fixture
def write(tmp_path):
    """Write a file into the temporary directory."""

    def _write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return path

    return _write


@each_option
@pytest.mark.parametrize("config", ["setup.cfg", "tox.ini", ".flake8"])
def test_options_in_configuration_files(option, config, tmp_path, write):
    value, program, without, with_value = OPTIONS[option]
    write("program.py", program)
    assert run_flake8("program.py", folder=tmp_path).codes == without
    write(config, f"[flake8]\n{option} =\n    another.name,\n    {value}\n")
    assert run_flake8("program.py", folder=tmp_path).codes == with_value


@each_option
def test_options_on_the_command_line(option, tmp_path, write):
    value, program, _, with_value = OPTIONS[option]
    write("program.py", program)
    assert run_flake8(f"--{option}={value}", "program.py", folder=tmp_path).codes == with_value


@each_option
def test_wrong_value_is_named_and_ends_the_run(option, tmp_path, write):
    write("program.py", FLAGGED)
    write(".flake8", f"[flake8]\n{option} = load-model\n")
    run = run_flake8("program.py", folder=tmp_path)
    assert run.exit_code == 1
    assert f"--{option}: 'load-model' is not a name" in run.out + run.err
    assert "Traceback" not in run.out + run.err


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("print(model(torch.ones(4)).argmax().item())", 7),
        ('print("é", model(torch.ones(4)).argmax().item())', 12),
        ("print('\\N{DIGIT ONE}', '日本', model(torch.ones(4)).argmax().item())", 30),
        ("if True: print(f'{1}', model(torch.ones(4)).argmax().item())", 24),
    ],
)
def test_columns_count_characters(line, column, tmp_path, write):
    program = FLAGGED.splitlines()[:-1]
    write("program.py", "\n".join([*program, line, ""]))
    (found,) = run_flake8("program.py", folder=tmp_path).findings("program.py")
    assert (found.line, found.column) == (5, column)


@pytest.mark.parametrize(
    "data",
    [
        FLAGGED.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + FLAGGED.encode(),
        ("# coding: latin-1\n" + FLAGGED.replace("print(", "print('é', ")).encode("latin-1"),
        FLAGGED.rstrip("\n").encode(),
    ],
    ids=["CRLF", "BOM", "latin-1", "no newline at the end"],
)
def test_bytes_of_all_kinds(data, tmp_path, write):
    write("program.py", data)
    assert run_flake8("program.py", folder=tmp_path).codes == ["NGR102"]


def test_standard_input_under_a_display_name(tmp_path):
    run = run_flake8("--stdin-display-name", "shown.py", "-", folder=tmp_path, stdin=FLAGGED)
    assert [(found.line, found.column) for found in run.findings("shown.py")] == [(5, 7)]
    assert run.err == ""


def test_noqa_stands_on_the_first_line_of_the_call(tmp_path, write):
    over_lines = FLAGGED.replace("print(model(", "out = model({}\n    ").replace(
        ").arg", "{}\n).arg"
    )
    over_lines = over_lines.replace(".item())", ".item()")
    write("first.py", over_lines.format("  # noqa: NGR102", ""))
    write("last.py", over_lines.format("", "  # noqa: NGR102"))
    run = run_flake8("first.py", "last.py", folder=tmp_path)
    assert [found.line for found in run.findings("first.py")] == []
    assert [found.line for found in run.findings("last.py")] == [5]


def test_ignored_codes_and_files(tmp_path, write):
    write("program.py", FLAGGED)
    assert run_flake8("--extend-ignore=NGR102", "program.py", folder=tmp_path).codes == []
    ignores = "--per-file-ignores=program.py:NGR1"
    assert run_flake8(ignores, "program.py", folder=tmp_path).codes == []


def test_processes_agree_with_one(tmp_path, write):
    names = [f"program_{number}.py" for number in range(6)]
    for name in names:
        write(name, FLAGGED)
    one, two = (run_flake8(jobs, *names, folder=tmp_path) for jobs in ("--jobs=1", "--jobs=2"))
    assert one.codes == ["NGR102"] * len(names)
    assert sorted(two.out.splitlines()) == sorted(one.out.splitlines())


def test_flake8_tells_our_version(tmp_path):
    assert f"flake8-nograd: {version('flake8-nograd')}" in run_flake8(
        "--version", folder=tmp_path
    ).out.replace("\n", " ")


def modules_after_a_run(path: Path) -> set[str]:
    code = (
        "import json, sys\n"
        "from flake8.main.cli import main\n"
        "main(['--isolated', '--jobs=1', '--select=NGR', '--exit-zero', sys.argv[1]])\n"
        "json.dump(sorted(sys.modules), sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr))


def test_a_file_without_torch_costs_no_analysis(write):
    modules = modules_after_a_run(write("plain.py", "import math\n\nprint(math.tau)\n"))
    parts = {f"flake8_nograd.{part}" for part in ("flow", "torch_model", "rules", "fixing")}
    assert "flake8_nograd.plugin" in modules
    assert modules.isdisjoint(parts)


def test_the_plugin_imports_nothing_heavy(write):
    modules = modules_after_a_run(write("program.py", FLAGGED))
    assert "flake8_nograd.torch_model" in modules
    assert "flake8_nograd.fixing.planning" in modules
    assert modules.isdisjoint({"libcst", "rich", "pathspec", "torch", "pygls", "lsprotocol"})
    ours = ("fix_engine", "fixing.rewriting", "quick_fix", "output", "command", "report", "lsp")
    assert modules.isdisjoint(f"flake8_nograd.{part}" for part in ours)


def test_the_cure_spares_what_is_silenced(write):
    path = write(
        "program.py",
        """\
        import torch
        from torch import nn

        model = nn.Linear(4, 2).eval()


        def test(x):
            print(model(x).argmax().item())
            print(model(x + 1).argmax().item())  # noqa: NGR102
            return x
        """,
    )

    def cure(*arguments: str) -> str:
        run = run_flake8("--isolated", *arguments, path.name, folder=path.parent)
        (told,) = run.findings(path.name)
        return told.message.rpartition("; ")[2]

    assert cure() == "wrap it in `with torch.no_grad():`"
    assert cure("--disable-noqa") == "decorate test() with `@torch.no_grad()`"


def test_a_noqa_silences_the_line_it_stands_on_only(write):
    path = write(
        "program.py",
        """\
        import torch
        from torch import nn

        model = nn.Linear(4, 2).eval()


        def test(first, second, third):
            for x in first:
                print(model(x).argmax().item())  # noqa: NGR102
            for x in second:
                print(model(x).argmax().item())  # noqa
            for x in third:
                print(model(x).argmax().item())  # noqa: E501
        """,
    )

    def lines(*arguments: str) -> list[int]:
        run = run_flake8("--isolated", *arguments, path.name, folder=path.parent)
        return [found.line for found in run.findings(path.name)]

    assert lines() == [13]
    assert lines("--disable-noqa") == [9]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), []),
        (("--ignore=E501",), []),
        (("--extend-select=NGR9",), ["NGR901"]),
        (("--extend-select=NGR901",), ["NGR901"]),
        (("--extend-select=NGR9", "--extend-ignore=NGR901"), []),
    ],
)
def test_what_is_off_by_default_has_to_be_named(arguments, expected, tmp_path, write):
    path = write(
        "nested.py",
        """\
        import torch
        from torch import nn

        model = nn.Linear(4, 2)
        with torch.inference_mode():
            with torch.inference_mode():
                print(model(torch.ones(4)))
        """,
    )
    assert run_flake8("--isolated", *arguments, path.name, folder=tmp_path).codes == expected
