"""`python -m flake8_nograd` is `nograd-fix`."""

from __future__ import annotations

import sys

from flake8_nograd.cli import main

if __name__ == "__main__":
    sys.exit(main())
