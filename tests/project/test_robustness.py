"""Whatever the neighbours are, the file at hand gets its findings, in bounded work."""

from __future__ import annotations

import ast
import inspect
import io
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_nograd import engine
from flake8_nograd.options import Options
from flake8_nograd.plugin import Checker
from flake8_nograd.project.project import seen_from
from flake8_nograd.source import Source

# Asks after names of its neighbour in every way, and has a finding that no neighbour can explain.
ASKING = """\
import torch
import near
import near.deeper as deeper
from near import *
from near import Base, Net, build, frozen, quiet

class Mine(Base):
    def forward(self, x):
        return self.part(x)

    @frozen
    def predict(self, x):
        self.eval()
        return self.part(x)

def validate(x):
    other, net = build(), Net()
    near.freeze(net)
    deeper.Net().freeze()
    net.eval()
    with quiet():
        net(x).argmax()
    return other(x), net.embed(x).argmax(), Mine().predict(x)

model = torch.nn.Linear(4, 2).eval()
print(model(torch.ones(4)).argmax().item())
"""
FOUND = (ASKING.splitlines().index("print(model(torch.ones(4)).argmax().item())") + 1, "NGR102")

ASKED = (
    " near near.Net near.Base near.build near.frozen near.quiet near.freeze near.deeper.Net x"
    " near.Net.embed Mine asking.Mine validate embed predict freeze forward"
).split(" ")

NEIGHBOURS = {
    "not Python": b"class Net(\n",
    "Python 2": b"print 'x'\n",
    "null bytes": b"class Net: pass\n\0\n",
    "junk": bytes(range(256)) * 64,
    "an unknown cookie": b"# coding: future_fstrings\nclass Net: pass\n",
    "a wrong cookie": b"# coding: utf-8\nname = '\xff'\n",
    "another encoding": "# coding: latin-1\nname = 'é'\nclass Net: pass\n".encode("latin-1"),
    "a byte order mark": b"\xef\xbb\xbfclass Net: pass\n",
    "nothing": b"",
    "too many parentheses": b"x = " + b"(" * 3000 + b")" * 3000 + b"\n",
    "a deep expression": b"def build():\n    return " + b" + ".join([b"x"] * 5000) + b"\n",
    "a long chain": b"def build():\n    return x" + b".f()" * 3000 + b"\n",
    "many branches": b"if x:\n    pass\n" + b"elif x:\n    Net = x\n" * 900,
    "many indents": b"".join(b" " * n + b"if x:\n" for n in range(95)) + b" " * 95 + b"Net = x\n",
    "a class of itself": b"class Net(Net): pass\nclass Base(Base): pass\n",
    "classes of each other": b"class Net(Base): pass\nclass Base(Net): pass\n",
    "names of each other": b"Net = Base\nBase = Net\nbuild = frozen = quiet = build\n",
    "an import of itself": b"from near import *\nfrom near import Net, Base, build\n",
    "functions that call each other": b"def build():\n    return make()\ndef make():\n"
    b"    return build()\ndef freeze(net):\n    thaw(net)\ndef thaw(net):\n    freeze(net)\n",
    "an import of the file": b"from asking import *\nfrom asking import Mine as Net\nBase = Net\n",
    "an import beyond the root": b"from ..... import Net\nfrom . import near as Base\n",
    "a huge file": b"class Net: pass\n" + b"# " + b"x" * 3_000_000 + b"\n",
    "very many names": b"".join(b"class N%d(Net): pass\nNet = N%d\n" % (n, n) for n in range(3000)),
}

# Whether its guard is safe depends on who imports the file.
ALONE = """\
import torch
net = torch.nn.Linear(8, 2)

def test():
    net.eval()
    total = 0
    for _ in range(3):
        total += net(torch.ones(4, 8)).sum()
    return total.item()

test()
"""


