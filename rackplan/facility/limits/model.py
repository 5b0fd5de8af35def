"""Every limit of the site as data: what it bounds, in which state, and who loads it by how much.

The formulation adds these limits to the model, the explanation speaks in them, plans list them.
The verifier does not read them: it walks the site itself, and the two must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rackplan.facility.groups import RackGroup
from rackplan.facility.model import NORMAL, Facility, Footprint

Family = str
"""``space``, ``power``, ``air``, ``liquid``, ``water`` or ``fabric``."""


@dataclass(frozen=True, slots=True)
class SiteLimit:
    """A limit that many racks load.

    The current of a line with loads between lines is bounded by several limits of one id: together
    they hold it.

    Attributes
    ----------
    id
        ``power/ups-a@loss:ups-b``.
    family, device, state, quantity
        What it is about; ``quantity`` is the unit of its figures.
    capacity
        Most it may carry.
    base
        What gear, fixed servers and fixed loads already put on it.
    loads
        Load of one more server, by rack group index and footprint index.
    when
        The limit holds only where one of these servers stands (rack group, footprint): the warmest
        inlet is that of the servers in a rack. ``None`` for a limit that always holds. Limits of
        one id that differ in this say one thing: the strictest that holds is stated.
    """

    id: str
    family: Family
    device: str
    state: str
    quantity: str
    capacity: int
    base: int
    loads: Mapping[int, Mapping[int, int]]
    when: frozenset[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class RackLimit:
    """A limit inside each rack of a group.

    ``id_for`` gives the rule's id in one rack; ``loads`` is by footprint index. ``capacity`` 0
    with a load of 1 forbids a footprint here; ``reason`` then says why, by footprint index.
    """

    template: str
    family: Family
    state: str
    quantity: str
    capacity: int
    base: int
    loads: Mapping[int, int]
    reason: Mapping[int, str]

    def id_for(self, rack: str) -> str:
        """The rule's id in one rack: ``power/row-01/r01:A@loss:row-01/r01:B``."""
        return self.template.replace("{rack}", rack)

    def device_for(self, rack: str) -> str:
        """The device it is about: the rack, or one of its feeds."""
        device = self.id_for(rack).partition("@")[0].removeprefix(f"{self.family}/")
        feed = f"{rack}:"
        return feed + device[len(feed) :].partition("/")[0] if device.startswith(feed) else device


def at_state(rule: str, state: str) -> str:
    """A rule's id in a state: the bare rule in normal operation, else ``rule@state``."""
    return rule if state == NORMAL else f"{rule}@{state}"


def distinct(limits: Iterator[SiteLimit]) -> Iterator[SiteLimit]:
    """Drop loss states of a device in which its limit is that of normal operation."""
    normal: dict[str, list[SiteLimit]] = {}
    for limit in limits:
        same = normal.setdefault(limit.id.partition("@")[0], [])
        if limit.state == NORMAL:
            same.append(limit)
            yield limit
        elif all(
            (limit.capacity, limit.base, limit.loads) != (n.capacity, n.base, n.loads) for n in same
        ):
            yield limit


def admission(
    family: str,
    what: str,
    facility: Facility,
    group: RackGroup,
    misfit: Callable[[Footprint], str | None],
) -> RackLimit:
    """A limit of 0 servers for every footprint that does not suit the racks of a group."""
    failing = {f.index: why for f in facility.footprints if (why := misfit(f)) is not None}
    return RackLimit(
        template=f"{family}/{{rack}}/{what}",
        family=family,
        state=NORMAL,
        quantity="servers",
        capacity=0,
        base=sum(server.footprint in failing for server in group.rack.fixed),
        loads=dict.fromkeys(failing, 1),
        reason=failing,
    )
