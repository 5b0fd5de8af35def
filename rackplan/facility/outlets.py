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
    Bank and connector of each plug, or ``None`` when there is no way: every way is tried, position
    by position.
    """
    states = max((len(plug.currents_ma) for plug in plugs), default=0)
    found: dict[int, Place] = {}
    for position in sorted({plug.position for plug in plugs}):
        mine = [i for i, plug in enumerate(plugs) if plug.position == position]
        order = sorted(mine, key=lambda i: (-max(plugs[i].currents_ma, default=0), i))
        tray = _Tray([bank for bank in banks if bank.position == position], states)
        if not _pack(tray, [(i, plugs[i]) for i in order], found, set()):
            return None
    return tuple(found[i] for i in range(len(plugs)))


class _Tray:
    """What is left of each bank."""

    def __init__(self, banks: Sequence[Bank], states: int) -> None:
        self.banks = banks
        self.free = [dict(bank.outlets) for bank in banks]
        self.load = [[0] * states for _ in banks]

    def connectors(self, b: int, plug: Plug) -> list[str]:
        """Free connectors of a bank to try for a plug; none when the bank cannot take it.

        Of those that its inlet fits the plainest will do: what else could have that one takes the
        others too. Where nobody states an inlet, each may be wanted by another plug.
        """
        bank = self.banks[b]
        if bank.limit_ma is not None and any(
            have + more > bank.limit_ma
            for have, more in zip(self.load[b], plug.currents_ma, strict=True)
        ):
            return []
        worst = max(plug.currents_ma, default=0)
        fitting = [
            connector
            for connector, count in self.free[b].items()
            if count
            and (not plug.inlet or accepts(connector, plug.inlet))
            and worst <= (bank.outlet_ma[connector] or worst)
        ]
        fitting.sort(key=lambda connector: (connector == "C39", connector))
        return fitting[:1] if plug.inlet else fitting

    def use(self, b: int, connector: str, plug: Plug, sign: int) -> None:
        """Plug something in, or (``sign`` -1) pull it out again."""
        self.free[b][connector] -= sign
        for state, current in enumerate(plug.currents_ma):
            self.load[b][state] += sign * current

    def alike(self, b: int) -> tuple[object, ...]:
        """What makes two banks the same to any plug."""
        free = tuple(sorted(self.free[b].items()))
        return self.banks[b].limit_ma or -1, free, tuple(self.load[b])

    def is_short(self, plugs: Sequence[tuple[int, Plug]]) -> bool:
        """Whether plugs are more, or draw more, than all banks together have left."""
        if len(plugs) > sum(sum(free.values()) for free in self.free):
            return True
        limits = [bank.limit_ma for bank in self.banks if bank.limit_ma is not None]
        if len(limits) < len(self.banks):
            return False
        drawn = (sum(each) for each in zip(*(plug.currents_ma for _, plug in plugs), strict=True))
        loads = (sum(each) for each in zip(*self.load, strict=True))
        return any(more + have > sum(limits) for more, have in zip(drawn, loads, strict=False))


def _pack(
    tray: _Tray, plugs: Sequence[tuple[int, Plug]], found: dict[int, Place], failed: set[object]
) -> bool:
    if not plugs:
        return True
    state = len(plugs), tuple(sorted(tray.alike(b) for b in range(len(tray.banks))))
    if state in failed or tray.is_short(plugs):
        return False
    (index, plug), tried = plugs[0], set()
    for b, bank in enumerate(tray.banks):
        alike = tray.alike(b)
        for connector in tray.connectors(b, plug) if alike not in tried else ():
            tray.use(b, connector, plug, 1)
            found[index] = (bank.id, connector)
            if _pack(tray, plugs[1:], found, failed):
                return True
            del found[index]
            tray.use(b, connector, plug, -1)
        tried.add(alike)
    failed.add(state)
    return False
