"""What a name of one file stands for in another, and where that cannot be told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_nograd.options import Options
from flake8_nograd.project.files import Files
from flake8_nograd.project.module_reader import summarize
from flake8_nograd.project.neighbours import Neighbours
from flake8_nograd.project.symbols import Definition, Outside, Symbols
from flake8_nograd.project.texts import Texts
from flake8_nograd.source import Source
from flake8_nograd.vocabulary.lookup import vocabulary_of

NET = "class Net:\n    def run(self): pass\ndef build(): pass\n"


def symbols_of(folder: Path, texts: Mapping[str, str], own: str) -> Symbols:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    vocabulary = vocabulary_of(Options())
    files = Files(str(folder), vocabulary, (), Texts({}), {})
    source = Source.from_path(folder / own)
    summary = summarize(source.tree, source.path, vocabulary)
    return Symbols(Neighbours(files, summary, texts[own].encode()))


def told(folder: Path, texts: Mapping[str, str], name: str, own: str = "use.py") -> str:
    """What a name of a file stands for: `file: class.function`, a dotted name, or nothing."""
    symbols = symbols_of(folder, texts, own)
    found = symbols.named(name, symbols.files.own)
    if isinstance(found, Outside):
        return found.dotted
    if not isinstance(found, Definition):
        return ""
    place = os.path.relpath(found.module.path, folder).replace(os.sep, "/")
    return f"{place}: {'.'.join(filter(None, found.key[1:]))}"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from net import Net", "Net"),
        ("from net import Net as Model", "Model"),
        ("import net", "net.Net"),
        ("import net as zoo", "zoo.Net"),
        ("from net import *", "Net"),
        ("from net import Net\nModel = Net", "Model"),
        ("import net\nModel = net.Net", "Model"),
        ("try:\n    from net import Net\nexcept ImportError:\n    Net = None", "Net"),
        ("if x:\n    from net import Net\nelse:\n    from other import Net", "Net"),
        ("def f():\n    from net import Net", "Net"),
        ("from other import *\nfrom net import *", "Net"),
    ],
)
def test_ways_to_import(tmp_path, line, name):
    texts = {"net.py": NET, "other.py": "x = 1\n", "use.py": f"{line}\n"}
    assert told(tmp_path, texts, name) == "net.py: Net"


def test_methods_and_functions(tmp_path):
    texts = {"net.py": NET, "use.py": "import net\nfrom net import Net, build\n"}
    assert told(tmp_path, texts, "Net.run") == "net.py: Net.run"
    assert told(tmp_path, texts, "net.build") == "net.py: build"
    assert told(tmp_path, texts, "Net.gone") == "net.Net.gone"  # no file defines it
    assert told(tmp_path, texts, "net.gone") == "net.gone"


def test_a_method_of_an_ancestor_in_another_file(tmp_path):
    texts = {
        "net.py": NET,
        "sub.py": "from net import Net\nclass Sub(Net): pass\n",
        "use.py": "from sub import Sub\n",
    }
    assert told(tmp_path, texts, "Sub.run") == "net.py: Net.run"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from . import net", "net.Net"),
        ("from .net import Net", "Net"),
        ("from .. import zoo", "zoo.models.net.Net"),
        ("from ..models.net import Net", "Net"),
        ("from ..models import net as n", "n.Net"),
        ("from zoo.models.net import Net", "Net"),
        ("import zoo.models.net", "zoo.models.net.Net"),
        ("import zoo.models.net as n", "n.Net"),
    ],
)
def test_imports_inside_of_a_package(tmp_path, line, name):
    texts = {
        "zoo/__init__.py": "",
        "zoo/models/__init__.py": "",
        "zoo/models/net.py": NET,
        "zoo/models/use.py": f"{line}\n",
    }
    if line.startswith("from .."):  # seen from one folder further down
        texts["zoo/runs/use.py"] = texts.pop("zoo/models/use.py").replace(
            "from .. import", "from ... import"
        )
    own = next(path for path in texts if path.endswith("use.py"))
    assert told(tmp_path, texts, name, own) == "zoo/models/net.py: Net"


@pytest.mark.parametrize(
    "line", ["from .net import Net", "from .net import *", "from . import net\nNet = net.Net"]
)
def test_what_a_package_hands_on(tmp_path, line):
    texts = {
        "zoo/__init__.py": "from .models import *\n",
        "zoo/models/__init__.py": f"{line}\n",
        "zoo/models/net.py": NET,
        "use.py": "import zoo\nfrom zoo.models import Net\n",
    }
    assert told(tmp_path, texts, "Net") == "zoo/models/net.py: Net"
    assert told(tmp_path, texts, "zoo.Net") == "zoo/models/net.py: Net"


def test_the_folder_of_the_file_comes_first_then_the_root_then_src(tmp_path):
    texts = {"a/net.py": NET, "net.py": NET, "src/net.py": NET, "src/lab/net.py": NET}
    use = "from net import Net\nfrom lab.net import Net as Lab\n"
    assert told(tmp_path, {**texts, "a/use.py": use}, "Net", "a/use.py") == "a/net.py: Net"
    assert told(tmp_path, {**texts, "b/use.py": use}, "Net", "b/use.py") == "net.py: Net"
    assert told(tmp_path, {**texts, "b/use.py": use}, "Lab", "b/use.py") == "src/lab/net.py: Net"


def test_the_only_file_whose_path_ends_so_or_the_nearest(tmp_path):
    texts = {"code/lab/net.py": NET, "tools/use.py": "from lab.net import Net\n"}
    assert told(tmp_path, texts, "Net", "tools/use.py") == "code/lab/net.py: Net"
    texts["tools/deep/lab/net.py"] = NET
    assert told(tmp_path, texts, "Net", "tools/use.py") == "tools/deep/lab/net.py: Net"


def test_several_files_as_near_say_nothing(tmp_path):
    texts = {"a/lab/net.py": NET, "b/lab/net.py": NET, "use.py": "from lab.net import Net\n"}
    assert told(tmp_path, texts, "Net") == "lab.net.Net"


def test_what_comes_from_outside_keeps_its_name(tmp_path):
    texts = {
        "json.py": NET,
        "lib/io.py": NET,
        "use.py": "import torch.nn as nn\nfrom abc import ABC\nfrom io import Net\n",
    }
    assert told(tmp_path, texts, "nn.Module") == "torch.nn.Module"
    assert told(tmp_path, texts, "ABC") == "abc.ABC"
    assert told(tmp_path, texts, "Net") == "io.Net"  # Python's own, not a file further down
    assert told(tmp_path, texts, "unheard.of") == ""


def test_a_file_of_a_name_that_python_has_counts_where_python_would_find_it(tmp_path):
    texts = {"logging.py": NET, "use.py": "from logging import Net\n"}
    assert told(tmp_path, texts, "Net") == "logging.py: Net"


@pytest.mark.parametrize(
    "texts",
    [
        {"use.py": "from use import Net\n"},
        {
            "use.py": "from a import Net\n",
            "a.py": "from b import Net\n",
            "b.py": "from a import Net\n",
        },
        {"use.py": "from a import *\n", "a.py": "from use import *\nNet\n"},
        {"use.py": "Net = Other\nOther = Net\n"},
        {"use.py": "class Net(Net): pass\n", "a.py": ""},
    ],
)
def test_circles_end(tmp_path, texts):
    assert told(tmp_path, texts, "Net") in ("", "use.Net", "a.Net", "use.py: Net")
    assert ": " not in told(tmp_path, texts, "Net.run")


def test_ancestors_over_files_and_what_lies_outside(tmp_path):
    texts = {
        "use.py": "from a import A\nclass C(A, abc.ABC): pass\n",
        "a.py": "from b import B\nclass A(B): pass\n",
        "b.py": "from torch import nn\nfrom use import C\nclass B(nn.Module, C, made()): pass\n",
    }
    symbols = symbols_of(tmp_path, texts, "use.py")
    found = symbols.named("C", symbols.files.own)
    assert isinstance(found, Definition)
    assert [item.key[1] for item in symbols.ancestors(found)] == ["A", "B"]
    assert symbols.outside_bases(found) == {"torch.nn.Module", "?"}


@pytest.mark.parametrize(
    ("name", "dotted"),
    [
        ("Net", "lab.Net"),
        ("torch", "torch"),
        ("functional", "torch.nn.functional"),
        ("F", "torch.nn.functional"),
        ("Deep", "lab.Deep"),
        ("np", "numpy"),
        ("missing", None),
    ],
)
def test_what_a_star_import_gives_a_name(tmp_path, name, dotted):
    texts = {
        "use.py": "from elsewhere import *\nfrom lab import *\n",
        "lab.py": "import torch\nfrom torch.nn import functional\nfrom net import *\n"
        "class Net: pass\n",
        "net.py": "from lab import *\nimport torch.nn.functional as F\nimport numpy as np\n"
        "class Deep: pass\n",
    }
    symbols = symbols_of(tmp_path, texts, "use.py")
    assert symbols.behind_star(name, symbols.files.own) == dotted
