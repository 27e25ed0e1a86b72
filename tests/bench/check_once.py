"""Print the seconds of CPU that the engine takes for a parsed file.

Runs in the environment of the plugin, in a process of its own.
"""

from __future__ import annotations

import sys
import time

from flake8_nograd import engine
from flake8_nograd.source import Source

WARM_UP = "import torch\nmodel = torch.nn.Linear(4, 2).eval()\nprint(model(x).item())\n"

engine.check(Source.from_text(WARM_UP))
source = Source.from_path(sys.argv[1])
start = time.process_time()
engine.check(source)
print(time.process_time() - start)
