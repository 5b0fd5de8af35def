"""How servers stand in each rack: center of gravity, heavy ones low, and what closes the front."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations

from rackplan.facility.elevation import BASE_MM
from rackplan.facility.model import Facility, Rack
from rackplan.plan.floor import RackFront
from rackplan.verifier.verdict import Finding, at_most, violation
from rackplan.verifier.view import Placed, View

UNIT_MM = Fraction(4445, 100)
"""Height of a rack unit [mm] (EIA-310)."""


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge the center of gravity of racks with servers and, as a rule, the order of servers."""
    policy = facility.policy
    for rack, servers in view.racks():
        if policy.max_center_mm is not None and servers:
            yield from at_most(
                f"space/{rack.id}/gravity",
                rack.id,
                center_mm(rack, servers),
                policy.max_center_mm,
                "mm",
                before=f"the center of gravity of {rack.id} is at",
                after="above the floor",
            )
        if policy.heavy_low:
            yield from _heavy_low(rack, servers)


def _middle_mm(u: int, units: int) -> Fraction:
    """Height of the middle of rack units above the floor."""
    return BASE_MM + (u - 1 + Fraction(units, 2)) * UNIT_MM


def center_mm(rack: Rack, servers: Iterable[Placed]) -> Fraction:
    """Height of the center of gravity of a rack above the floor [mm]."""
    weights = [(rack.model.weight.whole, _middle_mm(1, rack.rack_units))]
    weights += [(rack.stand.extra_g, _middle_mm(1, rack.rack_units))]
    weights += [(gear.weight_g, _middle_mm(gear.u, gear.rack_units)) for gear in rack.gear]
    weights += [(one.footprint.weight_g, _server_mm(one)) for one in servers]
    total = sum(weight for weight, _ in weights)
    if not total:  # a bare floor position
        return Fraction(0)
    return sum((weight * height for weight, height in weights), Fraction(0)) / total


def _server_mm(placed: Placed, u: int | None = None) -> Fraction:
    """Height of the middle of a server, its manifold left out, where it stands or at ``u``."""
    own_u = placed.footprint.rack_units - placed.footprint.manifold_u
    return _middle_mm(placed.server.u if u is None else u, own_u)


def _heavy_low(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    """No two new servers of equal height are better exchanged; those of a given place stay."""
    given = {fixed.u for fixed in rack.fixed}
    free = [one for one in servers if not one.server.existing and one.server.u not in given]
    for one, other in combinations(free, 2):
        if one.footprint.rack_units != other.footprint.rack_units:
            continue
        heavy, light = sorted((one, other), key=lambda p: -p.footprint.weight_g)
        now = _moment(heavy, heavy.server.u) + _moment(light, light.server.u)
        exchanged = _moment(heavy, light.server.u) + _moment(light, heavy.server.u)
        if exchanged < now:
            message = f"{heavy.server.id} is heavier than {light.server.id} and stands higher."
            yield violation(f"space/{rack.id}/heavy-low", rack.id, message, unit="servers")
            return


def _moment(placed: Placed, u: int) -> Fraction:
    return placed.footprint.weight_g * _server_mm(placed, u)


def front(rack: Rack, servers: Iterable[Placed]) -> RackFront:
    """What closes the front of a rack: every open unit but an air gap gets a blanking panel.

    Reserved units are open until something comes. A rack product brings its own front.
    """
    manifolds = {u for u, use in rack.uses.items() if use.kind == "manifold"}
    open_u = set(range(1, rack.rack_units + 1))
    for gear in rack.gear:
        if not gear.rear:
            open_u -= set(range(gear.u, gear.u + gear.rack_units))
    for placed in servers:
        bottom, top = placed.server.u, placed.top_u
        open_u -= set(range(bottom, top + 1))
        manifolds |= set(range(top + 1 - placed.footprint.manifold_u, top + 1))
    gaps = {u for u, use in rack.uses.items() if use.kind == "air gap"}
    reserved = {u for u, use in rack.uses.items() if use.kind == "reserved"}
    open_u -= set(rack.closed_u) - reserved
    blanking = set() if rack.model.accepts == "rack" else open_u
    return RackFront(
        rack.id, tuple(runs(blanking)), len(blanking), tuple(runs(manifolds)), tuple(runs(gaps))
    )


def runs(units: Iterable[int]) -> Iterator[str]:
    """Rack units as runs, from the bottom up: ``U1-U3``, ``U7``."""
    ordered = sorted(units)
    start = 0
    for k, unit in enumerate(ordered, start=1):
        if k == len(ordered) or ordered[k] != unit + 1:
            first = ordered[start]
            yield f"U{first}" if first == unit else f"U{first}-U{unit}"
            start = k
