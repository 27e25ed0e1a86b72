"""Guards written in another way, or taken off: where, how safely, and as the message says."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from flake8_nograd import fix_engine
from flake8_nograd.findings import Safety
from flake8_nograd.fixing import Style, Verdict
from flake8_nograd.options import Options

OPTIONS = Options(project="off", opt_in=frozenset({"NGR901", "NGR902"}))
HEAD = "import torch\nfrom torch import nn\n\n"


def fixed(program: str, *, unsafe: bool = False) -> str:
    data = (HEAD + dedent(program)).encode()
    after = fix_engine.fix(data, "program.py", OPTIONS, Style(unsafe=unsafe)).after
    return after.decode().removeprefix(HEAD)


def changes(program: str, *, unsafe: bool = True) -> bool:
    return fixed(program, unsafe=unsafe) != dedent(program)


INNER = """
@torch.no_grad()
def embed(model, batches):
    with torch.no_grad():
        rows = [model(batch) for batch in batches]

        # one row for each sample
        return torch.cat(
            rows,
        )
"""


def test_inner_guard_is_taken_off():
    assert fixed(INNER) == dedent(
        """
        @torch.no_grad()
        def embed(model, batches):
            rows = [model(batch) for batch in batches]

            # one row for each sample
            return torch.cat(
                rows,
            )
        """
    )


def test_inner_guards_of_inner_guards_go_one_after_the_other():
    program = """
    def embed(model, batch):
        with torch.no_grad():
            with torch.no_grad():
                with torch.no_grad():
                    return model(batch)
    """
    assert fixed(program) == dedent(
        """
        def embed(model, batch):
            with torch.no_grad():
                return model(batch)
        """
    )


@pytest.mark.parametrize("column", [0, 4, 6, 12])
def test_comment_beside_the_body_does_not_matter(column):
    note = "# what follows is one line\n"
    program = INNER.replace("        rows =", f"{' ' * column}{note}        rows =")
    after = fixed(program)
    assert note in after
    assert "\n    rows = " in after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("    with torch.no_grad():", "\twith torch.no_grad():", id="tabs"),
        pytest.param("\n", "\r\n", id="windows line ends"),
    ],
)
def test_layout_is_kept(old, new):
    code = HEAD + INNER.replace("        # one row", "      # one row")
    if new.startswith("\t"):
        code = re.sub(r"^(    )+", lambda found: "\t" * (len(found[0]) // 4), code, flags=re.M)
    data = code.replace("\n", new).encode() if new == "\r\n" else code.encode()
    after = fix_engine.fix(data, "program.py", OPTIONS, Style()).after
    assert after.count(b"torch.no_grad()") == 1
    assert after.count(b"\r\n") == (after.count(b"\n") if new == "\r\n" else 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def embed", "async def embed"),
        ("return torch.cat", "yield torch.cat"),
        ("with torch.no_grad():", "with torch.no_grad(), open('log'):"),
        ("with torch.no_grad():", "with torch.no_grad():  # none of this is trained"),
        ("# one row for each sample", "print('''one\n        row''')"),
        ("# one row for each sample", "torch.set_grad_enabled(True)"),
        ("@torch.no_grad()\n", "mode = torch.enable_grad()\n\n\n@torch.no_grad()\n"),
        ("@torch.no_grad()\n", "@torch.no_grad()\n@register\n"),
        ("        )\n", "        )\n        # the end of the block\n"),
    ],
)
def test_inner_guard_stays(old, new):
    assert old in INNER
    assert not changes(INNER.replace(old, new), unsafe=False)


ABOVE = """
class Probe:
    @torch.no_grad()
    @classmethod
    def ones(cls, count):
        return torch.ones(count)
"""


def test_guard_goes_below_classmethod():
    guard, other = "    @torch.no_grad()\n", "    @classmethod\n"
    assert fixed(ABOVE) == ABOVE.replace(guard + other, other + guard)


@pytest.mark.parametrize("other", ["@staticmethod", "@property"])
def test_guard_goes_below_others_as_an_unsafe_fix(other):
    program = ABOVE.replace("@classmethod", other)
    assert not changes(program, unsafe=False)
    after = fixed(program, unsafe=True)
    assert f"    {other}\n    @torch.no_grad()\n    def ones" in after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@torch.no_grad()", "@torch.no_grad()  # nothing of this is trained"),
        ("    @classmethod\n", "    @wrapped\n    @classmethod\n"),
        ("    @classmethod\n", "    @classmethod\n    @wrapped\n"),
        ("    @torch.no_grad()\n    @classmethod", "    @torch.jit.script\n    @torch.no_grad()"),
    ],
)
def test_order_of_decorators_stays(old, new):
    assert old in ABOVE
    assert not changes(ABOVE.replace(old, new))


SCRIPT = """
model = nn.Linear(4, 3)
model.eval()
with torch.no_grad():
    print(model(torch.randn(5, 4)).mean().item())
"""


def test_inference_mode_is_written_where_it_does():
    assert fixed(SCRIPT) == SCRIPT.replace("no_grad", "inference_mode")


def test_another_name_of_the_guard_stays():
    program = SCRIPT.replace("torch.no_grad()", "no_grad()")
    assert not changes(f"from torch import no_grad\n{program}")


OVERRULED = """
def slope(x):
    with torch.inference_mode():
        with torch.enable_grad():
            return x.requires_grad_().square()
