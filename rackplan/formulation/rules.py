"""Rules: what must hold, as plain data. One id, one family, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackplan.facility.limits import RackLimit
from rackplan.facility.limits.cords import CordPlan

Term = tuple[int, int]
"""Rack group index and option index: stands for the number of such servers in that group."""


@dataclass(frozen=True, slots=True)
class SiteRule:
    """A linear rule over server counts: ``low <= sum(terms) <= high``.

    Attributes
    ----------
    id, family
        The rule's name and its family.
    terms
        Coefficient of each count.
    low, high
        Bounds; ``None`` for none. What already stands is subtracted from them.
    text
        What the rule says, with figures.
    device, state, quantity
        What it is about; ``quantity`` is the unit of the coefficients.
    when
        The rule holds only where one of these counts is above zero; ``None`` for always.
    """

    id: str
    family: str
    terms: Mapping[Term, int]
    low: int | None
    high: int | None
    text: str
    device: str
    state: str
    quantity: str
    when: frozenset[Term] | None = None


@dataclass(frozen=True, slots=True)
class RackRule:
    """A linear rule inside each rack of a group: base + load x servers <= capacity."""

    group: int
    limit: RackLimit

    @property
    def id(self) -> str:
        """The rule's id, with ``{rack}`` in place of the rack."""
        return self.limit.template

    @property
    def family(self) -> str:
        """Family of the limit."""
        return self.limit.family

    @property
    def room(self) -> int:
        """What is left for new servers."""
        return self.limit.capacity - self.limit.base


@dataclass(frozen=True, slots=True)
class StackRule:
    """Servers take contiguous rack units that are free, in every rack of a group."""

    group: int
    id: str = "space/{rack}"
    family: str = "space"


@dataclass(frozen=True, slots=True)
class OutletRule:
    """Cords find outlets of the rack PDUs, whose banks carry them, in every rack of a group."""

    group: int
    cords: CordPlan
    id: str = "power/{rack}/outlets"
    family: str = "power"


@dataclass(frozen=True, slots=True)
class GravityRule:
    """The center of gravity of every rack of a group with servers is no higher than this [mm]."""

    group: int
    most_mm: int
    id: str = "space/{rack}/gravity"
    family: str = "space"


InsideRule = RackRule | StackRule | OutletRule | GravityRule
"""A rule inside every rack of a group."""

Rule = SiteRule | InsideRule
