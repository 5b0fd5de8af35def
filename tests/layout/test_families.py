"""A constraint family exists in five places, or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def families() -> set[str]:
    """Return the names of the families that the formulation adds."""
    from rackplan.formulation import FAMILIES

    names = [getattr(family, "name", family) for family in FAMILIES]
    assert len(set(names)) == len(names) > 0
    return set(names)


def test_each_family_is_one_module(families: set[str], root: Path) -> None:
    missing = {name for name in families if not (root / f"rackplan/formulation/{name}.py").exists()}
    assert set() == missing


def test_each_family_has_one_check(families: set[str]) -> None:
    from rackplan.verifier import CHECKS

    # "plan" judges the document itself: that it restates its own figures truly.
    assert families | {"plan"} == set(CHECKS)


def test_each_family_has_one_test_file(families: set[str], root: Path) -> None:
    files = (root / "tests/families").glob("test_*.py")
    assert families == {path.stem.removeprefix("test_") for path in files}


def test_each_family_has_one_docs_section(families: set[str], root: Path) -> None:
    text = (root / "docs/model.md").read_text(encoding="utf-8")
    constraints = text.split("\n## Constraint families\n")[1].split("\n## ")[0]
    sections = re.findall(r"^### (\S+)$", constraints, re.MULTILINE)
    assert families == set(sections)
    assert len(sections) == len(set(sections))
