"""Where the acts of a generated program stand, and how a function hands out what it computes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A surrounding for BODY; RESULT is what its function returns."""

    code: str
    is_function: bool = True
    returns: bool = True
    callee: str = ""
    hands_out: str = "return"


@dataclass(frozen=True)
class Result:
    """What prepares the result, the statement that hands it out, and its later use."""

    before: str
    code: str
    after: str

    def fits(self, place: Place) -> bool:
        """Whether a function at this place may end so."""
        return self.code.startswith(place.hands_out)


PLACES = {
    "module": Place("BODY", is_function=False, returns=False),
    "loop": Place("for epoch in range(2):\n    BODY", is_function=False, returns=False),
    "main": Place("if __name__ == '__main__':\n    BODY", is_function=False, returns=False),
    "function": Place("def NAME():\n    BODY\nresult = NAME()"),
    "function twice": Place("def NAME():\n    BODY\nNAME()\nresult = NAME()"),
    "parameters": Place(
        "def NAME(model_, x, y=y):\n    BODY\nresult = NAME(CALLEE, x)", callee="model_"
    ),
    "method": Place(
        "class Trainer:\n    def __init__(self, net):\n        self.net = net\n"
        "    def NAME(self):\n        BODY\nresult = Trainer(CALLEE).NAME()",
        callee="self.net",
    ),
    "static method": Place(
        "class Trainer:\n    @staticmethod\n    def NAME():\n        BODY\nresult = Trainer.NAME()"
    ),
    "class method": Place(
        "class Trainer:\n    @classmethod\n    def NAME(cls):\n        BODY\n"
        "result = Trainer.NAME()"
    ),
    "property": Place(
        "class Trainer:\n    @property\n    def NAME(self):\n        BODY\nresult = Trainer().NAME"
    ),
    "closure": Place(
        "def make(net_):\n    def NAME():\n        BODY\n    return NAME\nresult = make(CALLEE)()",
        callee="net_",
    ),
    "inner": Place(
        "def outer():\n    def NAME():\n        BODY\n    return NAME()\nresult = outer()"
    ),
    "decorated": Place("@logged\ndef NAME():\n    BODY\nresult = NAME()"),
    "callback": Place("def NAME():\n    BODY\nresult = call(NAME)"),
    "partial": Place("def NAME(x):\n    BODY\nresult = functools.partial(NAME, x)()"),
    "table": Place("def NAME():\n    BODY\nresult = {'it': NAME}['it']()"),
    "thread": Place(
        "def NAME():\n    BODY\nthread = threading.Thread(target=NAME)\nthread.start()\n"
        "thread.join()",
        returns=False,
    ),
    "generator": Place("def NAME():\n    BODY\n    yield\nlist(NAME())", returns=False),
    "yields": Place(
        "def NAME():\n    if x is None:\n        yield\n    BODY\nresult = [None, *NAME()][-1]",
        hands_out="yield",
    ),
    "generator return": Place(
        "def NAME():\n    yield 0\n    BODY\nruns = NAME()\nnext(runs)\nresult = None\n"
        "try:\n    next(runs)\nexcept StopIteration as stop:\n    result = stop.value"
    ),
    "raises": Place(
        "class Found(Exception):\n    pass\nresult = None\ndef NAME():\n    BODY\n"
        "try:\n    NAME()\nexcept Found as found:\n    result = found.args[0]",
        hands_out="raise",
    ),
    "async": Place("async def NAME():\n    BODY\nresult = asyncio.run(NAME())"),
    "after training": Place(
        "class Base:\n    def _train(self):\n        crit(CALLEE(x), y).backward()\n"
        "class Trainer(Base):\n    def NAME(self):\n        self._train()\n        BODY\n"
        "result = Trainer().NAME()"
    ),
    "base": Place(
        "class Base:\n    def fit(self):\n        return self.NAME()\n"
        "class Trainer(Base):\n    def NAME(self):\n        BODY\nresult = Trainer().fit()"
    ),
    "helper": Place("def NAME():\n    BODY\ndef fit():\n    return NAME()\nresult = fit()"),
    "module method": Place(
        "class System(nn.Module):\n    def __init__(self, net):\n        super().__init__()\n"
        "        self.net = net\n    def NAME(self, x):\n        BODY\n"
        "result = System(CALLEE).NAME(x)",
        callee="self.net",
    ),
}

RESULTS = {
    "one": Result("res = NEED", "return res", "result.backward()"),
    "expression": Result("num = NUMBER", "return w.pow(2).sum()", "result.backward()"),
    "pair": Result("num, res = NUMBER, NEED", "return num, res", "result[1].backward()"),
    "raised": Result("res = NEED\nnum = NUMBER", "raise Found(res)", "result.backward()"),
    "raised mixed": Result("res = MIXED", "raise Found(res)", "result.backward()"),
    "yielded": Result("num = NUMBER\nres = NEED", "yield num\nyield res", "result.backward()"),
    "yielded mixed": Result("num = NUMBER", "yield (w * num).sum()", "result.backward()"),
    "mixed": Result("res = MIXED", "return res", "result.backward()"),
    "table": Result("num = NUMBER", "return {'a': num, 'l': w @ w}", "result['l'].backward()"),
    "either": Result("num = NUMBER", "return w[0] if num > 0 else w[1] * 2", "result.backward()"),
    "loss itself": Result(
        "res = crit(FORWARD, y)\nprint('r', round(res.item(), 4))",
        "return res",
        "result.backward()",
    ),
    "read later": Result("res = FORWARD", "return res", "print('f', result.sum().item() < 1e9)"),
    "number": Result("num = NUMBER", "return num", "print('r', result)"),
    "view": Result("num = NUMBER", "return v.view(-1)", "result.sum().backward()"),
    "in place": Result(
        "res = FORWARD", "return res", "result += v.sum()\nprint(result.tolist()[0])"
    ),
    "requires grad": Result(
        "num = NUMBER\nres = torch.ones(3, requires_grad=True)\ntwo = res * 2",
        "return num, res, two",
        "result[2].sum().backward()\nprint(result[1].grad.tolist())",
    ),
}
