"""Servers whose place is given: existing ones and pins; and places that are forbidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rackplan.facility.demand import Forbid, Pin, ServerDemand, Survive, Workload
from rackplan.facility.model import FixedServer, Footprint, Gear, Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.footprints import Use
from rackplan.facility.resolve.layout import racks_at
from rackplan.facility.resolve.work import survive
from rackplan.facility.resolve.written import WrittenRack
from rackplan.schema import site as s


def existing_survive(item: s.Existing, workloads: dict[str, Workload]) -> Survive:
    """What an existing server must do: its own rule, else its workload's, else ``full``."""
    if item.survive is not None:
        return survive(item.survive)
    return workloads[item.workload].survive if item.workload in workloads else Survive("full")


def pin_survive(pin: s.Pin, line: ServerDemand, workloads: dict[str, Workload]) -> Survive:
    """What a server pinned at a rack unit must do: its workload's rule, else its demand line's."""
    if pin.workload in workloads:
        return workloads[pin.workload].survive
    return line.survive


def uses(
    context: Context,
    racks: list[WrittenRack],
    workloads: dict[str, Workload],
    demands: dict[str, ServerDemand],
) -> Iterator[Use]:
    """Every server model under every survive rule the site file uses."""
    for i, line in enumerate(demands.values()):
        path: Path = ("demand", i, "server")
        for name in line.workloads:
            yield Use(line.server, workloads[name].survive, path)
        if line.idle_allowed:
            yield Use(line.server, line.survive, path)
    for written in racks:
        for k, item in enumerate(written.rack.existing):
            place = (*written.path, "existing", k, "server")
            yield Use(item.server, existing_survive(item, workloads), place)


def fix_servers(
    context: Context,
    racks: list[WrittenRack],
    resolved: dict[str, Rack],
    footprints: tuple[Footprint, ...],
    workloads: dict[str, Workload],
    demands: dict[str, ServerDemand],
) -> tuple[dict[str, Rack], tuple[Pin, ...]]:
    """Racks with their existing and U-pinned servers, and the pins whose rack unit is free."""
    fixed: dict[str, list[FixedServer]] = {rack: [] for rack in resolved}
    by_rule = {(f.server_id, f.survive): f for f in reversed(footprints)}
    for written in racks:
        for k, item in enumerate(written.rack.existing):
            path = (*written.path, "existing", k)
            _check_work(context, item, workloads, (*path, "workload"))
            first = by_rule.get((item.server, existing_survive(item, workloads)))
            if written.id in fixed and first is not None:
                for u in item.u:
                    index = _turned(context, first, footprints)
                    fixed[written.id].append(FixedServer(index, u, item.workload, True))
    pins = []
    for i, pin in enumerate(context.site.placement.pin):
        path = ("placement", "pin", i)
        line = _line_of(context, pin, path, racks, demands)
        if line is None or pin.rack not in fixed:  # a rack that could not be resolved
            continue
        first = by_rule.get((pin.server, pin_survive(pin, line, workloads)))
        if pin.u is None:
            pins.append(Pin(f"pin-{i + 1}", pin.server, pin.rack, pin.count, pin.workload))
        elif first is not None:
            index = _turned(context, first, footprints)
            fixed[pin.rack].append(FixedServer(index, pin.u, pin.workload, False))
    ordered = {
        name: replace(rack, fixed=tuple(sorted(fixed[name], key=lambda server: server.u)))
        for name, rack in resolved.items()
    }
    for written in racks:
        if written.id in ordered:
            _check_units(context, written, ordered[written.id], footprints)
    _check_starts(context, ordered)
    return ordered, tuple(pins)


def _turned(context: Context, first: Footprint, footprints: tuple[Footprint, ...]) -> int:
    """The footprint of one more server that stands anyway: their cords take the lines in turn."""
    several = first.index + 1 < len(footprints) and footprints[first.index + 1].base == first.base
    if not several:
        return first.index
    text = "cords of servers whose place is given take the lines of their feeds in turn"
    context.assume("halls", text)
    return first.index + context.turn()


def _check_work(
    context: Context, item: s.Existing, workloads: dict[str, Workload], path: Path
) -> None:
    """What existing servers run exists and may run on them."""
    if item.workload is None or not context.known("workload", item.workload, workloads, path):
        return
    allowed = workloads[item.workload].servers
    if allowed and item.server not in allowed:
        message = f"workload {item.workload!r} may not run on {item.server}"
        context.problem(path, message, f"add {item.server} to its servers:")


def _check_starts(context: Context, racks: dict[str, Rack]) -> None:
    """A server pinned to a rack unit starts where the rack's profile lets servers start."""
    for i, pin in enumerate(context.site.placement.pin):
        rack = racks.get(pin.rack)
        if rack and pin.u is not None and rack.starts and pin.u not in rack.starts:
            allowed = ", ".join(map(str, rack.starts))
            message = f"the profile of {rack.id} lets no server start at U{pin.u}"
            context.problem(("placement", "pin", i, "u"), message, f"it allows {allowed}")


