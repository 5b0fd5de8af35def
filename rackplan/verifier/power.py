"""Does every circuit and power node carry its load, and every server stay up, in every state?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from rackplan.facility.model import Facility, Feed, Rack
from rackplan.verifier import outlets
from rackplan.verifier.loads import SiteLoads, mode_of
from rackplan.verifier.supplies import Mode, RackLoad
from rackplan.verifier.verdict import Finding, at_most, counted, none_may, when
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss

LINES = ("L1", "L2", "L3")

NOISE = 1e-9
"""Share by which a current may pass its limit: it is worked out in floats."""


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge power nodes, circuits and power supplies in the normal state and in every loss state.

    Losing an air unit or a CDU changes no power path and only lowers draws, so the normal state
    covers it.
    """
    loads = view.loads
    for loss in loads.losses:
        for what, mode in cases(facility, loss):
            if loss.kind in {"normal", "power", "named"}:
                yield from _nodes(loads, loads.nodes(loss, mode), loss, what, mode)
            elif loss.kind == "feed":
                yield from _nodes(loads, loads.above(loss, mode), loss, what, mode)
    for rack, servers in view.racks():
        yield from _rack(facility, loads, rack.id)
        yield from _supply(rack, servers)
        yield from outlets.check(view, rack, servers)


def cases(facility: Facility, loss: Loss) -> Iterator[tuple[str, Mode]]:
    """What is judged in a state: what lasts, the short peak, and the load before servers react."""
    footprints = facility.footprints
    normal = loss.kind == "normal"
    yield "", mode_of(loss)
    if any(f.peak_w > f.draw_w for f in footprints):
        yield "peak", "peak" if normal else "held peak"
    if not normal and any(f.survive.kind != "full" for f in footprints):
        yield "transfer", "whole"


def _named(rule: str, what: str) -> str:
    return f"{rule}/{what}" if what else rule


def _nodes(
    loads: SiteLoads, carried: Mapping[str, Fraction], loss: Loss, what: str, mode: Mode
) -> Iterator[Finding]:
    facility = loads.facility
    factor = facility.policy.power_factor
    for name, load in carried.items():
        node, rule = facility.nodes[name], f"power/{name}"
        left = node.share_left(loss.module)
        limit_w = node.short_w if what and node.short_w is not None else node.limit_w
        limit_va = node.short_va if what and node.short_va is not None else node.limit_va
        if limit_w is not None:
            most = int(limit_w * left)
            yield from at_most(_named(rule, what), name, load, most, "W", state=loss.id)
        if limit_va is not None:
            most, apparent = int(limit_va * left), load / factor
            yield from at_most(
                _named(f"{rule}/va", what), name, apparent, most, "VA", state=loss.id
            )
    for name, lines in loads.lines(loss, mode, carried).items():
        node = facility.nodes[name]
        assert node.rating is not None  # noqa: S101 - only nodes with lines are there
        limit_ma = node.short_ma if what else node.rating.continuous_ma
        yield from _lines(f"power/{name}", name, lines, limit_ma, what, loss.id)


def _lines(
    rule: str, device: str, lines: tuple[float, ...], limit_ma: int, what: str, state: str
) -> Iterator[Finding]:
    """The current of each line against its limit."""
    for line, amps in zip(LINES, lines, strict=True):
        current = Fraction(amps * 1000 * (1 - NOISE))
        name = _named(f"{rule}/{line}", what)
        before = f"line {line} of {device} carries"
        yield from at_most(name, device, current, limit_ma, "mA", state=state, before=before)


def _rack(facility: Facility, loads: SiteLoads, rack: str) -> Iterator[Finding]:
    """Circuits and power supplies of one rack, in the states that touch it."""
    for loss in loads.losses:
        dead = loads.dead_sides(rack, loss)
        if loss.kind != "normal" and not dead:
            continue  # loads are at most those of the normal state
        for what, mode in cases(facility, loss):
            load = loads.rack(rack, dead, mode)
            for feed in facility.racks[rack].feeds:
                if feed.side in load.feeds_w:
                    yield from _circuit(feed, load, what, loss.id)
        load = loads.rack(rack, dead, mode_of(loss))
        few = counted(load.broken, "server")
        message = f"In {rack} {few} cannot keep the promised power {when(loss.id)}."
        rule = f"power/{rack}/psu"
        yield from none_may(rule, rack, load.broken, message, state=loss.id)


def _circuit(feed: Feed, load: RackLoad, what: str, state: str) -> Iterator[Finding]:
    """One circuit as a whole, and line by line."""
    rule, limit_w = f"power/{feed.id}", feed.short_w if what else feed.limit_w
    carried = load.feeds_w[feed.side]
    yield from at_most(_named(rule, what), feed.id, carried, limit_w, "W", state=state)
    lines = load.lines(feed)
    if lines:
        limit_ma = feed.short_ma if what else feed.line_ma
        yield from _lines(rule, feed.id, lines, limit_ma, what, state)


def _supply(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    """The voltage and phases of a rack's feeds suit its servers."""
    wrong = [placed for placed in servers if not _suits(placed)]
    what = f" ({wrong[0].footprint.server_id})" if wrong else ""
    few = counted(len(wrong), "server")
    message = f"The feeds of {rack.id} do not suit {few}{what}: voltage, phases or connectors."
    yield from none_may(f"power/{rack.id}/supply", rack.id, len(wrong), message)


def _suits(placed: Placed) -> bool:
    supply = placed.footprint.supply
    for feed in placed.rack.feeds:
        if not outlets.fits(placed, feed):
            return False
        if supply.low_v is None or supply.high_v is None or feed.rating is None:
            continue
        three = supply.phases == 3
        volts = feed.rating.volts if three else feed.cord_v
        too_few = supply.phases == 0 or (three and len(feed.positions) < 3)
        if too_few or not supply.low_v - 0.5 <= volts <= supply.high_v + 0.5:
            return False
    return True
