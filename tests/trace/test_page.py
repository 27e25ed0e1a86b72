"""The page of a run: complete, without outside resources, and harmless whatever it shows."""

from __future__ import annotations

import hashlib
import re
import sys
from base64 import b64encode
from html.parser import HTMLParser

import pytest
from browsers import browser, seen
from traced_programs import Workshop

from flake8_nograd.trace.page.chart import chart
from flake8_nograd.trace.page.side_by_side import LEFT_OUT, Row, side_by_side
from flake8_nograd.trace.timeline import Moment

PROGRAM = """
import torch
from torch import nn
from torch.nn import functional as F

net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 2))


def train():
    F.mse_loss(net(torch.ones(4, 8)), torch.ones(4, 2)).backward()


def test():
    net.eval()
    total = 0
    for _ in range(3):
        total += net(torch.ones(4, 8)).sum()  # </script><b id=evil>&amp;
    return total.item()


train()
test()
"""
# One link, one table, one button for each heading: what the page must have to be of use.
COUNTED = ("h1", "svg", "polygon", "table", "button", "section", "script", "style")


class Page(HTMLParser):
    """What stands in a page: tags with their attributes, the text, the script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text.append(data)

    def count(self, wanted: str) -> int:
        return sum(tag == wanted for tag, _ in self.tags)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A program that trains, wastes, and has a comment that wants out; its page."""
    workshop = Workshop(tmp_path_factory.mktemp("page"))
    workshop.write(PROGRAM)
    done = workshop.trace("--html", "page.html", "program.py", "<i>argument</i>")
    assert (done.code, done.out) == (0, "")
    assert "1 of 2 forward-pass sites wasted" in done.err
    assert "finding" not in done.err
    return workshop.directory / "page.html"


def test_structure(page):
    text = page.read_text("utf-8")
    parsed = Page(text)
    assert [parsed.count(tag) for tag in COUNTED] == [1, 1, 2, 2, 9, 1, 1, 1]
    assert not any({"src", "srcset", "action", "data"} & set(attrs) for _, attrs in parsed.tags)
    links = [attrs["href"] for _, attrs in parsed.tags if "href" in attrs]
    assert links == ["#site-1"]
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text
    assert "import " not in re.search(r"<style>.*</style>", text, re.DOTALL)[0]


def test_source_stands_beside_its_cure(page):
    text = "".join(Page(page.read_text("utf-8")).text)
    assert "NGR102 forward pass net() in eval mode" in text
    assert "Decorate with `@torch.no_grad()` (safe: " in text
    lines = [line.strip() for line in text.splitlines()]
    assert lines.count("@torch.no_grad()") == 1
    assert lines.count("def test():") == 2


def test_everything_is_escaped_and_only_its_own_script_may_run(page):
    text = page.read_text("utf-8")
    parsed = Page(text)
    assert "evil" not in {attrs.get("id") for _, attrs in parsed.tags}
    assert parsed.count("i") == 0
    assert "&lt;/script&gt;&lt;b id=evil&gt;&amp;amp;" in text
    assert "nograd-trace program.py &#39;&lt;i&gt;argument&lt;/i&gt;&#39;" in text
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    allowed = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [attrs["content"] for _, attrs in parsed.tags if "http-equiv" in attrs]
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    )


@pytest.mark.skipif(browser() is None, reason="no browser is installed")
def test_in_a_browser(page, tmp_path):
    """The table sorts, the areas can be seen, and nothing but the page is asked for."""
    look = """(page, win) => {
      const column = (number) => [...page.querySelectorAll("table.sites tbody tr")]
        .map((row) => row.cells[number].textContent);
      const heads = page.querySelectorAll("table.sites th");
      const sorted = (number) => { heads[number].querySelector("button").click();
        return [column(number), heads[number].getAttribute("aria-sort")]; };
      const area = (name) => { const shape = page.querySelector(name);
        const box = shape.getBoundingClientRect();
        return [win.getComputedStyle(shape).fill, box.width > 100 && box.height > 10]; };
      return {
        first: column(1),
        function: [sorted(1), sorted(1)],
        peak: [sorted(5), sorted(5)],
        held: area(".area-held"), wasted: area(".area-wasted"),
        fits: page.documentElement.scrollWidth <= win.innerWidth,
        evil: page.getElementById("evil") !== null,
      };
    }"""
    told, asked = seen(page, look, tmp_path / "profile")
    peaks = told.pop("peak")
    assert [order for _, order in peaks] == ["descending", "ascending"]
    assert peaks[0][0] == peaks[1][0][::-1]
    assert told.pop("held")[0] != told["wasted"][0]
    assert told.pop("wasted")[1]
    assert told == {
        "first": ["test", "train"],
        "function": [[["test", "train"], "ascending"], [["train", "test"], "descending"]],
        "fits": True,
        "evil": False,
    }
    assert sorted(asked) == ["/page.html", "/watcher.html"]


