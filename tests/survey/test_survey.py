"""Surveys of data sets: what is counted, and what a data set may do wrong."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pyarrow
import pyarrow.parquet
import pytest

from flake8_nograd import engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.options import Options
from flake8_nograd.source import Source
from flake8_nograd.survey.cli import main
from flake8_nograd.survey.data_set import Text
from flake8_nograd.survey.spread import Spread
from flake8_nograd.survey.worker import Worker

FIXTURES = Path(__file__).parents[2] / "fixtures"
HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"
CALL = "print(model(torch.ones(4)).argmax().item())\n"
ROWS = [
    {"repo_name": "a/one", "path": "run.py", "content": HEAD + CALL},
    {"repo_name": "a/one", "path": "plain.py", "content": "print('nothing')\n"},
    {"repo_name": "a/one", "path": "quiet.py", "content": HEAD + CALL[:-1] + "  # noqa: NGR102\n"},
    {"repo_name": "b/<two>", "path": "sub/run.py", "content": HEAD + CALL},
    {"repo_name": "b/<two>", "path": "sub/sum.py", "content": f"{HEAD}def test():\n    {CALL}"},
    {"repo_name": "c/three", "path": "old.py", "content": "import torch\nprint 'Python 2'\n"},
    {"repo_name": "c/three", "path": "README.md", "content": "import torch\n"},
    {"repo_name": "c/three", "path": "gone.py", "content": None},
]


@dataclass(frozen=True)
class Ran:
    """What a survey returned and printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def survey(tmp_path, monkeypatch, capsys) -> Callable[..., Ran]:
    """Survey something in the temporary directory, in one thread of this process."""
    (tmp_path / "pools.py").write_text(
        "from concurrent.futures import ThreadPoolExecutor\n\n\n"
        "def one():\n    return ThreadPoolExecutor(1)\n"
    )
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, executor: str = "pools:one") -> Ran:
        chosen = ("--executor", executor) if executor else ()
        code = main([*arguments, *chosen])
        sys.modules.pop("pools", None)
        return Ran(code, *capsys.readouterr())

    return run


def as_lines(rows: list[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def write_parquet(path: Path, rows: list[dict[str, object]]) -> None:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text(as_lines(rows), "utf-8")


def write_packed_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_bytes(gzip.compress(as_lines(rows).encode()))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.parquet", write_parquet),
        ("a.jsonl", write_lines),
        ("deep/a.jsonl.gz", write_packed_lines),
    ],
)
def test_counts(survey, tmp_path, name, write):
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    write(path, ROWS)
    ran = survey("data")
    assert ran == Ran(
        0,
        "6 Python files of 3 repositories, 5 speak of torch\n"
        "3 findings in 3 files of 2 repositories\n"
        "\n"
        "code    findings  files  repositories  per 1000 files  of torch\n"
        "NGR102         3      3             2          500.00    600.00\n"
        "\n"
        "findings  files  of torch  per 1000 of torch  repository  codes\n"
        "       2      2         2               1000  b/<two>     NGR102 2\n"
        "       1      3         2                500  a/one       NGR102 1\n",
        "1 files could not be analysed\n2 rows hold no Python file\n",
    )


def test_outputs(survey, tmp_path):
    write_lines(tmp_path / "a.jsonl", ROWS)
    files = ("--json", "a.json", "--findings", "found", "--repositories", "r.csv", "--svg", "a.svg")
    assert survey("a.jsonl", *files).code == 0
    counts = json.loads((tmp_path / "a.json").read_text())
    assert counts["codes"]["NGR102"]["per_thousand_torch_files"] == 600.0
    assert (counts["files_not_analysed"], counts["rows_left_out"]) == (1, 2)
    assert counts["most"][0]["name"] == "b/<two>"
    found = [json.loads(line) for line in (tmp_path / "found").read_text().splitlines()]
    assert [(item["repository"], item["path"], item["line"]) for item in found] == [
        ("a/one", "run.py", 5),
        ("b/<two>", "sub/run.py", 5),
        ("b/<two>", "sub/sum.py", 6),
    ]
    with (tmp_path / "r.csv").open(newline="") as file:
        assert [tuple(row.values()) for row in csv.DictReader(file)] == [
            ("a/one", "3", "2", "1", "NGR102 1"),
            ("b/<two>", "2", "2", "2", "NGR102 2"),
            ("c/three", "1", "1", "0", ""),
        ]
    drawn = ElementTree.fromstring((tmp_path / "a.svg").read_text("utf-8"))
    assert "600.0 (3)" in "".join(drawn.itertext())
    assert "b/<two>: NGR102 2" in "".join(drawn.itertext())


