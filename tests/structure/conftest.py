"""Small halls for floors and elevations: the sites of ``small_sites``, solved with one worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_sites import Document, written

import rackplan
from rackplan.errors import InputError, Problem
from rackplan.solver import Result


class Halls:
    """Loads and solves documents in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "site.yaml"

    def load(self, document: Document) -> rackplan.Facility:
        """The resolved site."""
        return rackplan.load(written(document, self.path))

    def solve(self, document: Document) -> Result:
        """A plan that the verifier accepts."""
        result = rackplan.solve(self.load(document), workers=1, time_limit_s=20)
        assert "OPTIMAL" == result.status, result.conflict
        assert result.verdict is not None
        assert result.verdict.ok, str(result.verdict)
        return result

    def problems(self, document: Document) -> tuple[Problem, ...]:
        """What is wrong with a document."""
        with pytest.raises(InputError) as caught:
            self.load(document)
        return tuple(caught.value.problems)


@pytest.fixture
def halls(tmp_path: Path) -> Any:
    """Return a loader and solver of small halls."""
    return Halls(tmp_path)
