"""What the command does: fix, check, show the difference, filter; and how it exits."""

from __future__ import annotations

import pytest

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
SAFE = f"{HEAD}print(model(torch.ones(4)).argmax().item())\n"
SAFE_FIXED = f"{HEAD}with torch.no_grad():\n    print(model(torch.ones(4)).argmax().item())\n"
UNSAFE = f"{HEAD}\n\ndef predict(x):\n    return model.eval()(x)\n"
UNSAFE_FIXED = f"{HEAD}\n\n@torch.no_grad()\ndef predict(x):\n    return model.eval()(x)\n"
CLEAN = "import torch\n\nprint(torch.ones(2).sum().item())\n"
LAMBDA = f"{HEAD}key = lambda x: model(x).argmax().item()\n"


def test_safe_finding_is_fixed(run, write):
    path = write("a.py", SAFE)
    ran = run("a.py")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "fixed 1 finding in 1 file\n"
    assert path.read_text() == SAFE_FIXED


@pytest.mark.filterwarnings("error")
def test_warnings_of_the_program_are_not_ours(run, write):
    write("a.py", SAFE + 'pattern = "\\*"\n')
    assert run("a.py").err == "fixed 1 finding in 1 file\n"


def test_second_run_has_nothing_to_do(run, write):
    path = write("a.py", SAFE_FIXED)
    ran = run("a.py")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to fix in 1 file\n")
    assert path.read_text() == SAFE_FIXED


def test_unsafe_fix_is_held_back_and_told(run, write):
    path = write("a.py", UNSAFE)
    ran = run("a.py")
    assert ran.code == 1
    assert ran.out.startswith("a.py:8:12: NGR10")
    assert "(unsafe: a result is returned to callers outside the file) [unsafe fix" in ran.out
    assert ran.err == "1 finding left, 1 unsafe fix not applied (--unsafe-fixes)\n"
    assert path.read_text() == UNSAFE


def test_unsafe_fix_on_request(run, write):
    path = write("a.py", UNSAFE)
    assert run("--unsafe-fixes", "a.py").code == 0
    assert path.read_text() == UNSAFE_FIXED


def test_finding_without_a_fix_is_told_with_the_reason(run, write):
    path = write("a.py", LAMBDA)
    ran = run("--unsafe-fixes", "a.py")
    assert ran.code == 1
    assert "no guard fits there: the forward pass runs when the lambda is called" in ran.out
    assert ran.out.endswith(" [no fix]\n")
    assert path.read_text() == LAMBDA


def test_places_of_findings_that_are_left_are_those_of_the_written_file(run, write):
    write("a.py", SAFE + LAMBDA.removeprefix(HEAD))
    assert run("a.py").out.startswith("a.py:7:17: ")


def test_check_writes_nothing_and_lists_all(run, write):
    path = write("a.py", SAFE + LAMBDA.removeprefix(HEAD))
    ran = run("--check", "a.py")
    assert ran.code == 1
    assert [line.split(" ")[0] for line in ran.out.splitlines()] == ["a.py:5:7:", "a.py:6:17:"]
    assert "[safe fix: " in ran.out
    assert ran.err == "would fix 1 finding in 1 file, 1 finding left\n"
    assert path.read_text() == SAFE + LAMBDA.removeprefix(HEAD)


def test_diff_writes_nothing_and_is_a_patch(run, write):
    path = write("a.py", SAFE)
    ran = run("--diff", "a.py")
    assert ran.code == 1
    assert ran.out == (
        "--- a.py\n+++ a.py\n@@ -2,4 +2,5 @@\n from torch import nn\n \n"
        " model = nn.Linear(4, 2).eval()\n-print(model(torch.ones(4)).argmax().item())\n"
        "+with torch.no_grad():\n+    print(model(torch.ones(4)).argmax().item())\n"
    )
    assert path.read_text() == SAFE


def test_diff_of_a_file_without_final_newline_and_with_carriage_returns(run, write, tmp_path):
    (tmp_path / "a.py").write_bytes(SAFE.rstrip("\n").replace("\n", "\r\n").encode())
    ran = run("--diff", "a.py")
    assert b"+with torch.no_grad():\r\n" in ran.raw
    assert ran.raw.count(b"\n\\ No newline at end of file\n") == 2


def test_diff_tells_of_findings_without_a_fix_beside_the_patch(run, write):
    write("a.py", LAMBDA)
    ran = run("--diff", "a.py")
    assert (ran.code, ran.out) == (1, "")
    assert "a.py:5:17: " in ran.err


