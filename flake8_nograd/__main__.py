"""`python -m flake8_nograd` is `nograd-fix`, and like it imports nothing from where it is run."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    from flake8_nograd.cli import main

    sys.exit(main())
