"""The same results for any number of processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest

from flake8_nograd.command import jobs
from flake8_nograd.command.settings import Settings
from flake8_nograd.fixing import Style

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
PROGRAMS = {
    "safe": f"{HEAD}print(model(torch.ones(4)).argmax().item())\n",
    "unsafe": f"{HEAD}\n\ndef predict(x):\n    return model.eval()(x)\n",
    "clean": "import torch\n",
    "plain": "print(1)\n",
    "broken": "import torch\nprint 'x'\n",
}


@pytest.fixture
def tree(write):
    """A directory of more files than fit into one chunk."""
    for number in range(15):
        for name, program in PROGRAMS.items():
            write(f"{number:02}/{name}.py", program)


def test_same_output(run, tree):
    alone, *others = (run("--check", "--jobs", jobs, ".") for jobs in ("1", "2", "3", "auto"))
    assert alone.code == 2
    assert len(alone.out.splitlines()) == 30
    assert [(other.code, other.out, other.err) for other in others] == 3 * [
        (alone.code, alone.out, alone.err)
    ]


def test_same_files(run, tree, tmp_path):
    assert run("--jobs", "2", ".").code == 2
    fixed = [path.parent.name for path in tmp_path.rglob("*.py") if "no_grad" in path.read_text()]
    assert len(fixed) == 15


def test_any_executor_will_do(tree, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    work = jobs.Work(Settings.read(["--isolated"]), Style())
    paths = sorted(str(path) for path in tmp_path.rglob("*.py"))
    with ThreadPoolExecutor(2) as executor:
        results = list(jobs.spread(executor, work, paths))
    places = [getattr(result, "path", None) or result.message.split(":")[0] for result in results]
    assert places == paths


class Dying(Executor):
    """All processes die at once."""

    def submit(self, *arguments):
        future: Future[object] = Future()
        future.set_exception(BrokenExecutor())
        return future


def test_process_that_dies_is_told_for_each_of_its_files(tree, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    work = jobs.Work(Settings.read(["--isolated"]), Style())
    results = list(jobs.spread(Dying(), work, ["00/plain.py", "00/safe.py"]))
    assert results[0].path == "00/plain.py"
    assert results[1].message == "00/safe.py: not handled, a worker process died"


def test_no_more_processes_than_there_is_work_for(run, tree, monkeypatch):
    wanted = []

    def pool(processes, **options):
        wanted.append(processes)
        return ThreadPoolExecutor(processes)

    monkeypatch.setattr(jobs, "ProcessPoolExecutor", pool)
    assert run("--check", "--jobs", "9999", ".").code == 2
    assert run("--check", "--jobs", "9999", "00").code == 2
    assert wanted == [5]


PARENT = """
import sys, time
from flake8_nograd.command import jobs

class Work:
    def __call__(self, tasks):
        print("at work", flush=True)
        time.sleep(600)

if __name__ == "__main__":
    list(jobs.run(Work(), [sys.argv[1]] * 40, 2))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
@pytest.mark.parametrize("deadly", ["SIGTERM", "SIGKILL"])
def test_processes_end_with_their_parent(write, deadly):
    program, path = write("parent.py", PARENT), write("a.py", PROGRAMS["safe"])
    command = [sys.executable, str(program), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        os.kill(parent.pid, getattr(signal, deadly))
        # The processes hold the other end, so that it ends with the last of them.
        parent.communicate(timeout=30)


def test_settings_travel_to_other_processes():
    import pickle

    from flake8_nograd.source import Source

    settings = Settings.read(["--isolated", "--nograd-guards=quiet"])
    settings.keep(Source.from_text("import torch\n"), [])
    again = pickle.loads(pickle.dumps(settings))
    assert again.options == settings.options
    assert again.keep(Source.from_text("import torch\n"), []) == []


def test_executor_of_the_user(run, tree, write):
    write("pools.py", "from concurrent.futures import ThreadPoolExecutor as Pool\n")
    usual = run("--check", "--exclude", "pools.py", ".")
    ran = run("--check", "--exclude", "pools.py", "--executor", "pools:Pool", ".")
    del sys.modules["pools"]
    assert (ran.code, ran.out, ran.err) == (usual.code, usual.out, usual.err)


@pytest.fixture
def cluster(write) -> Iterator[str]:
    """The name of what makes an executor of Dask, whose worker is another process."""
    pytest.importorskip("distributed")
    write(
        "cluster.py",
        "from distributed import Client, LocalCluster\n\n\n"
        "def executor():\n"
        "    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=':0')\n"
        "    return Client(cluster).get_executor()\n",
    )
    yield "cluster:executor"
    sys.modules.pop("cluster", None)


def test_a_cluster_finds_the_same(run, tree, cluster):
    check = ("--check", "--output-format", "json")
    alone = run(*check, "--jobs", "1", ".")
    ran = run(*check, "--executor", cluster, ".")
    assert (ran.code, ran.out) == (alone.code, alone.out)
    assert len(json.loads(ran.out)["findings"]) == 30


def test_what_a_cluster_mends_is_written_at_home(run, tree, cluster, tmp_path):
    assert run("--executor", cluster, ".").code == 2
    fixed = [path.name for path in tmp_path.rglob("*.py") if "no_grad" in path.read_text()]
    assert fixed == 15 * ["safe.py"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere:make", "nograd-fix: --executor nowhere:make: No module named 'nowhere'\n"),
        ("os:make", "nograd-fix: --executor os:make: module 'os' has no attribute 'make'\n"),
        ("os:getcwd", "nograd-fix: --executor os:getcwd: made a str, no executor\n"),
    ],
)
def test_executor_that_is_none(run, write, name, told):
    write("a.py", PROGRAMS["safe"])
    ran = run("--check", "--executor", name, ".")
    assert (ran.code, ran.err) == (2, told)
