"""Does every circuit and power node carry its load, and every server stay up, in every state?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.devices import SOURCE_KINDS
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

NOTHING_MA = 1e-6
"""Current that is none: what is left over where the parts of a load are taken from the whole."""


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge power nodes, circuits and power supplies in the normal state and in every loss state.

    Losing an air unit, a CDU or a unit of a water circuit changes no power path and only lowers
    draws, so the normal state covers it.
    """
    loads = view.loads
    for loss in loads.losses:
        if loss.kind not in {"air", "liquid", "water"}:
            for case in cases(facility, loss):
                yield from _nodes(loads, loss, case)
    for rack, servers in view.racks():
        yield from _rack(facility, loads, rack.id)
        yield from _supply(rack, servers)
        yield from outlets.check(view, rack, servers)


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: its part of the limit's id, what servers draw, and on which nodes."""

    what: str
    mode: Mode
    nodes: frozenset[str]
    circuits: bool = True
    diverse: bool = False


def cases(facility: Facility, loss: Loss) -> Iterator[Case]:
    """What is judged in a state: what lasts, the short peak, and the load before servers react."""
    footprints, normal = facility.footprints, loss.kind == "normal"
    over = frozenset(name for name, node in facility.nodes.items() if node.oversubscribed)
    plain = frozenset(facility.nodes) - over
    sources = frozenset(name for name in plain if facility.nodes[name].kind in SOURCE_KINDS)
    if any(f.source_w > f.draw_w for f in footprints):
        yield Case("", mode_of(loss), plain - sources)
        yield Case("", "source" if normal else "held source", sources, circuits=False)
    else:
        yield Case("", mode_of(loss), plain)
    if over:
        mode: Mode = "counted" if normal else "held counted"
        yield Case("", mode, over, circuits=False, diverse=True)
        yield Case("capped", "capped" if normal else "held capped", over, circuits=False)
        if normal:
            yield Case("transfer", "normal", over, circuits=False)
    if any(f.peak_w > f.draw_w for f in footprints):
        yield Case("peak", "peak" if normal else "held peak", plain | over)
    if not normal and any(f.survive.kind != "full" for f in footprints):
        yield Case("transfer", "whole", plain | over)
    elif not normal and over:
        yield Case("transfer", "whole", over, circuits=False)


def _named(rule: str, what: str) -> str:
    return f"{rule}/{what}" if what else rule


def _nodes(loads: SiteLoads, loss: Loss, case: Case) -> Iterator[Finding]:
    facility = loads.facility
    factor = facility.policy.power_factor
    carry = loads.above if loss.kind == "feed" else loads.nodes
    carried = {name: w for name, w in carry(loss, case.mode).items() if name in case.nodes}
    bare = carry(loss, "bare") if case.diverse else {}
    short = case.what in {"peak", "transfer"}
    for name, load in carried.items():
        node, rule = facility.nodes[name], f"power/{name}"
        left = node.share_left(loss.module)
        if case.diverse:
            load = bare[name] + (load - bare[name]) * node.diversity
        limit_w = node.short_w if short and node.short_w is not None else node.limit_w
        limit_va = node.short_va if short and node.short_va is not None else node.limit_va
        if limit_w is not None:
            most = int(limit_w * left)
            yield from at_most(_named(rule, case.what), name, load, most, "W", state=loss.id)
        if limit_va is not None:
            most, rule_va = int(limit_va * left), _named(f"{rule}/va", case.what)
            yield from at_most(rule_va, name, load / factor, most, "VA", state=loss.id)
    for name, lines in loads.lines(loss, case.mode, carried).items():
        node = facility.nodes[name]
        assert node.rating is not None  # noqa: S101 - only nodes with lines are there
        limit_ma = node.short_ma if short else node.rating.continuous_ma
        if case.diverse and node.diversity < 1:
            base = loads.lines(loss, "bare", {name: bare[name]})[name]
            share = float(node.diversity)
            diverse = tuple(b + (x - b) * share for b, x in zip(base, lines, strict=True))
        else:
            diverse = lines
        yield from _lines(f"power/{name}", name, diverse, limit_ma, case.what, loss.id)


def _lines(
    rule: str, device: str, lines: tuple[float, ...], limit_ma: int, what: str, state: str
) -> Iterator[Finding]:
    """The current of each line against its limit."""
    for line, amps in zip(LINES, lines, strict=True):
        current = Fraction(max(0.0, amps * 1000 * (1 - NOISE) - NOTHING_MA))
        name = _named(f"{rule}/{line}", what)
        before = f"line {line} of {device} carries"
        yield from at_most(name, device, current, limit_ma, "mA", state=state, before=before)


def _rack(facility: Facility, loads: SiteLoads, rack: str) -> Iterator[Finding]:
    """Circuits and power supplies of one rack, in the states that touch it."""
    for loss in loads.losses:
        dead = loads.dead_sides(rack, loss)
        if loss.kind != "normal" and not dead:
            continue  # loads are at most those of the normal state
        for case in cases(facility, loss):
            load = loads.rack(rack, dead, case.mode)
            for feed in facility.racks[rack].feeds if case.circuits else ():
                if feed.side in load.feeds_w:
                    yield from _circuit(feed, load, case.what, loss.id)
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
