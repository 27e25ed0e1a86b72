"""`--add-noqa` silences what is there, for adoption in a project that is not clean."""

from __future__ import annotations

import pytest

HEAD = "import torch\nfrom torch import nn\n\nmodel = nn.Linear(4, 2).eval()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("print(model(x).item())\n", "print(model(x).item())  # noqa: NGR102\n"),
        ("print(model(x).item())  # so\n", "print(model(x).item())  # so  # noqa: NGR102\n"),
        (
            "print(model(x).item())  # noqa: E501\n",
            "print(model(x).item())  # noqa: E501,NGR102\n",
        ),
        (
            "print(model(x).item())  # noqa: E501 too long\n",
            "print(model(x).item())  # noqa: E501,NGR102 too long\n",
        ),
        (
            "print(\n    model(x).item(),\n)\n",
            "print(\n    model(x).item(),  # noqa: NGR102\n)\n",
        ),
        (
            'print(model(x).item(), """\n# text\n""")\n',
            'print(model(x).item(), """\n# text\n""")  # noqa: NGR102\n',
        ),
        (
            "y = \\\n    model(x).item()\nprint(y)\n",
            "y = \\\n    model(x).item()  # noqa: NGR102\nprint(y)\n",
        ),
        (
            "y = model(x) \\\n    .item()\nprint(y)\n",
            "y = model(x) \\\n    .item()  # noqa: NGR102\nprint(y)\n",
        ),
    ],
)
def test_comment(run, write, before, after):
    path = write("a.py", HEAD + before)
    ran = run("--add-noqa", "a.py")
    assert (ran.code, ran.err) == (0, "silenced 1 finding in 1 file\n")
    assert path.read_text() == HEAD + after
    ran = run("--check", "a.py")
    assert (ran.code, ran.out) == (0, "")


def test_what_led_others_leaves_none_of_them(run, write):
    loop = "for x in range(3):\n    print(model(torch.ones(4) * x).argmax())\n"
    path = write("a.py", HEAD + 2 * loop)
    assert run("--add-noqa", "a.py").err == "silenced 2 findings in 1 file\n"
    assert path.read_text().count("# noqa: NGR102") == 2
    assert run("--check", "a.py").out == ""


def test_bytes_stay(run, tmp_path):
    path = tmp_path / "a.py"
    data = b"\xef\xbb\xbf" + (HEAD + "print(model(x).item(), 'é')").replace("\n", "\r\n").encode()
    path.write_bytes(data)
    run("--add-noqa", "a.py")
    assert path.read_bytes() == data + b"  # noqa: NGR102"


def test_second_run_changes_nothing(run, write):
    path = write("a.py", HEAD + "print(model(x).item())\n")
    run("--add-noqa", "a.py")
    text = path.read_text()
    run("--add-noqa", "a.py")
    assert path.read_text() == text


def test_only_selected_findings(run, write):
    path = write("a.py", HEAD + "print(model(x).item())\n")
    run("--add-noqa", "--ignore", "NGR102", "a.py")
    assert "noqa" not in path.read_text()