def test_a_data_set_without_findings(survey, tmp_path):
    write_lines(tmp_path / "a.jsonl", [{"path": "x/a.py", "content": "pass\n"}])
    ran = survey("a.jsonl", "--svg", "a.svg")
    assert ran.out.startswith("1 Python files of 1 repositories, 0 speak of torch\n0 findings")
    ElementTree.fromstring((tmp_path / "a.svg").read_text("utf-8"))


def test_codes_are_selected_and_columns_named(survey, tmp_path):
    rows = [{"who": row["repo_name"], "file": row["path"], "text": row["content"]} for row in ROWS]
    write_lines(tmp_path / "a.jsonl", rows)
    columns = ("--path-column=file", "--content-column=text", "--repository-column=who")
    assert "3 findings" in survey("a.jsonl", *columns).out
    assert "4 findings" in survey("a.jsonl", *columns, "--disable-noqa").out
    assert "0 findings" in survey("a.jsonl", *columns, "--ignore=NGR1").out
    assert "0 findings" in survey("a.jsonl", *columns, "--select=NGR2").out


def test_codes_that_match_nothing_are_told(survey, tmp_path):
    write_lines(tmp_path / "a.jsonl", ROWS)
    told = "nograd-survey: warning: select NRG102 matches no rule; did you mean NGR102?\n"
    assert told in survey("a.jsonl", "--select=NRG102").err


def test_configuration_of_this_machine_has_no_say(survey, tmp_path):
    (tmp_path / "setup.cfg").write_text("[flake8]\nignore = NGR\n")
    write_lines(tmp_path / "a.jsonl", ROWS)
    assert "3 findings" in survey("a.jsonl").out


def test_processes_do_the_same(survey, tmp_path):
    write_lines(tmp_path / "a.jsonl", ROWS * 7)
    alone = survey("a.jsonl")
    assert survey("a.jsonl", "--jobs", "2", executor="") == alone
    assert "21 findings" in alone.out


def test_a_cluster_does_the_same(survey, tmp_path):
    pytest.importorskip("distributed")
    (tmp_path / "cluster.py").write_text(
        "from distributed import Client, LocalCluster\n\n\n"
        "def executor():\n"
        "    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=':0')\n"
        "    return Client(cluster).get_executor()\n"
    )
    write_lines(tmp_path / "a.jsonl", ROWS * 3)
    alone = survey("a.jsonl")
    assert survey("a.jsonl", executor="cluster:executor").out == alone.out


def test_worker_finds_what_the_linter_finds():
    worker = Worker(Settings.read(["--isolated", "--nograd-project=off"]))
    for path in sorted(FIXTURES.glob("NGR1*/*.py"))[::7]:
        data = path.read_bytes()
        (surveyed,) = worker([Text("r", f"some/{path.name}", data)])
        source = Source.from_bytes(data, path.name)
        keep = worker.settings.keep
        assert list(surveyed.findings) == engine.check(source, Options(project="off"), keep=keep)


def test_a_file_is_told_by_its_path_in_the_repository(survey, tmp_path):
    text = f"{HEAD}def test_it():\n    out = model(torch.ones(4))\n    assert out.argmax() == 0\n"
    for path in ("tests/test_it.py", "test_it.py", "tools/it.py"):
        write_lines(tmp_path / "a.jsonl", [{"path": path, "content": text}])
        number = int("findings in 1 files" in survey("a.jsonl").out)
        (tmp_path / path).parent.mkdir(exist_ok=True)
        found = engine.check(Source.from_text(text, path), Options(project="off"))
        assert number == len(found)


