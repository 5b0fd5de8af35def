"""What every catalog entry has, and where its figures come from."""

from __future__ import annotations

from typing import Literal

from rackplan.catalog.figure import Figure, Strict
from rackplan.errors import UnknownFigureError


class Source(Strict):
    """Where figures come from."""

    title: str
    reference: str
    """Where to find it, or how an estimate is made."""
    date: str
    """When it was published or read."""
    tier: Literal["vendor", "vendor-copy", "standard", "paper", "secondary", "estimate"]
    """``vendor``: the maker's own text. ``vendor-copy``: a copy of it. ``secondary``: relayed by
    others. ``estimate``: worked out or judged by rackplan."""


class RejectedClaim(Strict):
    """A published figure that is wrong, kept so that nobody brings it back."""

    field: str
    """Name of the figure the claim is about."""
    claim: str
    """What was claimed, with its unit."""
    reason: str
    """Why it is rejected, with the arithmetic or the better source."""
    source: str
    """Where the claim stands: id of an entry in ``sources.yaml``."""


class Entry(Strict):
    """What every catalog entry has."""

    vendor: str
    """Maker."""
    name: str
    """Product name as sold."""
    note: str = ""
    """What a planner should know before using this entry."""
    rejected: tuple[RejectedClaim, ...] = ()
    """Published claims about it that are wrong."""


def need(entry: Entry, name: str, why: str) -> Figure:
    """The named figure of an entry, refused when no source gives it.

    Raises
    ------
    UnknownFigureError
        The catalog has no sourced figure and the site gives none.
    """
    figure = getattr(entry, name)
    if not isinstance(figure, Figure):
        raise UnknownFigureError(
            f"no source gives the {name} of {entry.name}, which {why} needs: "
            f"give it in the site file under catalog:"
        )
    return figure
