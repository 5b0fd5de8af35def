"""Is every cord in an outlet of its own that fits, and does every bank carry its cords?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction

from rackplan.catalog.connectors import accepts, outlet_amps
from rackplan.catalog.entries import Bank
from rackplan.facility.model import Feed, Rack
from rackplan.plan import Cord
from rackplan.verifier.loads import mode_of
from rackplan.verifier.supplies import draw, supplied
from rackplan.verifier.verdict import Finding, at_most, counted, none_may
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss

NOISE = 1e-9
"""Share by which a current may pass its limit: it is worked out in floats."""


def fits(placed: Placed, feed: Feed) -> bool:
    """Whether a feed's rack PDU, if it has one, has outlets for a server's inlets.

    They are of one phase: a cord of three phases fits none.
    """
    supply = placed.footprint.supply
    if feed.strip is None or not supply.inlet or supply.phases != 1:
        return feed.strip is None or supply.phases != 3
    return any(
        accepts(outlet, supply.inlet) for bank in feed.strip.banks for outlet in bank.outlets
    )


def check(view: View, rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    """Judge the outlets of each feed of a rack that ends in a rack PDU."""
    for feed in rack.feeds:
        if feed.strip is None:
            continue
        plugged = [(cord, placed) for placed in servers for cord in placed.server.cords]
        cords = [(cord, placed) for cord, placed in plugged if cord.feed == feed.side]
        of_gear = view.cords_of_gear(rack.id).values()
        gear = [cord for cords in of_gear for cord in cords if cord.feed == feed.side]
        wrong = sum(not _sits(feed, cord, placed.footprint.supply.inlet) for cord, placed in cords)
        wrong += sum(not _sits(feed, cord, "") for cord in gear)
        taken = Counter(cord.outlet for cord in [*(cord for cord, _ in cords), *gear])
        wrong += sum(count - 1 for count in taken.values())
        few = counted(wrong, "cord")
        message = f"{few} of {feed.id} in outlets that are taken, missing or do not fit."
        yield from none_may(f"power/{feed.id}/outlets", feed.id, wrong, message)
        for loss in view.loads.losses:
            dead = view.loads.dead_sides(rack.id, loss)
            if feed.side not in dead and (loss.kind == "normal" or dead):
                yield from _banks(view, rack, feed, servers, loss)


def _sits(feed: Feed, cord: Cord, inlet: str) -> bool:
    """Whether a cord's outlet exists on its position, and takes its plug."""
    found = _outlet(feed, cord)
    if found is None:
        return False
    bank, connector = found
    place = 0 if bank.position == "L" else _POSITIONS[bank.position]
    return feed.positions[place] == cord.position and (not inlet or accepts(connector, inlet))


_POSITIONS = {"L1": 0, "L2": 1, "L3": 2, "L1-L2": 0, "L2-L3": 1, "L3-L1": 2}


def _outlet(feed: Feed, cord: Cord) -> tuple[Bank, str] | None:
    """Bank and connector of ``3/C19-2``; ``None`` where the strip has no such outlet."""
    assert feed.strip is not None  # noqa: S101 - the caller looked
    bank_id, _, outlet = cord.outlet.partition("/")
    connector, _, number = outlet.rpartition("-")
    for bank in feed.strip.banks:
        count = bank.outlets.get(connector, 0)
        if bank.id == bank_id and number.isdecimal() and 1 <= int(number[:9]) <= count:
            return bank, connector
    return None


def _banks(
    view: View, rack: Rack, feed: Feed, servers: tuple[Placed, ...], loss: Loss
) -> Iterator[Finding]:
    """Current of every bank and outlet in a state."""
    assert feed.strip is not None  # noqa: S101 - the caller looked
    carried: dict[str, float] = defaultdict(float)
    over = 0
    for cord, current_ma in _currents(view, rack, feed, servers, loss):
        found = _outlet(feed, cord)
        if found is None:
            continue
        bank, connector = found
        carried[bank.id] += current_ma
        amps = outlet_amps(connector, bank.continuous.value < 1)
        over += amps is not None and current_ma * (1 - NOISE) > 1000 * amps
    for bank in feed.strip.banks:
        if bank.breaker is not None and carried[bank.id]:
            limit_ma = int(bank.breaker.whole * Fraction(str(bank.continuous.value)))
            current = Fraction(carried[bank.id] * (1 - NOISE))
            rule = f"power/{feed.id}/bank-{bank.id}"
            before = f"bank {bank.id} of {feed.id} carries"
            yield from at_most(rule, feed.id, current, limit_ma, "mA", state=loss.id, before=before)
    few = counted(over, "cord")
    message = f"{few} of {feed.id} draw more than their outlet carries."
    yield from none_may(f"power/{feed.id}/outlet", feed.id, over, message, state=loss.id)


def _currents(
    view: View, rack: Rack, feed: Feed, servers: tuple[Placed, ...], loss: Loss
) -> Iterator[tuple[Cord, float]]:
    """Cords on a feed with their current in a state [mA]."""
    dead = view.loads.dead_sides(rack.id, loss)
    per_w = 1000 / (feed.cord_v * float(feed.power_factor))
    for placed in servers:
        live = [cord for cord in placed.server.cords if cord.feed not in dead]
        condition = supplied(placed.footprint, len(live), rack.feeds)
        _, power_w = draw(placed.footprint, condition, mode_of(loss))
        for cord in live:
            if cord.feed == feed.side:
                yield cord, power_w / len(live) * per_w
    for name, cords in view.cords_of_gear(rack.id).items():
        item = next((item for item in rack.gear if item.name == name), None)
        live = [cord for cord in cords if cord.feed not in dead]
        for cord in live if item is not None else ():
            if cord.feed == feed.side and item is not None:
                yield cord, item.power_w / len(live) * per_w
