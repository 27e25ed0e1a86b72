"""`python -m flake8_nograd.trace` is `nograd-trace`."""

import sys

from flake8_nograd.trace.cli import main

sys.exit(main())
