"""`python -m flake8_nograd.survey`, as starters such as mpi4py want it."""

import sys

from flake8_nograd.survey.cli import main

if __name__ == "__main__":
    sys.exit(main())
