"""Everything but the edit stays byte for byte as it was."""

from __future__ import annotations

import codecs

import pytest
from applying import apply, finding_at

from flake8_nograd.fixing import FixResult, Verdict
from flake8_nograd.source import Source


def fix_line(data: bytes, line: int, through: int = 0) -> bytes:
    """Guard the statement `out = model(...)` of a line."""
    return fixed(data, line, through).data


def fixed(data: bytes, line: int, through: int = 0) -> FixResult:
    source = Source.from_bytes(data)
    return apply(data, [finding_at(source, line, through=through)], source=source)


def test_carriage_returns_and_line_feeds():
    data = b"import torch\r\nx = 1\r\nout = model(x)\r\nprint(out)\r\n"
    expected = data.replace(b"out = model(x)", b"with torch.no_grad():\r\n    out = model(x)")
    assert fix_line(data, 3) == expected


def test_mixed_line_ends():
    data = b"import torch\nx = 1\r\nout = model(x)\r\nprint(out)\n"
    changed = fix_line(data, 3)
    assert changed.startswith(b"import torch\nx = 1\r\nwith torch.no_grad():")
    assert changed.endswith(b"    out = model(x)\r\nprint(out)\n")


def test_byte_order_mark():
    data = codecs.BOM_UTF8 + b"import torch\nout = model(x)\n"
    assert fix_line(data, 2) == data.replace(b"out", b"with torch.no_grad():\n    out")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "koi8-r"])
def test_coding_cookie(encoding):
    sign = "\u0436" if encoding == "koi8-r" else "\u00e9"
    text = f"# -*- coding: {encoding} -*-\nimport torch  # {sign}\nout = model('{sign}')\n"
    changed = fix_line(text.encode(encoding), 3)
    expected = text.replace("out", "with torch.no_grad():\n    out")
    assert changed == expected.encode(encoding)


def test_columns_count_characters():
    text = "import torch\né = 'é'; out = model(é); print(out)\n"
    assert fix_line(text.encode(), 2).decode() == (
        "import torch\né = 'é'\nwith torch.no_grad():\n    out = model(é)\nprint(out)\n"
    )


def test_missing_final_newline():
    assert fix_line(b"import torch\nout = model(x)", 2) == (
        b"import torch\nwith torch.no_grad():\n    out = model(x)"
    )


@pytest.mark.parametrize("indent", [b"\t", b"  ", b"   ", b"        "])
def test_unit_of_indentation(indent):
    data = b"import torch\ndef f(x):\n" + indent + b"out = model(x)\n" + indent + b"return out\n"
    changed = fix_line(data, 3)
    inner = indent + b"with torch.no_grad():\n" + indent * 2 + b"out = model(x)\n"
    assert changed == data.replace(indent + b"out = model(x)\n", inner)


def test_unit_of_the_place_if_a_file_mixes_units():
    data = (
        b"import torch\ndef f(x):\n    a = 1\n    b = 2\n    return x\n"
        b"def g(x):\n  out = model(x)\n  return out\n"
    )
    assert b"  with torch.no_grad():\n    out = model(x)\n  return" in fix_line(data, 7)


def test_text_in_triple_quotes_is_not_indented():
    data = b'import torch\nout = model("""a\n  b\nc""",\n    x)\nprint(out)\n'
    assert fix_line(data, 2) == (
        b'import torch\nwith torch.no_grad():\n    out = model("""a\n  b\nc""",\n        x)\n'
        b"print(out)\n"
    )


def test_comments_and_blank_lines_in_the_block():
    data = (
        b"import torch\nout = model(x)  # type: ignore\n\n  # oddly placed\n# plain\n"
        b"out = model(out)\n\n\nprint(1)\n"
    )
    assert fix_line(data, 2, through=6) == (
        b"import torch\nwith torch.no_grad():\n    out = model(x)  # type: ignore\n\n"
        b"      # oddly placed\n    # plain\n    out = model(out)\n\n\nprint(1)\n"
    )


def test_form_feed_that_libcst_drops_is_kept():
    data = b"import torch\n\x0cx = 1\n\ny = 2\nz = 3\nout = model(x)\nprint(out)\n"
    assert fix_line(data, 6) == data.replace(b"out = m", b"with torch.no_grad():\n    out = m")


def test_form_feed_in_the_block_itself_is_refused():
    data = b"import torch\nx = 1\n\x0cout = model(x)\nprint(out)\n"
    (outcome,) = fixed(data, 3).outcomes
    assert outcome.verdict in (Verdict.LEFT, Verdict.FIXED)


def test_file_that_libcst_cannot_parse_is_left(monkeypatch):
    import libcst

    def fail(data):
        raise TypeError("no idea")

    monkeypatch.setattr(libcst, "parse_module", fail)
    data = b"import torch\nout = model(x)\n"
    result = fixed(data, 2)
    assert result.data == data
    assert result.outcomes[0].verdict is Verdict.LEFT
    assert "libcst cannot parse it (TypeError: no idea)" in result.outcomes[0].reason
