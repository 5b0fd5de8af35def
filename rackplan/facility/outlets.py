"""Rack PDUs of feeds: their banks, what banks and outlets carry, what each cord asks of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rackplan.catalog.connectors import accepts, outlet_amps
from rackplan.facility.devices import Feed
from rackplan.facility.phases import LINES, PAIRS


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank of a rack PDU.

    Attributes
    ----------
    id
        Its name on the strip.
    position
        Place of its position among those of the feed, from 0.
    limit_ma
        Most current that lasts [mA]; ``None`` without a breaker of its own.
    outlets
        How many it has of each connector.
    outlet_ma
        What one outlet of each connector carries [mA]; ``None`` where that is not known.
    """

    id: str
    position: int
    limit_ma: int | None
    outlets: Mapping[str, int]
    outlet_ma: Mapping[str, int | None]


def banks_of(feed: Feed) -> tuple[Bank, ...]:
    """The banks of a feed's rack PDU; none where the site names no rack PDU."""
    if feed.strip is None:
        return ()
    found = []
    for bank in feed.strip.banks:
        names = PAIRS if "-" in bank.position else LINES
        share = Fraction(str(bank.continuous.value))
        limit = None if bank.breaker is None else math.floor(bank.breaker.whole * share)
        amps = {connector: outlet_amps(connector, share < 1) for connector in bank.outlets}
        found.append(
            Bank(
                id=bank.id,
                position=names.index(bank.position) if bank.position in names else 0,
                limit_ma=limit,
                outlets=bank.outlets,
                outlet_ma={c: None if a is None else 1000 * a for c, a in amps.items()},
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Plug:
    """What one cord asks of an outlet.

    Attributes
    ----------
    inlet
        Inlet at its other end; empty for gear whose connector nobody states: any outlet will do.
    position
        Place of its position among those of the feed.
    currents_ma
        Its current in each state of the rack [mA].
    """

    inlet: str
    position: int
    currents_ma: tuple[int, ...]


Place = tuple[str, str]
"""Bank and connector."""


def pack(banks: Sequence[Bank], plugs: Sequence[Plug]) -> tuple[Place, ...] | None:
    """An outlet for every plug, so that every bank carries its plugs in every state.

    Returns
    -------
    Bank and connector of each plug, or ``None`` when there is no way: every way is tried.
    """
    order = sorted(range(len(plugs)), key=lambda i: (-max(plugs[i].currents_ma, default=0), i))
    states = max((len(plug.currents_ma) for plug in plugs), default=0)
    tray = _Tray(banks, states)
    found: dict[int, Place] = {}
    if not _pack(tray, plugs, order, found):
        return None
    return tuple(found[i] for i in range(len(plugs)))


class _Tray:
    """What is left of each bank."""

    def __init__(self, banks: Sequence[Bank], states: int) -> None:
        self.banks = banks
        self.free = [dict(bank.outlets) for bank in banks]
        self.load = [[0] * states for _ in banks]

    def connector(self, b: int, plug: Plug) -> str | None:
        """The plainest free connector of a bank for a plug; ``None`` when the bank cannot take it.

        An outlet that takes one kind of plug is used before one that takes several.
        """
        bank = self.banks[b]
        if bank.position != plug.position:
            return None
        if bank.limit_ma is not None and any(
            have + more > bank.limit_ma
            for have, more in zip(self.load[b], plug.currents_ma, strict=True)
        ):
            return None
        worst = max(plug.currents_ma, default=0)
        fitting = [
            connector
            for connector, count in self.free[b].items()
            if count
            and (not plug.inlet or accepts(connector, plug.inlet))
            and worst <= (bank.outlet_ma[connector] or worst)
        ]
        return min(fitting, key=lambda c: (c == "C39", c), default=None)

    def use(self, b: int, connector: str, plug: Plug, sign: int) -> None:
        """Plug something in, or (``sign`` -1) pull it out again."""
        self.free[b][connector] -= sign
        for state, current in enumerate(plug.currents_ma):
            self.load[b][state] += sign * current

    def alike(self, b: int) -> tuple[object, ...]:
        """What makes two banks the same to any plug."""
        bank = self.banks[b]
        free = tuple(sorted(self.free[b].items()))
        return bank.position, bank.limit_ma, free, tuple(self.load[b])


def _pack(
    tray: _Tray, plugs: Sequence[Plug], order: Sequence[int], found: dict[int, Place]
) -> bool:
    if len(found) == len(order):
        return True
    index = order[len(found)]
    plug, tried = plugs[index], set()
    for b, bank in enumerate(tray.banks):
        connector = tray.connector(b, plug)
        if connector is None or tray.alike(b) in tried:
            continue
        tried.add(tray.alike(b))
        tray.use(b, connector, plug, 1)
        found[index] = (bank.id, connector)
        if _pack(tray, plugs, order, found):
            return True
        del found[index]
        tray.use(b, connector, plug, -1)
    return False