def places(path: Path, options: Options | None = None) -> list[tuple[int, str]]:
    """What flake8 is told of a file; an error of ours would be NGR000."""
    text = path.read_text("utf-8")
    Checker.options = options or Options()
    try:
        checker = Checker(ast.parse(text), text.splitlines(keepends=True), str(path))
        return [(line, message.partition(" ")[0]) for line, _, message, _ in checker.run()]
    finally:
        Checker.options = Options()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A project with the file at hand in it, and nothing else."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "asking.py").write_text(ASKING, "utf-8")
    return tmp_path


@pytest.mark.parametrize("text", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_any_text(folder, text):
    (folder / "near.py").write_bytes(text)
    (folder / "near").mkdir()
    (folder / "near" / "deeper.py").write_bytes(text)
    (folder / "caller.py").write_bytes(b"import asking\n" + text + b"\nasking.validate(1)\n")
    found = places(folder / "asking.py")
    assert FOUND in found
    assert "NGR000" not in [code for _, code in found]


@pytest.mark.parametrize("text", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_any_text_whatever_is_asked(folder, text):
    (folder / "near.py").write_bytes(text)
    (folder / "caller.py").write_bytes(b"import asking\n" + text + b"\nasking.validate(1)\n")
    view = seen_from(Source.from_path(folder / "asking.py"), Options())
    answers = inspect.getmembers(type(view), inspect.isfunction)
    for name, answer in answers:
        if not name.startswith("_"):
            count = len(inspect.signature(answer).parameters) - 1
            for arguments in itertools.product(ASKED, repeat=count):
                getattr(view, name)(*arguments)


def folder_of_that_name(path: Path) -> None:
    path.mkdir()


def broken_link(path: Path) -> None:
    path.symlink_to("nowhere.py")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def without_rights(path: Path) -> None:
    path.write_text("class Net: pass\n")
    path.chmod(0)


@pytest.mark.parametrize(
    "make", [folder_of_that_name, broken_link, link_to_itself, pipe, without_rights]
)
def test_what_is_no_file(folder, make: Callable[[Path], None]):
    make(folder / "near.py")
    assert FOUND in places(folder / "asking.py")


@pytest.mark.parametrize("name", ["a b.py", "näher.py", "new\nline.py", "1.py", "-x.py", ".py"])
def test_names_of_files(folder, name):
    (folder / name).write_text("from asking import validate\nvalidate(1)\n", "utf-8")
    assert FOUND in places(folder / "asking.py")
    os.rename(folder / "asking.py", folder / f"other {name}")
    assert FOUND in places(folder / f"other {name}")


def test_a_name_that_is_no_text(folder):
    try:
        (folder / os.fsdecode(b"\xff.py")).write_text("from asking import validate\n")
    except OSError:
        pytest.skip("the file system knows no such names")
    assert FOUND in places(folder / "asking.py")
    other = folder / os.fsdecode(b"\xfe.py")
    other.write_text(ALONE, "utf-8")
    assert [code for _, code in places(other)] == ["NGR102"]


def test_folders_that_lead_into_each_other(folder):
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "near.py").write_text("class Net: pass\n")
    (folder / "one" / "two").symlink_to(folder / "two")
    (folder / "two" / "one").symlink_to(folder / "one")
    (folder / "two" / "up").symlink_to(folder)
    assert FOUND in places(folder / "asking.py")


def test_deep_folders(folder):
    deep = folder
    for _ in range(200):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "near.py").write_text("class Net: pass\n")
    (deep / "asking.py").write_text(ASKING)
    assert FOUND in places(folder / "asking.py")
    assert FOUND in places(deep / "asking.py")


def test_neighbours_that_vanish(folder, monkeypatch):
    near = folder / "near.py"
    near.write_text("class Net: pass\n")
    scandir = os.scandir

    def scanning(path):
        entries = scandir(path)
        near.unlink(missing_ok=True)
        return entries

    monkeypatch.setattr(os, "scandir", scanning)
    assert FOUND in places(folder / "asking.py")


def test_a_folder_that_vanishes(folder, monkeypatch):
    def scanning(path):
        raise FileNotFoundError(path)

    monkeypatch.setattr(os, "scandir", scanning)
    assert FOUND in places(folder / "asking.py")


