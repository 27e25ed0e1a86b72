"""The parts of the `nograd-fix` command."""
