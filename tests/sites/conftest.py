"""The solved sites: each is solved once for all tests."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rackplan.solver import Result

sys.path.insert(0, str(Path(__file__).parent))
import regenerate

sys.path.remove(str(Path(__file__).parent))


@functools.cache
def _solved(name: str) -> Result:
    return regenerate.solved(regenerate.ROOT / "sites" / f"{name}.yaml")


@pytest.fixture
def solved() -> Callable[[str], Result]:
    """Return a function that gives the result of a site by its name."""
    return _solved