def test_a_file_that_is_nowhere_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("stdin", "<stdin>", "-", "", "no/such/folder/new.py"):
        lines = ASKING.splitlines(keepends=True)
        found = Checker(ast.parse(ASKING), lines, name).run()
        assert FOUND in [(line, message.partition(" ")[0]) for line, _, message, _ in found]


def test_an_import_cycle_of_star_imports(folder):
    ring = 12
    for number in range(ring):
        text = f"from ring{(number + 1) % ring} import *\nclass Net(Base): pass\n"
        (folder / f"ring{number}.py").write_text(text)
    (folder / "near.py").write_text("from ring0 import *\nfrom ring0 import Net, Base, build\n")
    assert FOUND in places(folder / "asking.py")


def reads(monkeypatch) -> list[str]:
    """The files that are opened from now on."""
    opened: list[str] = []

    def noting(path, *arguments, **options):
        opened.append(os.path.basename(str(path)))
        return real(path, *arguments, **options)

    real = io.open
    monkeypatch.setattr("builtins.open", noting)
    monkeypatch.setattr("io.open", noting)
    return opened


@pytest.mark.parametrize("where", ["home", "top"])
def test_a_home_directory_without_a_marker_is_not_read(tmp_path, monkeypatch, where):
    home = tmp_path / "home"
    (home / "other").mkdir(parents=True)
    (home / "other" / "near.py").write_text("class Net: pass\n")
    (home / "asking.py").write_text(ASKING)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(home if where == "home" else "/")
    opened = reads(monkeypatch)
    assert FOUND in places(home / "asking.py")
    assert "near.py" not in opened


def test_no_project_reads_no_other_file(folder, monkeypatch):
    (folder / "near.py").write_text("class Net: pass\n")
    opened = reads(monkeypatch)
    assert FOUND in places(folder / "asking.py", Options(project="off"))
    assert "near.py" not in opened


def test_a_file_without_a_candidate_reads_no_other_file(folder, monkeypatch):
    (folder / "near.py").write_text("class Net: pass\n")
    (folder / "asking.py").write_text("import torch\nfrom near import *\n\nx = torch.ones(2)\n")
    opened = reads(monkeypatch)
    assert places(folder / "asking.py") == []
    assert opened.count("near.py") == 0


def steps(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls."""
    count = 0

    def counting(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


MODULE = """\
import torch
from torch import nn

class Net{number}(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = nn.Linear(4, 2)
    def forward(self, x):
        return self.part(x)
    def evaluate{number}(self, x):
        return self(x).argmax(1)

def train{number}(batches, optimizer):
    net = Net{number}()
    for x, y in batches:
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
"""


def big_project(folder: Path, files: int) -> Path:
    for number in range(files):
        path = folder / f"package{number // 50}" / f"file{number}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(MODULE.format(number=number))
    (folder / "pyproject.toml").touch()
    (folder / "asking.py").write_text(ASKING)
    return folder / "asking.py"


def test_one_file_of_a_thousand_costs_little_more_than_one_of_few(tmp_path):
    few, many = (big_project(tmp_path / str(size), size) for size in (100, 1000))
    engine.check(Source.from_path(few), Options(project="off"))
    alone = steps(lambda: places(few, Options(project="off")))
    costs = [steps(lambda path=path: places(path)) for path in (few, many)]
    # A few steps for each file that is listed and searched; only those that hold a name are parsed.
    assert costs[1] - costs[0] < 80 * 900
    assert costs[0] < 12 * alone


def test_a_name_that_everybody_uses_is_bounded(tmp_path):
    folder = tmp_path / "everybody"
    path = big_project(folder, 400)
    for number in range(400):
        with (folder / f"package{number // 50}" / f"file{number}.py").open("a") as file:
            file.write(f"\ndef use{number}(net, x):\n    return net.predict(x), net.embed(x)\n")
    alone = steps(lambda: places(path, Options(project="off")))
    assert steps(lambda: places(path)) < 400 * 12 * 60 + 20 * alone