class TestBadData:
    """One line that names the place; what can be counted is."""

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["absent"], "absent: no such file or directory"),
            (["."], ".: no Parquet (.parquet) and no JSON lines (.jsonl) here"),
            (["pools.py"], "pools.py: no Parquet (.parquet) and no JSON lines (.jsonl) here"),
        ],
    )
    def test_no_data(self, survey, arguments, told):
        assert survey(*arguments) == Ran(2, "", f"nograd-survey: {told}\n")

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("{", "b.jsonl:2: no JSON: Expecting property name"),
            ("[1]", "b.jsonl:2: no object with columns"),
            ('{"path": "a.py"}', "b.jsonl:2: there is no column content"),
            ('{"content": "a"}', "b.jsonl:2: there is no column path"),
        ],
    )
    def test_broken_line(self, survey, tmp_path, line, told):
        (tmp_path / "b.jsonl").write_text(f"{as_lines(ROWS[:1])}{line}\n")
        write_lines(tmp_path / "c.jsonl", ROWS[3:4])
        ran = survey("b.jsonl", "c.jsonl")
        assert (ran.code, ran.out.splitlines()[1][:10]) == (2, "2 findings")
        assert ran.err.startswith(f"nograd-survey: {told}")
        assert ran.err.count("\n") == 1

    def test_broken_parquet(self, survey, tmp_path):
        write_parquet(tmp_path / "a.parquet", ROWS)
        whole = (tmp_path / "a.parquet").read_bytes()
        (tmp_path / "b.parquet").write_bytes(whole[: len(whole) // 2])
        write_parquet(tmp_path / "c.parquet", [{"path": "a.py", "text": "x"}])
        (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(as_lines(ROWS).encode())[:60])
        ran = survey("a.parquet", "b.parquet", "c.parquet", "d.jsonl.gz")
        first, second, third, *_ = ran.err.splitlines()
        assert (ran.code, ran.out.splitlines()[1][:10]) == (2, "3 findings")
        assert first.startswith("nograd-survey: b.parquet: ")
        assert second == "nograd-survey: c.parquet: there is no column content"
        assert third.startswith("nograd-survey: d.jsonl.gz: ")

    def test_odd_rows(self, survey, tmp_path):
        rows = [
            {"path": 3, "content": "x"},
            {"path": "half \ud800/a.py", "content": f"{HEAD}# \ud800\n"},
            {"path": "/", "content": ""},
            {"path": "null.py", "content": "import torch\n\0"},
        ]
        write_lines(tmp_path / "a.jsonl", rows)
        ran = survey("a.jsonl", "--repositories", "r.csv")
        assert (ran.code, ran.out[:14]) == (0, "2 Python files")
        assert "half ?" in (tmp_path / "r.csv").read_text()

    def test_output_that_cannot_be_written(self, survey, tmp_path):
        write_lines(tmp_path / "a.jsonl", ROWS)
        ran = survey("a.jsonl", "--json", "absent/a.json")
        assert ran == Ran(2, "", "nograd-survey: absent/a.json: No such file or directory\n")

    def test_executor_that_is_none(self, survey, tmp_path):
        write_lines(tmp_path / "a.jsonl", ROWS)
        ran = survey("a.jsonl", executor="os:getcwd")
        told = "nograd-survey: --executor os:getcwd: made a str, no executor\n"
        assert (ran.code, ran.err) == (2, told)


class Inline(Executor):
    """Works when the result is submitted; dies of a text, and is of no use afterwards."""

    made = 0

    def __init__(self) -> None:
        self.is_dead = False
        type(self).made += 1

    def submit(self, work, *arguments):
        future: Future[object] = Future()
        if self.is_dead or any(text.path == "killer.py" for text in (arguments or [()])[0]):
            self.is_dead = True
            future.set_exception(BrokenExecutor("dead"))
        else:
            future.set_result(work(*arguments))
        return future


def worker() -> Worker:
    return Worker(Settings.read(["--isolated", "--nograd-project=off"]))


def test_a_text_that_kills_its_worker_costs_no_other():
    texts = [Text("r", f"{number}.py", b"import torch\n") for number in range(70)]
    texts[40] = Text("r", "killer.py", b"import torch\n")
    found = list(Spread(Inline, worker(), window=3).results(texts))
    assert [item.path for item in found] == [text.path for text in texts]
    assert [item for item in found if item.failure] == [
        ("r", "killer.py", (), "a worker process died")
    ]


def test_no_more_is_read_than_is_under_way():
    read, given = 0, 0

    def texts():
        nonlocal read
        for number in range(2000):
            read += 1
            assert read - given <= 5 * 16
            yield Text("r", f"{number}.py", b"import torch\n")

    for _ in Spread(Inline, worker(), window=4).results(texts()):
        given += 1
    assert given == 2000
