"""Generated programs: every statement of Python around models, guards and backward passes."""

from __future__ import annotations

import ast
from textwrap import indent

from hypothesis import strategies as st

_NAMES = st.sampled_from(["model", "net", "x", "loss", "out", "self.net", "nets[0]", "nets['a']"])
_TARGETS = st.sampled_from(
    ["x", "loss", "out", "x, out", "self.net", "nets[0]", "*x, out", "model"]
)
_GUARDS = st.sampled_from(
    [
        "torch.no_grad()",
        "torch.inference_mode()",
        "torch.inference_mode(False)",
        "torch.enable_grad()",
        "torch.set_grad_enabled(x)",
        "torch.autocast('cpu'), torch.no_grad()",
        "contextlib.ExitStack() as stack",
        "quiet()",
    ]
)
_DECORATORS = st.sampled_from(["torch.no_grad()", "torch.inference_mode", "quiet", "staticmethod"])
_ATOMS = _NAMES | st.sampled_from(["1", "'text'", "torch.ones(4)", "build", "lambda: model(x)"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    unary = st.sampled_from(
        [
            "model({})",
            "self.net({})",
            "nets['a']({}, *x, **out)",
            "build({})",
            "f({})",
            "torch.autograd.grad({}, x)",
            "({}).detach()",
            "({}).item()",
            "({}).backward()",
            "({}).eval()",
            "({}).train()",
            "-({})",
            "not ({})",
            "({})[0]",
            "({})[1:2]",
            "({}).data",
            "(y := ({}))",
            "[model(i) for i in ({}) if i]",
            "{{k: v for k, v in ({})}}",
            "sum(model(i) for i in ({}))",
            "f'{{{}}}'",
            "(lambda a: {})",
            "print({})",
            "torch.no_grad()({})",
            "map(model, {})",
        ]
    )
    binary = st.sampled_from(
        ["({}) + ({})", "({}, {})", "[{}, {}]", "({}) < ({})", "({}) if x else ({})", "g({}, k={})"]
    )
    return st.builds(str.format, unary, inner) | st.builds(str.format, binary, inner, inner)


_EXPRESSIONS = st.recursive(_ATOMS, _grown, max_leaves=4)
_SIMPLE = st.one_of(
    _EXPRESSIONS,
    st.builds("{} = {}".format, _TARGETS, _EXPRESSIONS),
    st.builds("loss += {}".format, _EXPRESSIONS),
    st.builds("x: nn.Module = {}".format, _EXPRESSIONS),
    st.builds("assert {}".format, _EXPRESSIONS),
    st.builds("del {}".format, st.sampled_from(["x", "nets[0]", "self.net"])),
    st.sampled_from(["pass", "model.eval()", "model.train()", "loss.backward()", "opt.step()"]),
    st.sampled_from(["import torch as th", "from torch import *", "raise x", "global model"]),
    st.sampled_from(["torch.set_grad_enabled(False)", "stack.enter_context(torch.no_grad())"]),
)
_LEAVING = st.builds("return {}".format, _EXPRESSIONS) | st.builds("yield {}".format, _EXPRESSIONS)


def _blocks(bodies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = bodies.map(lambda text: indent(text, "    "))
    return st.one_of(
        st.builds("if {}:\n{}\nelse:\n{}".format, _EXPRESSIONS, body, body),
        st.builds("for {} in {}:\n{}\n    break\nelse:\n{}".format, _TARGETS, _ATOMS, body, body),
        st.builds("while {}:\n{}\n    continue".format, _EXPRESSIONS, body),
        st.builds("with {}:\n{}".format, _GUARDS, body),
        st.builds("try:\n{}\nexcept E as x:\n{}\nelse:\n{}".format, body, body, body),
        st.builds("try:\n{}\nfinally:\n{}".format, body, body),
        st.builds("match {}:\n    case [x, *out]:\n{}".format, _ATOMS, body.map(_deeper)),
        st.builds("def f(x, *out, model=None):\n{}".format, body),
        st.builds("@{}\ndef g(model):\n{}".format, _DECORATORS, body),
        st.builds("async def validate(net, x):\n{}".format, body),
        st.builds("class Net(nn.Module):\n{}".format, body.map(_method)),
    )


def _deeper(text: str) -> str:
    return indent(text, "    ")


def _method(text: str) -> str:
    return f"    def forward(self, x):\n{_deeper(text)}"


def _suite(statements: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(statements, min_size=1, max_size=4).map("\n".join)


_STATEMENTS = st.recursive(_SIMPLE | _LEAVING, lambda inner: _blocks(_suite(inner)), max_leaves=12)
_IMPORTS = "import contextlib\nimport torch\nfrom torch import nn\nmodel = nn.Linear(4, 2)\n"


def programs() -> st.SearchStrategy[str]:
    """Programs that Python can parse."""
    return _suite(_STATEMENTS).map(_IMPORTS.__add__).filter(_parses)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
