"""Generated programs that grow in one direction each; all pass triage and hold findings."""

from __future__ import annotations

from textwrap import dedent, indent

_HEAD = """\
import torch
from torch import nn
from torch.nn import functional as F

"""

_BLOCK = '''\
class Net{n}(nn.Module):
    """A small network."""

    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, 64)
        self.second = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.first(x))
        return self.second(x)


def train{n}(model, loader, optimizer, device):
    model.train()
    for step, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(data), target)
        loss.backward()
        optimizer.step()
        if step % 10 == 0:
            print(f"step {{step}}: {{loss.item():.4f}}")


def evaluate{n}(model, loader, device):
    model.eval()
    total, correct = 0.0, 0
    for data, target in loader:
        data, target = data.to(device), target.to(device)
        output = model(data)
        total += F.cross_entropy(output, target, reduction="sum").item()
        correct += output.argmax(1).eq(target).sum().item()
    return total / len(loader), correct / len(loader)


def main{n}(options, loader):
    model = Net{n}(options.width).to(options.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=options.lr)
    for epoch in range(options.epochs):
        train{n}(model, loader, optimizer, options.device)
        print(epoch, evaluate{n}(model, loader, options.device))


'''

_PASSAGE = """\
model.train()
out = model(x)
if flag:
    loss = F.mse_loss(out, y)
    total = total + loss.item()
else:
    total = total + out.detach().sum()
model.eval()
for item in items:
    x = model(item)
    scores.append(x.argmax(1).tolist())
with torch.no_grad():
    y = model(x) * 2
"""


def file_of_functions(lines: int) -> str:
    """A file of about so many lines: classes and functions as people write them."""
    count = max(1, lines // _BLOCK.count("\n"))
    return _HEAD + "".join(_BLOCK.format(n=number) for number in range(count))


def one_long_function(lines: int) -> str:
    """One function of about so many lines in which everything depends on what came before."""
    count = max(1, lines // _PASSAGE.count("\n"))
    body = indent(_PASSAGE * count, "    ")
    return f"{_HEAD}def run(model, x, y, items, flag, scores, total):\n{body}    return total\n"


def nested(depth: int, lines: int = 4000) -> str:
    """Suites nested so deep, of about so many lines in all."""
    headers = ("if flag:", "for x in items:", "while flag:", "with context:", "try:")
    opening = [f"{' ' * level}{headers[level % len(headers)]}\n" for level in range(depth)]
    closing = [
        f"{' ' * level}finally:\n{' ' * level} y = model(x).argmax(1).tolist()\n"
        for level in reversed(range(depth))
        if headers[level % len(headers)] == "try:"
    ]
    body = indent("x = model(x)\ny = x.argmax(1).tolist()\n", " " * depth)
    count = max(1, (lines - depth) // body.count("\n"))
    program = "".join(opening) + body * count + "".join(closing)
    return f"{_HEAD}model = nn.Linear(4, 4).eval()\ndef validate(x, items, flag, context):\n" + (
        indent(program, "    ")
    )


def mutual_calls(functions: int) -> str:
    """So many functions, each of which calls three others; nobody is called by nobody."""
    text = dedent("""\
        def step{n}(model, x, depth):
            if depth:
                x = step{first}(model, x, depth - 1)
                x = step{second}(model, x, depth - 1)
                return step{third}(model, model(x), depth - 1)
            return model(x).argmax(1).item()


        """)
    return _HEAD + "".join(
        text.format(
            n=number,
            first=(number + 1) % functions,
            second=(number * 7 + 3) % functions,
            third=(number - 1) % functions,
        )
        for number in range(functions)
    )


def loops_in_loops(loops: int, depth: int = 10) -> str:
    """So many loops in stacks of ten, which all carry the same names around."""
    lines = []
    for number in range(loops):
        level = number % depth
        pad = "    " * (level + 2)
        lines.append(f"{pad}for a{level} in items:\n")
        lines.append(f"{pad}    x, y = model(y), x + a{level}\n")
        lines.append(f"{pad}    total += model(x).sum().item()\n")
    head = f"{_HEAD}def validate(model, items, x, y, total):\n    while total < 100:\n"
    return head + "".join(lines) + "    return total\n"