def test_a_wasted_place_without_a_finding_has_its_source_and_the_reason(workshop):
    workshop.write(PROGRAM.replace("  # </script>", "  # noqa: NGR102 </script>"))
    workshop.trace("--html", "page.html", "program.py")
    text = "".join(Page((workshop.directory / "page.html").read_text("utf-8")).text)
    assert "no finding: NGR102 is silenced here" in text
    assert "@torch.no_grad()" not in text


def test_with_lint_and_json_the_same_is_told_thrice(workshop):
    workshop.write(PROGRAM)
    done = workshop.trace("--lint", "--json", "a.json", "--html", "a.html", "program.py")
    assert "the linter and torch agree" in done.err
    assert '"lint"' in (workshop.directory / "a.json").read_text("utf-8")
    assert "NGR102" in (workshop.directory / "a.html").read_text("utf-8")


def test_a_program_that_never_ran_a_model(workshop):
    workshop.write("import torch\n")
    workshop.trace("--html", "page.html", "program.py")
    text = "".join(Page((workshop.directory / "page.html").read_text("utf-8")).text)
    assert "No graph held anything" in text
    assert "No forward pass of a module with parameters was seen." in text


def test_until_the_program_ends_the_page_says_so(workshop):
    workshop.write("print(open('page.html').read())\n")
    assert (
        "The program has not ended yet." in workshop.trace("--html", "page.html", "program.py").out
    )


def test_side_by_side_shows_what_is_near():
    before = [f"{number}\n" for number in range(1, 31)]
    after = [*before[:9], "new\n", *before[9:]]
    rows = side_by_side(before, after, 25)
    assert rows[3] == Row(0, "", 10, "new", "changed")
    assert [row.old_number for row in rows] == [
        *(7, 8, 9, 0, 10, 11, 12),
        LEFT_OUT.old_number,
        *range(22, 29),
    ]
    assert side_by_side(before, [], 1)[0] == Row(1, "1", 1, "1")


def test_chart_has_steps_and_round_numbers():
    drawn = chart([Moment(0, 0, 0), Moment(1, 3 * 2**20, 2**20), Moment(4, 0, 0)])
    assert [tick.text for tick in drawn.up] == ["0", "1.0 MiB", "2.0 MiB", "3.0 MiB"]
    assert [tick.text for tick in drawn.across] == ["0 s", "1 s", "2 s", "3 s", "4 s"]
    assert (drawn.peak, drawn.wasted_peak) == ("3.0 MiB", "1.0 MiB")
    assert drawn.held.split()[3:6] == ["288.0,220.0", "288.0,16.0", "900.0,16.0"]
    assert chart([Moment(0, 0, 0), Moment(1, 0, 0)]) is None


@pytest.mark.skipif(sys.platform == "win32", reason="paths of bytes are a matter of Unix")
def test_a_path_that_is_no_text(workshop):
    name = b"\xff.py".decode("utf-8", "surrogateescape")
    try:
        (workshop.directory / name).write_text(PROGRAM, "utf-8")
    except OSError:
        pytest.skip("the file system takes no such name")
    workshop.write(f"import runpy\nrunpy.run_path({name!r})\n")
    workshop.trace("--html", "page.html", "program.py")
    assert "\\udcff.py" in (workshop.directory / "page.html").read_text("utf-8")