def _line_of(
    context: Context,
    pin: s.Pin,
    path: Path,
    racks: list[WrittenRack],
    demands: dict[str, ServerDemand],
) -> ServerDemand | None:
    """The demand line a pin takes its servers from; ``None`` when the pin cannot be kept."""
    sound = context.known("rack", pin.rack, [rack.id for rack in racks], (*path, "rack"))
    if pin.u is not None and pin.count > 1:
        context.problem((*path, "count"), "one rack unit takes one server", "remove count: or u:")
        sound = False
    lines = {line.server: line for line in demands.values()}
    if not context.known("server model in demand", pin.server, lines, (*path, "server")):
        return None
    line = lines[pin.server]
    if pin.workload is not None:
        what = f"workload of {line.id}"
        sound &= context.known(what, pin.workload, line.workloads, (*path, "workload"))
    elif pin.u is not None and not line.idle_allowed:
        message = f"{pin.server} is pinned to a rack unit without a workload"
        context.problem(path, message, f"add workload: one of {', '.join(line.workloads)}")
        sound = False
    return line if sound else None


def _check_units(
    context: Context, written: WrittenRack, rack: Rack, footprints: tuple[Footprint, ...]
) -> None:
    """No rack unit is taken twice by what the site file puts there, and nothing sticks out."""
    taken: dict[int, str] = {u: _use_text(rack, u) for u in rack.closed_u}
    servers = [
        (footprints[server.footprint].server_id, server.u, footprints[server.footprint].rack_units)
        for server in rack.fixed
    ]
    for name, u, height in [*((g.name, g.u, g.rack_units) for g in rack.gear), *servers]:
        if u + height - 1 > rack.rack_units:
            top = f"reaches U{u + height - 1} of {rack.rack_units}"
            message = f"{name} at U{u} of {written.id} {top}"
            context.problem(
                written.path, message, f"put it at U{max(1, rack.rack_units - height + 1)} or lower"
            )
    for k, item in enumerate(rack.gear):
        for other in rack.gear[:k]:
            _check_shared(context, written, rack, other, item)
        _clash(context, written, item.name, item.units, taken)
    taken.update({u: item.name for item in rack.gear for u in item.units})
    for name, u, height in servers:
        units = range(u, u + height)
        _clash(context, written, name, units, taken)
        taken.update(dict.fromkeys(units, name))


def _use_text(rack: Rack, u: int) -> str:
    use = rack.uses.get(u)
    return "a closed rack unit" if use is None else f"a rack unit that is {_USES[use.kind]}"


_USES = {
    "blocked": "blocked",
    "reserved": "reserved",
    "manifold": "a manifold",
    "air gap": "an air gap",
}


def _clash(
    context: Context, written: WrittenRack, name: str, units: range, taken: dict[int, str]
) -> None:
    clash = next((unit for unit in units if unit in taken), None)
    if clash is not None:
        message = f"{name} and {taken[clash]} both take U{clash} of {written.id}"
        context.problem(written.path, message, "move one of them")


def _check_shared(
    context: Context, written: WrittenRack, rack: Rack, one: Gear, other: Gear
) -> None:
    """Gear at the front and at the rear share rack units where both are short enough."""
    shared = sorted(set(one.units) & set(other.units))
    if not shared:
        return
    message = f"{other.name} and {one.name} both take U{shared[0]} of {written.id}"
    cure = "move one of them"
    if one.rear != other.rear:
        room_mm = (rack.model.usable_depth or rack.model.depth).whole
        if one.depth_mm is None or other.depth_mm is None:
            message += ", and the depth of one is not known"
            cure = "give depth: of both, or move one of them"
        elif one.depth_mm + other.depth_mm > room_mm:
            message += f": {one.depth_mm} mm and {other.depth_mm} mm deep, {room_mm} mm are there"
        else:
            return
    context.problem(written.path, message, cure)


def resolve_forbids(context: Context, racks: list[WrittenRack]) -> tuple[Forbid, ...]:
    """Forbidden places, resolved to racks."""
    forbids = []
    for i, item in enumerate(context.site.placement.forbid):
        path: Path = ("placement", "forbid", i)
        for k, server in enumerate(item.servers):
            context.entry(context.catalog.server, server, (*path, "servers", k))
        places = frozenset(racks_at(context, racks, item.places, (*path, "places")))
        forbids.append(Forbid(f"forbid-{i + 1}", places, frozenset(item.servers), item.reason))
        for k, pin in enumerate(context.site.placement.pin):
            if pin.rack in places and (not item.servers or pin.server in item.servers):
                message = (
                    f"{pin.server} is pinned in {pin.rack}, where forbid number {i + 1} allows none"
                )
                context.problem(("placement", "pin", k), message, "remove one of them")
    return tuple(forbids)
