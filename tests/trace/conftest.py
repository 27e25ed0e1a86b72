"""What the tests of the recorder share."""

from __future__ import annotations

import pytest
from traced_programs import Workshop


@pytest.fixture
def workshop(tmp_path):
    """A directory of its own for the programs of a test."""
    return Workshop(tmp_path)
