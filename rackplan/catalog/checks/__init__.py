"""Checks across the figures of a catalog entry. Each has caught a real error in published data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rackplan.catalog.checks import (
    compute,
    cooling,
    power,
    provenance,
    rejection,
    space,
    strips,
)
from rackplan.catalog.checks.finding import Check, Finding, Severity
from rackplan.catalog.checks.provenance import figures_of
from rackplan.catalog.kinds import KINDS

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

__all__ = ["CHECKS", "Check", "Finding", "Severity", "check", "check_entry", "figures_of"]

CHECKS: tuple[Check, ...] = (
    *power.CHECKS,
    *strips.CHECKS,
    *space.CHECKS,
    *cooling.CHECKS,
    *rejection.CHECKS,
    *compute.CHECKS,
    *provenance.CHECKS,
)
"""Every check, in the order of its id."""


def check(catalog: Catalog) -> tuple[Finding, ...]:
    """What the checks find in every entry of a catalog."""
    return tuple(
        finding
        for kind in KINDS
        for entry_id in catalog.ids(kind)
        for finding in check_entry(catalog, kind, entry_id)
    )


def check_entry(catalog: Catalog, kind: str, entry_id: str) -> tuple[Finding, ...]:
    """What the checks find in one entry.

    Raises
    ------
    UnknownEntryError
        The catalog has no such entry.
    """
    entry = catalog.get(kind, entry_id)
    return tuple(
        Finding(one.id, kind, entry_id, one.severity, message)
        for one in CHECKS
        if isinstance(entry, one.applies)
        for message in one.run(entry, catalog)
    )
