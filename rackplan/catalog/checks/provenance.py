"""Checks of where figures come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.entries import Bank, Entry, ScaleUp
from rackplan.catalog.figure import Figure, Strict
from rackplan.catalog.kinds import UnknownEntryError
from rackplan.catalog.tables import Table

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog


def figures_of(entry: Strict, prefix: str = "") -> Iterator[tuple[str, Figure]]:
    """Names and figures of an entry, those of its parts as ``scale_up.NAME``, ``banks.ID.NAME``.

    A table counts as one figure.
    """
    for name in type(entry).model_fields:
        value = getattr(entry, name)
        if isinstance(value, Figure):
            yield f"{prefix}{name}", value
        elif isinstance(value, Table):
            yield f"{prefix}{name}", value.figure
        elif isinstance(value, ScaleUp):
            yield from figures_of(value, f"{name}.")
        elif isinstance(value, tuple):
            for part in value:
                if isinstance(part, Bank):
                    yield from figures_of(part, f"{prefix}{name}.{part.id}.")


def sources_exist(entry: Entry, catalog: Catalog) -> Iterator[str]:
    """A source is free text, as in a site file, or an id in ``sources.yaml``."""
    for name, figure in figures_of(entry):
        if not figure.source.strip():
            yield f"{name} has no source"
        elif not _is_known(figure.source, catalog):
            yield f"{name}: {figure.source!r} is no id of a source (write a sentence, or an id)"


def estimates_say_how(entry: Entry, _: Catalog) -> Iterator[str]:
    """The note of an estimate says how it was made."""
    for name, figure in figures_of(entry):
        if figure.basis == "estimate" and not figure.note:
            yield f"{name} is an estimate without a note on how it was made"


def claims_are_traceable(entry: Entry, catalog: Catalog) -> Iterator[str]:
    """A rejected claim is about a field of the entry and says where it stands."""
    for claim in entry.rejected:
        if claim.field not in type(entry).model_fields:
            yield f"rejected claim {claim.claim!r} is about {claim.field!r}, which is no field"
        if not _is_known(claim.source, catalog):
            yield f"rejected claim {claim.claim!r}: {claim.source!r} is no id of a source"


def _is_known(source: str, catalog: Catalog) -> bool:
    if " " in source:
        return True
    try:
        catalog.source(source)
    except UnknownEntryError:
        return False
    return True


CHECKS = (
    Check("RPC501", "sources exist", "error", Entry, sources_exist),
    Check("RPC502", "estimates say how", "error", Entry, estimates_say_how),
    Check("RPC503", "claims are traceable", "error", Entry, claims_are_traceable),
)
