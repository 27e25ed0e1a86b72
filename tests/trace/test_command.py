"""`nograd-trace` runs a program as Python would, and reports on stderr when it is over."""

from __future__ import annotations

import json
import signal
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest
from traced_programs import Done

ROOT = Path(__file__).parents[2]
MODEL = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
x = torch.ones(4, 2)
"""
WASTES = f"{MODEL}print(model(x).shape)\n"
SAVES = f"{MODEL}with torch.no_grad():\n    print(model(x).shape)\n"
ONE_WASTED = "nograd-trace: 1 of 1 forward-pass sites wasted"
NONE_SEEN = "\nnograd-trace: no forward pass of a module with parameters was seen\n"


def rows(err: str) -> list[list[str]]:
    """The cells of the table in what was written to stderr."""
    lines = err.splitlines()
    start = next(i for i, line in enumerate(lines) if line.endswith("sites wasted"))
    return [line.split() for line in lines[start + 2 :]]


class TestUnchanged:
    """The program does what it does under `python`."""

    def test_output(self, workshop):
        workshop.write(WASTES)
        done = workshop.trace("program.py")
        assert (done.code, done.out) == (0, "torch.Size([4, 1])\n")
        assert done.err.splitlines()[:2] == ["", ONE_WASTED]
        ((place, *cells),) = rows(done.err)
        assert place == ("program.py:6:7" if sys.version_info >= (3, 11) else "program.py:6")
        assert cells == ["<module>", "1", "grad", "wasted", "48", "B", "-"]

    def test_what_it_sees_of_itself(self, workshop):
        workshop.write(
            """
            import sys, neighbour
            print(__name__, __file__, __package__, __spec__, sys.argv, neighbour.__file__)
            print(sys.path, sys.modules["__main__"].__dict__ is globals(), [].__doc__ is not None)
            """
        )
        workshop.write("", "neighbour.py")
        arguments = ("program.py", "--json", "-m", "a b")
        assert workshop.trace(*arguments).out == workshop.python(*arguments).out

    @pytest.mark.parametrize(
        "ending",
        [
            "sys.exit(3)",
            "sys.exit('a reason')",
            "sys.exit()",
            "1 / 0",
            "exec('1 +')",
            "try: 1 / 0\nexcept ZeroDivisionError as error: raise KeyError from error",
            "import atexit; atexit.register(print, 'last words')",
            "import threading; threading.Thread(target=print, args=['late']).start()",
        ],
    )
    def test_ending(self, workshop, ending):
        workshop.write(f"import sys\nprint('at work')\n{ending}\n")
        plain, traced = workshop.python("program.py"), workshop.trace("program.py")
        assert (traced.code, traced.out) == (plain.code, plain.out)
        assert traced.err == plain.err + NONE_SEEN

    def test_torch_is_not_imported_for_a_program_that_does_not(self, workshop):
        workshop.write("import sys; print('torch' in sys.modules)")
        assert workshop.trace("program.py").out == "False\n"

    def test_module(self, workshop):
        workshop.write("", "package/__init__.py")
        workshop.write(
            "import sys; from . import other; print(__name__, __package__, sys.argv, other.x)",
            "package/__main__.py",
        )
        workshop.write("x = 1", "package/other.py")
        for name in ("package", "package.__main__"):
            arguments = ("-m", name, "--lint", "1")
            assert workshop.trace(*arguments).out == workshop.python(*arguments).out


class TestReport:
    """However the program ends, the report is made."""

    @pytest.mark.parametrize(
        ("ending", "code"), [("sys.exit(3)", 3), ("raise SystemExit", 0), ("1 / 0", 1)]
    )
    def test_ending(self, workshop, ending, code):
        workshop.write(f"import sys\n{WASTES}{ending}\n")
        done = workshop.trace("program.py")
        assert done.code == code
        assert ONE_WASTED in done.err

    def test_interrupted(self, workshop):
        workshop.write(f"{WASTES}print(flush=True)\nimport time\ntime.sleep(60)\n")
        process = workshop.start("-m", "flake8_nograd.trace", "program.py")
        for _ in range(2):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert process.returncode == -signal.SIGINT
        assert "KeyboardInterrupt" in err
        assert ONE_WASTED in err

    def test_terminated(self, workshop):
        workshop.write(f"{WASTES}print(flush=True)\nimport time\ntime.sleep(60)\n")
        process = workshop.start("-m", "flake8_nograd.trace", "--json", "report.json", "program.py")
        for _ in range(2):
            process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
        assert process.returncode == -signal.SIGTERM
        assert ONE_WASTED in err
        assert json.loads((workshop.directory / "report.json").read_text("utf-8"))["complete"]

    def test_termination_that_the_program_handles_itself(self, workshop):
        workshop.write(
            f"{WASTES}import os, signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
            "import sys\nos.kill(os.getpid(), signal.SIGTERM)\n"
        )
        done = workshop.trace("program.py")
        assert done.code == 5
        assert done.err.count(ONE_WASTED) == 1

    def test_killed_after_an_interrupt_that_the_program_swallowed(self, workshop):
        workshop.write(
            f"""{MODEL}
