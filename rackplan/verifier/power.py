"""Does every circuit and power node carry its load, and every server stay up, in every state?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from rackplan.facility.model import Facility
from rackplan.verifier.loads import SiteLoads, mode_of
from rackplan.verifier.verdict import Finding, at_most, counted, none_may, when
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge power nodes, circuits and power supplies in the normal state and in every loss state.

    Losing an air unit or a CDU changes no power path and only lowers draws, so the normal state
    covers it.
    """
    loads = view.loads
    for loss in loads.losses:
        if loss.kind in {"normal", "power"}:
            yield from _nodes(facility, loads.nodes(loss, mode_of(loss)), loss)
        elif loss.kind == "feed":
            yield from _nodes(facility, loads.above(loss, "held"), loss)
    for rack in facility.racks:
        yield from _rack(facility, loads, rack)


def _nodes(facility: Facility, carried: Mapping[str, Fraction], loss: Loss) -> Iterator[Finding]:
    factor = facility.policy.power_factor
    for name, load in carried.items():
        node = facility.nodes[name]
        if node.limit_w is not None:
            yield from at_most(f"power/{name}", name, load, node.limit_w, "W", state=loss.id)
        if node.limit_va is not None:
            rule = f"power/{name}/va"
            yield from at_most(rule, name, load / factor, node.limit_va, "VA", state=loss.id)


def _rack(facility: Facility, loads: SiteLoads, rack: str) -> Iterator[Finding]:
    """Circuits and power supplies of one rack, in the states that touch it."""
    for loss in loads.losses:
        dead = loads.dead_sides(rack, loss)
        if loss.kind != "normal" and not dead:
            continue  # loads are at most those of the normal state
        load = loads.rack(rack, dead, mode_of(loss))
        for feed in facility.racks[rack].feeds:
            if feed.side in load.feeds_w:
                carried = load.feeds_w[feed.side]
                rule = f"power/{feed.id}"
                yield from at_most(rule, feed.id, carried, feed.limit_w, "W", state=loss.id)
        few = counted(load.broken, "server")
        message = f"In {rack} {few} cannot keep the promised power {when(loss.id)}."
        rule = f"power/{rack}/psu"
        yield from none_may(rule, rack, load.broken, message, state=loss.id)