@pytest.mark.parametrize(
    ("arguments", "program", "code"),
    [
        ((), CLEAN, 0),
        (("--check",), CLEAN, 0),
        (("--check",), SAFE, 1),
        (("--check", "--exit-zero"), SAFE, 0),
        (("--diff", "--exit-zero"), SAFE, 0),
        ((), UNSAFE, 1),
        (("--exit-zero",), UNSAFE, 0),
        (("--exit-non-zero-on-fix",), SAFE, 1),
        (("--exit-non-zero-on-fix",), CLEAN, 0),
        (("--exit-zero",), "import torch\nprint 'x'\n", 2),
        (("--exit-zero", "--check"), "import torch\nprint 'x'\n", 2),
    ],
)
def test_exit_code(run, write, arguments, program, code):
    write("a.py", program)
    assert run(*arguments, "a.py").code == code


def test_statistics(run, write):
    write("a.py", UNSAFE)
    write("b.py", UNSAFE)
    assert run("--check", "--statistics", ".").out.splitlines()[-1].startswith("2       NGR10")


def test_quiet_and_verbose(run, write):
    write("a.py", SAFE)
    assert run("--check", "-q", "a.py").err == ""
    ran = run("-v", "a.py")
    assert ran.err.startswith("a.py:5:7: NGR102 ")
    assert "[safe fix: " in ran.err


def test_guard_that_falls_back_says_so(run, write):
    path = write("a.py", f"{UNSAFE}loss.backward()\n")
    ran = run("--unsafe-fixes", "--guard", "inference_mode", "a.py")
    assert "no_grad instead of inference_mode: the file trains" in ran.err
    assert "@torch.no_grad()" in path.read_text()


def test_style(run, write):
    path = write("a.py", UNSAFE)
    run("--unsafe-fixes", "--style", "with", "a.py")
    assert path.read_text().endswith("    with torch.no_grad():\n        return model.eval()(x)\n")


def test_standard_input(run, tmp_path):
    ran = run("-", stdin=SAFE.encode())
    assert (ran.code, ran.out) == (0, SAFE_FIXED)
    assert ran.err == "fixed 1 finding in 1 file\n"


def test_standard_input_comes_out_whole_even_if_nothing_changes(run):
    for program in (CLEAN, UNSAFE, "print 'not Python 3'\n"):
        assert run("-", stdin=program.encode()).out == program


def test_standard_input_tells_of_what_is_left_on_standard_error(run):
    ran = run("-q", "--stdin-filename", "pkg/x.py", "-", stdin=UNSAFE.encode())
    assert ran.code == 0
    assert ran.err.startswith("pkg/x.py:8:12: NGR10")


def test_standard_input_that_is_not_python(run):
    ran = run("--stdin-filename", "x.py", "-", stdin=b"import torch\nprint 'x'\n")
    assert (ran.code, ran.raw) == (2, b"import torch\nprint 'x'\n")
    assert ran.err.startswith("nograd-fix: x.py:2: ")


def test_standard_input_with_check_and_diff(run):
    assert run("--check", "-", stdin=SAFE.encode()).code == 1
    ran = run("--diff", "--stdin-display-name", "x.py", "-", stdin=SAFE.encode())
    assert (ran.code, ran.out.splitlines()[0]) == (1, "--- x.py")


@pytest.mark.parametrize(
    "data", [SAFE.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + SAFE.encode()]
)
def test_standard_input_keeps_its_bytes(run, data):
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    expected = data.replace(b"print(", b"with torch.no_grad():" + newline + b"    print(")
    assert run("-", stdin=data).raw == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no PATH given"),
        (("-", "a.py"), "cannot be combined"),
        (("--guard", "off", "a.py"), "invalid choice"),
        (("--jobs", "0", "a.py"), "neither a positive number nor auto"),
        (("--add-noqa", "--check", "a.py"), "goes with neither"),
        (("--nonsense", "a.py"), "unrecognized arguments"),
    ],
)
def test_wrong_call(run, arguments, message):
    ran = run(*arguments)
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_rules_are_listed_and_explained(run):
    listed = run("--list-rules")
    assert listed.code == 0
    assert "NGR101  on   fix  " in listed.out
    explained = run("--explain", "ngr101")
    assert explained.code == 0
    assert "## Why is this bad?" in explained.out
    assert run("--explain", "NGR999").code == 2
    assert run("--explain", "nrg101").err.endswith("no rule nrg101; did you mean NGR101?\n")
    assert run("--explain", "E501").err.endswith("no rule E501; --list-rules shows all\n")


def test_finding_is_explained(run, write):
    write("a.py", SAFE)
    ran = run("--explain-finding", "a.py:5")
    assert ran.code == 0
    assert "reported" in ran.out
    write("b.py", SAFE.replace("\n", "  # noqa\n"))
    explained = run("--explain-finding", "b.py:5").out
    assert "silenced" in explained
    assert "reported" not in explained
    for place in ("a.py", "a.py:99", "missing.py:1"):
        assert run("--explain-finding", place).code == 2


def test_version(run):
    ran = run("--version")
    assert ran.code == 0
    assert ran.out.startswith("nograd-fix 0.")
