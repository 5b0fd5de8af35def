"""The kinds of catalog entries, and the error for an entry that is not there."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rackplan.catalog.entries import (
    Accelerator,
    AirUnit,
    Cdu,
    Circuit,
    Conductor,
    Coolant,
    Coupling,
    Entry,
    Model,
    RackModel,
    RackPdu,
    Rejector,
    ServerModel,
    Switch,
)
from rackplan.errors import RackplanError

KINDS: Mapping[str, type[Entry]] = MappingProxyType(
    {
        "accelerators": Accelerator,
        "servers": ServerModel,
        "racks": RackModel,
        "circuits": Circuit,
        "rack_pdus": RackPdu,
        "conductors": Conductor,
        "air_units": AirUnit,
        "cdus": Cdu,
        "coolants": Coolant,
        "couplings": Coupling,
        "rejectors": Rejector,
        "switches": Switch,
        "models": Model,
    }
)
"""Kinds of entries by the name they have in files."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "accelerators": "accelerator",
        "servers": "server model",
        "racks": "rack model",
        "circuits": "circuit",
        "rack_pdus": "rack PDU",
        "conductors": "conductor",
        "air_units": "air unit",
        "cdus": "CDU",
        "coolants": "coolant",
        "couplings": "coupling",
        "rejectors": "heat rejection unit",
        "switches": "switch",
        "models": "model",
        "sources": "source",
    }
)
"""What one entry of a kind is called in messages."""


REFERENCES = (
    ("servers", "accelerator", "accelerators"),
    ("servers", "coolants", "coolants"),
    ("servers", "coupling", "couplings"),
    ("cdus", "coolant", "coolants"),
)
"""Fields that name entries of another kind: kind, field, kind that is named."""


def references(entry: Entry, field: str) -> tuple[str, ...]:
    """The ids that a field of :data:`REFERENCES` names."""
    named = getattr(entry, field)
    return named if isinstance(named, tuple) else () if named is None else (named,)


class UnknownEntryError(RackplanError):
    """The catalog has no entry of that id.

    Attributes
    ----------
    suggestions
        Ids that look alike, best first.
    """

    def __init__(self, what: str, entry_id: str, known: Iterable[str]) -> None:
        self.suggestions = similar(entry_id, known)
        hint = " or ".join(map(repr, self.suggestions))
        cure = f": did you mean {hint}?" if hint else ""
        super().__init__(f"the catalog has no {what} {brief(entry_id)!r}{cure}")


def similar(word: object, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of the known words that look like ``word``, best first."""
    # The comparison is quadratic in length, so a text of megabytes must not reach it.
    return tuple(difflib.get_close_matches(brief(word), list(known), n=3, cutoff=0.6))


_SHALLOW = reprlib.Repr()
_SHALLOW.maxlevel = 2


def brief(value: object, limit: int = 60) -> str:
    """A value for a message: text as it is, anything else as Python writes it, never long."""
    if isinstance(value, str):
        text = value
    else:
        try:
            text = _SHALLOW.repr(value)
        except ValueError:  # Python refuses to print integers of thousands of digits
            text = f"a very large {type(value).__name__}"
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
