"""What a check is and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rackplan.catalog.entries import Entry

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule across the figures of an entry.

    Attributes
    ----------
    id
        ``RPC`` and a number: 1xx power, 2xx space, 3xx cooling, 4xx compute, 5xx provenance.
    rule
        What holds for a sound entry, in one sentence.
    severity
        ``error``: the figures contradict each other. ``warning``: a planner should know.
    applies
        Class of the entries it looks at.
    run
        Yields a message, with its arithmetic, for each breach.
    """

    id: str
    rule: str
    severity: Severity
    applies: type[Entry]
    run: Callable[[Any, Catalog], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a check.

    Attributes
    ----------
    id
        Id of the check.
    kind, entry
        Kind and id of the entry.
    severity
        Severity of the check.
    message
        What contradicts what, with the arithmetic.
    """

    id: str
    kind: str
    entry: str
    severity: Severity
    message: str
