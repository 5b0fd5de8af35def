"""Does every server fit where it stands: rack units, weight, depth, kind of rack?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rackplan.facility.floor import Floor
from rackplan.facility.model import Facility, Rack
from rackplan.verifier import elevation, floor
from rackplan.verifier.verdict import Finding, at_most, none_may, violation
from rackplan.verifier.view import Placed, View


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge rack units, weight on the rails and on the floor, depth, service, rack products."""
    for rack, servers in view.racks():
        yield from _units(rack, servers)
        yield from _weight(rack, servers)
        yield from _depth(rack, servers)
        yield from _kind(rack, servers)
        yield from _service(rack, servers)
        yield from _doors(facility.floor(rack), rack, servers)
    yield from floor.check(facility, view)
    yield from elevation.check(facility, view)


def _units(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    rule = f"space/{rack.id}"
    taken = set(rack.closed_u)
    for gear in rack.gear:
        taken.update(range(gear.u, gear.u + gear.rack_units))
    used = len(taken) + sum(placed.footprint.rack_units for placed in servers)
    yield from at_most(rule, rack.id, used, rack.rack_units, "U")
    owners = dict.fromkeys(taken, "closed or held by other equipment")
    for placed in servers:
        server = placed.server
        span = range(server.u, placed.top_u + 1)
        outside = sum(not 1 <= u <= rack.rack_units for u in span)
        if outside:
            message = f"{server.id} takes U{server.u} to U{placed.top_u} of {rack.rack_units} U."
            yield violation(rule, rack.id, message, amount=outside, unit="U")
        clashes = Counter(owners[u] for u in span if u in owners)
        for owner, count in clashes.items():
            message = f"{server.id} takes {count} U {owner}."
            yield violation(rule, rack.id, message, amount=count, unit="U")
        owners.update((u, f"already taken by {server.id}") for u in span)
        if rack.starts and not server.existing and server.u not in rack.starts:
            allowed = ", ".join(f"U{u}" for u in rack.starts)
            message = f"{server.id} starts at U{server.u}; the rack's profile allows {allowed}."
            yield violation(rule, rack.id, message, unit="servers")


def _weight(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    inside_g = floor.weight_g(rack, servers) - rack.model.weight.whole
    max_load_g = rack.model.max_load.whole
    yield from at_most(f"space/{rack.id}/weight", rack.id, inside_g, max_load_g, "g")


def _depth(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    if rack.model.usable_depth is None:
        return
    usable_mm = rack.model.usable_depth.whole - rack.stand.rear_space_mm
    # A depth nobody knows is not known to fit.
    deep = [
        placed.server.id
        for placed in servers
        if placed.footprint.depth_mm is None or placed.footprint.depth_mm > usable_mm
    ]
    message = f"{_names(deep)} too deep for the {usable_mm} mm of {rack.id}."
    yield from none_may(f"space/{rack.id}/depth", rack.id, len(deep), message)


def _service(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    """Servers come out on their rails; rack products have the clearance their maker asks for."""
    front_mm, rear_mm = rack.stand.front_mm, rack.stand.rear_mm
    if front_mm is None and rear_mm is None:
        return
    held = []
    for placed in servers:
        model = placed.footprint.server
        need = model.front_clearance.whole if model.front_clearance else None
        if need is None and model.kind == "server":
            need = placed.footprint.depth_mm
        behind = model.rear_clearance.whole if model.rear_clearance else 0
        stuck = front_mm is not None and need is not None and need > front_mm
        if stuck or (rear_mm is not None and behind > rear_mm):
            held.append(placed.server.id)
    message = f"{_names(held)} without the room that service takes at {rack.id}."
    yield from none_may(f"space/{rack.id}/service", rack.id, len(held), message)


def _doors(way: Floor, rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    """Rack products pass every door on their way."""
    if way.door_width_mm is None and way.door_height_mm is None:
        return
    stuck = []
    for placed in servers:
        model = placed.footprint.server
        sizes = ((model.width, way.door_width_mm), (model.height, way.door_height_mm))
        over = any(size and door is not None and size.whole > door for size, door in sizes)
        if over and model.kind == "rack" and rack.stand.delivery != "nothing":
            stuck.append(placed.server.id)
    message = f"{_names(stuck)} too large for a door on the way to {rack.id}."
    yield from none_may(f"space/{rack.id}/door", rack.id, len(stuck), message)


def _kind(rack: Rack, servers: tuple[Placed, ...]) -> Iterator[Finding]:
    accepts = rack.model.accepts
    wrong = [p.server.id for p in servers if p.footprint.server.kind != accepts]
    takes = "rack products" if accepts == "rack" else "servers, no rack products"
    message = f"{_names(wrong)} in the wrong place: {rack.id} takes {takes}."
    yield from none_may(f"space/{rack.id}/kind", rack.id, len(wrong), message)


def _names(ids: list[str]) -> str:
    """``r01/u01 is``, ``r01/u01 and r01/u09 are``, ``r01/u01 and 3 more are``."""
    if len(ids) < 2:
        return f"{''.join(ids)} is"
    rest = ids[1] if len(ids) == 2 else f"{len(ids) - 1} more"
    return f"{ids[0]} and {rest} are"