"""


def test_what_inference_mode_overrules_is_unsafe():
    assert not changes(OVERRULED, unsafe=False)
    assert fixed(OVERRULED, unsafe=True) == OVERRULED.replace("inference_mode", "no_grad")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("torch.inference_mode()", "torch.inference_mode(x.is_cpu)"),
        ("return x.requires_grad_().square()", "return int(nn.Linear(2, 2)(x).argmax())"),
        ("torch.inference_mode()", "inference_mode()"),
    ],
)
def test_what_inference_mode_overrules_stays(old, new):
    imported = "from torch import inference_mode\n" if new == "inference_mode()" else ""
    assert not changes(imported + OVERRULED.replace(old, new))


@pytest.mark.parametrize(
    ("program", "said", "safety"),
    [
        (SCRIPT, "could be `torch.inference_mode()`", Safety.SAFE),
        (OVERRULED, "use `torch.no_grad()` around it", Safety.UNSAFE),
        (INNER, "remove it", Safety.SAFE),
        (ABOVE, "put it directly above the `def`", Safety.SAFE),
    ],
)
def test_message_and_edit_agree(program, said, safety):
    data = (HEAD + program).encode()
    result = fix_engine.fix(data, "program.py", OPTIONS, Style(unsafe=True))
    (outcome,) = (item for item in result.found if item.finding.respelling)
    assert (outcome.verdict, outcome.safety) == (Verdict.FIXED, safety)
    assert said in outcome.finding.message
    after = result.after.decode()
    for text in re.findall("`(torch.+?)`", said):
        assert after.count(text) == program.count(text) + 1
    assert after.count("with ") == program.count("with ") - ("remove" in said)
    assert ("@torch.no_grad()\n    def" in after) is ("directly above" in said)


DEAD = """
def label(model, batch):
    torch.no_grad()  # nobody trains here

    scores = batch.matmul(
        model.weight,
    )
    return scores.argmax(1)  # of each


print(1)
"""


def test_what_follows_a_guard_goes_under_it():
    assert not changes(DEAD, unsafe=False)
    assert fixed(DEAD, unsafe=True) == (
        """
def label(model, batch):
    with torch.no_grad():  # nobody trains here

        scores = batch.matmul(
            model.weight,
        )
        return scores.argmax(1)  # of each


print(1)
"""
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("torch.no_grad()  #", "torch.no_grad(); batch = batch + 1  #"),
        ("    torch.no_grad()", "    print(2); torch.no_grad()"),
        ("torch.no_grad()", "torch.no_grad"),
        ("    return scores.argmax(1)", "    print('''one\n    row''')"),
        ("torch.no_grad()  #", "if batch is None:\n        torch.no_grad()  #"),
        ("torch.no_grad()", "torch.inference_mode().__enter__()"),
        ("scores = batch.matmul(\n        model.weight,", "scores = model.eval()(\n        batch,"),
    ],
)
def test_what_follows_a_guard_stays(old, new):
    program = DEAD.replace(old, new)
    assert program != DEAD
    result = fix_engine.fix((HEAD + program).encode(), "program.py", OPTIONS, Style(unsafe=True))
    assert not [item for item in result.found if item.finding.respelling]
    assert f"{new.splitlines()[-1]}" in result.after.decode()


SWITCHED = """
def label(model, batch):
    model.eval()
    torch.set_grad_enabled(False)
    return model(batch).argmax(1).tolist()


def train(model, batch, criterion):
    label(model, batch)
    criterion(model(batch)).backward()
"""


def test_what_follows_a_switch_goes_under_a_guard():
    assert not changes(SWITCHED, unsafe=False)
    after = fixed(SWITCHED, unsafe=True)
    assert "    with torch.no_grad():\n        return model(batch)" in after
    assert "set_grad_enabled" not in after


MADE = """
def train(backbone, head, batches):
    net, last = nn.Linear(4, 8), nn.Linear(8, 2)
    for batch in batches:
        with torch.inference_mode():
            features = net(batch)
        last(features).mean().backward()
"""


def test_inference_mode_that_makes_what_is_trained_with_becomes_no_grad():
    assert fixed(MADE) == MADE.replace("inference_mode", "no_grad")


def test_inference_mode_by_another_name_stays():
    program = MADE.replace("torch.inference_mode()", "inference_mode()")
    assert not changes(f"from torch import inference_mode\n{program}")


VOLATILE = "from torch.autograd import Variable\n"


@pytest.mark.parametrize(
    ("written", "fixed_to"),
    [
        ("Variable(x, volatile=True)", "Variable(x)"),
        ("Variable(x, volatile = True, )", "Variable(x, )"),
        ("Variable(volatile=y.flag, data=x)", "Variable(data=x)"),
        ("f('é', Variable(Variable(x, volatile=not y), volatile=True))", None),
        ("Variable(x, requires_grad=False, volatile=True)", ""),  # the two may exclude each other
        ("Variable(x, volatile=y())", ""),
        ("Variable(\n    x,\n    volatile=True,\n)", ""),
        ("Variable(x, volatile=False)", ""),
    ],
)
def test_volatile_is_left_out(written, fixed_to):
    expected = "f('é', Variable(Variable(x)))" if fixed_to is None else fixed_to or written
    assert fixed(f"{VOLATILE}{written}\n") == f"{VOLATILE}{expected}\n"


def test_volatile_stays_where_it_alone_tells_of_inference():
    program = """
    from torch.autograd import Variable

    def score(x, model=nn.Linear(4, 2)):
        x = Variable(x, volatile=True)
        {mode}
        print(model(x).sum().item())
    """
    assert "volatile" in fixed(program.format(mode="pass"), unsafe=True)
    assert "volatile" not in fixed(program.format(mode="model.eval()"), unsafe=True)