import time
while True:
    try:
        print(flush=True)
        while True:
            model(x)
            time.sleep(0.1)
    except KeyboardInterrupt:
        print("swallowed", flush=True)
"""
        )
        report = workshop.directory / "report.json"
        process = workshop.start("-m", "flake8_nograd.trace", "--json", "report.json", "program.py")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.readline()
        deadline = time.monotonic() + 60
        while not json.loads(report.read_text("utf-8"))["sites"] and time.monotonic() < deadline:
            time.sleep(0.1)
        process.kill()
        process.communicate()
        values = json.loads(report.read_text("utf-8"))
        assert not values["complete"]
        assert values["sites"][0]["verdict"] == "wasted"

    def test_threads_that_outlive_the_main_program(self, workshop):
        workshop.write(
            f"""{MODEL}
import threading, time

def work():
    time.sleep(0.5)
    model(x)

threading.Thread(target=work).start()
"""
        )
        assert rows(workshop.trace("program.py").err)[0][1:5] == ["work", "1", "grad", "wasted"]

    def test_forked_processes_report_nothing(self, workshop):
        workshop.write(f"{WASTES}import os\nif not os.fork(): sys.exit(model(x) and 0)\nos.wait()")
        assert workshop.trace("program.py").err.count("forward-pass sites") == 1

    def test_program_that_leaves_its_directory_and_closes_its_output(self, workshop):
        workshop.write(
            f"{WASTES}import os, sys\nos.mkdir('d'); os.chdir('d'); os.rmdir('../d')\n"
            "sys.stdout.close()\n"
        )
        done = workshop.trace("--json", "report.json", "program.py")
        assert rows(done.err)[0][0].startswith("program.py:6")
        assert (workshop.directory / "report.json").stat().st_size > 2

    def test_json(self, workshop):
        workshop.write(f"{WASTES}model(x).sum().backward()\n")
        workshop.trace("--json", "report.json", "program.py")
        values = json.loads((workshop.directory / "report.json").read_text("utf-8"))
        first, second = values["sites"]
        assert (values["version"], values["complete"]) == (2, True)
        assert first["path"] == str(workshop.directory / "program.py")
        assert (first["line"], first["scope"], first["verdict"]) == (6, "<module>", "wasted")
        assert (first["calls"], first["wasted"], first["used"]) == (1, 1, 0)
        assert (first["grad_modes"], first["modules"]) == (["grad"], ["Sequential"])
        assert (first["peak_bytes"], first["kept_bytes"]) == (48, 0)
        assert second["verdict"] == "used"
        assert [run["count"] for run in values["backward"]] == [1]

    def test_callers_have_counts(self, workshop):
        workshop.write(
            f"{MODEL}def run():\n    return model(x)\n\nrun()\nrun()\nrun().sum().backward()\n"
        )
        workshop.trace("--json", "report.json", "program.py")
        values = json.loads((workshop.directory / "report.json").read_text("utf-8"))
        (site,) = values["sites"]
        told = {one["places"][0]["line"]: (one["wasted"], one["used"]) for one in site["callers"]}
        assert told == {9: (1, 0), 10: (1, 0), 11: (0, 1)}

    def test_module(self, workshop):
        workshop.write("", "package/__init__.py")
        workshop.write(SAVES, "package/run.py")
        done = workshop.trace("-m", "package.run")
        assert rows(done.err)[0][1:5] == ["<module>", "1", "no_grad", "guarded"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 knows no columns of calls")
def test_documentation_shows_what_is_printed(workshop):
    workshop.directory = ROOT
    program = "fixtures/NGR102/test_beside_train.py"
    assert workshop.trace("--lint", program).err.strip() in (ROOT / "README.md").read_text("utf-8")
    assert workshop.trace(program).err.strip() in (ROOT / "docs/trace.md").read_text("utf-8")


class TestSelection:
    """`--only` and `--omit` choose the files that are spoken of."""

    HELPER = "def run(model, x):\n    return model(x)\n"
    PROGRAM = f"{MODEL}from package.tools import run\nrun(model, x)\nmodel(x)\n"

    @pytest.mark.parametrize(
        ("options", "places"),
        [
            ([], ["package/tools.py", "program.py"]),
            (["--only", "package"], ["package/tools.py"]),
            (["--only", "package/tools.py"], ["package/tools.py"]),
            (["--omit", "program.py"], ["package/tools.py"]),
            (["--omit", "*/tools.py"], ["program.py"]),
            (["--omit", "package/*", "--omit", "p*.py"], []),
        ],
    )
    def test_files(self, workshop, options, places):
        workshop.write(self.HELPER, "package/tools.py")
        workshop.write(self.PROGRAM)
        workshop.trace("--json", "report.json", *options, "program.py")
        values = json.loads((workshop.directory / "report.json").read_text("utf-8"))
        found = {Path(site["path"]).relative_to(workshop.directory) for site in values["sites"]}
        assert sorted(map(str, found)) == places

    def test_tests_that_pytest_runs_can_be_left_out(self, workshop):
        workshop.write(self.HELPER, "tools.py")
        test = "import tools\n\ndef test_run():\n    tools.run(model, x)\n    model(x)\n"
        workshop.write(MODEL + test, "test_tools.py")
        options = ("--json", "report.json", "--omit", "test_*.py")
        workshop.trace(*options, "-m", "pytest", "-q", "-p", "no:cacheprovider")
        values = json.loads((workshop.directory / "report.json").read_text("utf-8"))
        (site,) = values["sites"]
        assert Path(site["path"]).name == "tools.py"
        (caller,) = site["callers"]
        assert Path(caller["places"][0]["path"]).name == "test_tools.py"

    def test_what_is_installed_like_a_library(self, workshop):
        workshop.write(self.HELPER, "site-packages/package/tools.py")
        workshop.write(
            "import sysconfig, site, sys\n"
            "here = sys.argv[1] + '/site-packages'\n"
            "sysconfig.get_path = lambda name: here\n"
            "sys.path.append(here)\n"
            "from flake8_nograd.trace.cli import main\n"
            "main([*sys.argv[2:], 'program.py'])\n",
            "start.py",
        )
        workshop.write(self.PROGRAM)
        start = ("start.py", str(workshop.directory))
        assert "tools.py" not in workshop.python(*start).err
        assert "tools.py:2" in workshop.python(*start, "--only", "site-packages/package").err


def test_version(workshop):
    assert workshop.trace("--version").out == f"nograd-trace {version('flake8-nograd')}\n"


def test_tracebacks_do_not_show_the_recorder(workshop):
    workshop.write(
        f"{MODEL}try:\n    with torch.no_grad(): y = model(x).sum()\n    y.backward()\n"
        "except RuntimeError as error:\n    raise ValueError('again') from error\n"
    )
    plain, traced = workshop.python("program.py"), workshop.trace("program.py")
    assert traced.err.startswith(plain.err)


class TestFailOnWaste:
    """`--fail-on-waste` changes the exit code of a program that succeeds, and nothing else."""

    @pytest.mark.parametrize(
        ("program", "code"), [(WASTES, 1), (SAVES, 0), (f"{WASTES}raise SystemExit(3)", 3)]
    )
    def test_exit_code(self, workshop, program, code):
        workshop.write(program)
        done = workshop.trace("--fail-on-waste", "program.py")
        assert (done.code, done.out) == (code, "torch.Size([4, 1])\n")
        assert "nograd-trace: " in done.err


class TestBadInput:
    """One line that says what is wrong, and exit code 2; the program is not started."""

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ([], "a script, or -m and a module, is needed"),
            (["-m"], "a script, or -m and a module, is needed"),
            (["absent.py"], "absent.py: No such file or directory"),
            (["."], ".: Is a directory"),
            (["-m", "absent"], "absent: no such module, or a package without __main__"),
            (["-m", "folder"], "folder: no such module, or a package without __main__"),
            (["--json", "absent/report.json", "fine.py"], "absent/report.json: No such file"),
            (["--json", ".", "fine.py"], ".: Is a directory"),
            (["--html", "absent/page.html", "fine.py"], "absent/page.html: No such file"),
            (["--html", ".", "fine.py"], ".: Is a directory"),
        ],
    )
    def test_message(self, workshop, arguments, error):
        workshop.write("print('started')", "fine.py")
        (workshop.directory / "folder").mkdir()
        done = workshop.trace(*arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"nograd-trace: {error.format(workshop.directory)}")
        assert done.err.count("\n") == 1

    @pytest.mark.parametrize("text", ["x = 1\ny =\n", "# coding: nonsense\n", "x = '\0'\n"])
    def test_a_program_that_cannot_be_parsed_ends_as_under_python(self, workshop, text):
        workshop.write(text)
        plain, traced = workshop.python("program.py"), workshop.trace("program.py")
        assert traced.code == plain.code == 1
        assert traced.err.splitlines()[-1].split(":")[0] == "SyntaxError"
        assert workshop.trace("-m", "program").code == 1

    def test_torch_that_is_too_old(self, workshop):
        workshop.write("print('started')")
        done = workshop.python(
            "-c",
            "import torch; torch.nn.modules.module.register_module_forward_hook = lambda hook: 0\n"
            "torch.__version__ = '2.5'\n"
            "from flake8_nograd.trace.cli import main; main(['program.py'])",
        )
        assert done == Done(2, "", "nograd-trace: torch 2.6 or newer is needed, this is 2.5\n")

    def test_configuration_that_cannot_be_used(self, workshop):
        workshop.write("print('started')")
        workshop.write("[flake8]\nnograd-guards = 1+1\n", ".flake8")
        done = workshop.trace("--lint", "program.py")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("nograd-trace: ")
        assert done.err.count("\n") == 1
