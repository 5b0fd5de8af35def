"""Checks of the whole power system once it is resolved: what plugs in, what hangs where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rackplan.catalog.connectors import accepts
from rackplan.facility.devices import Feed, PowerNode
from rackplan.facility.model import CoolingUnit, Footprint, Rack
from rackplan.facility.power import cords_by_feed
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.written import WrittenRack
from rackplan.facility.supply import supply_misfit

PANEL_KINDS = frozenset({"rpp", "busway", "pdu"})
"""Kinds of node that are there to feed something."""


def check_power(
    context: Context,
    nodes: Mapping[str, PowerNode],
    racks: Mapping[str, Rack],
    units: Iterable[CoolingUnit],
) -> None:
    """Panels feed something; trees whose ratings add up to more than what feeds them are told."""
    if context.problems:
        return  # what a broken part leaves idle is no fault of its own
    _check_orphans(context, nodes, racks.values(), units)
    _warn_oversubscribed(context, nodes, racks.values())


def _check_orphans(
    context: Context,
    nodes: Mapping[str, PowerNode],
    racks: Iterable[Rack],
    units: Iterable[CoolingUnit],
) -> None:
    """A panel or busway feeds something, or says that it is spare."""
    used = {source for node in nodes.values() for source in node.inputs}
    used |= {feed.source for rack in racks for feed in rack.feeds}
    used |= {source for unit in units for source in unit.power_from}
    for i, written in enumerate(context.site.power.nodes):
        idle = written.id in nodes and written.id not in used and not written.load
        if written.kind in PANEL_KINDS and idle and not written.spare:
            message = f"{written.id} feeds nothing"
            cure = "feed something from it, remove it, or set spare: true"
            context.problem(("power", "nodes", i), message, cure)


def _warn_oversubscribed(
    context: Context, nodes: Mapping[str, PowerNode], racks: Iterable[Rack]
) -> None:
    """Trees whose parts are rated for more than what feeds them: told by kind, with the figure."""
    below: dict[str, int] = defaultdict(int)
    for node in nodes.values():
        carriers = node.inputs if node.parallel else node.inputs[:1]
        for source in carriers:
            below[source] += (_rated_w(context, node) or 0) // len(carriers)
    for rack in racks:
        for feed in rack.feeds:
            below[feed.source] += feed.limit_w
    ratios: dict[str, dict[str, float]] = defaultdict(dict)
    for node in nodes.values():
        rated_w = _rated_w(context, node)
        if rated_w and below[node.id] > rated_w:
            ratios[node.kind][node.id] = below[node.id] / rated_w
    places = {node.id: ("power", "nodes", i) for i, node in enumerate(context.site.power.nodes)}
    for kind, found in ratios.items():
        worst = max(found, key=lambda name: found[name])
        rated_w = _rated_w(context, nodes[worst]) or 0
        others = f" ({len(found) - 1} more {kind} likewise)" if len(found) > 1 else ""
        text = (
            f"what {worst} feeds is rated {below[worst] / 1000:,.1f} kW, {found[worst]:.2f} times "
            f"its own {rated_w / 1000:,.1f} kW{others}; limits hold the load, not the ratings"
        )
        context.warn(places[worst], text)


def _rated_w(context: Context, node: PowerNode) -> int | None:
    """What may leave a node for long [W]."""
    factor = context.site.policy.power_factor
    limits = [node.limit_w, None if node.limit_va is None else int(node.limit_va * factor)]
    return min((limit for limit in limits if limit is not None), default=None)


def check_supplies(
    context: Context,
    written: list[WrittenRack],
    racks: Mapping[str, Rack],
    footprints: tuple[Footprint, ...],
) -> None:
    """Voltage, phases, connectors and outlets: of servers whose place is given, and of the rest."""
    first = {f.server_id: f for f in reversed(footprints)}
    for place in written:
        if place.id not in racks:
            continue
        rack = racks[place.id]
        for server in rack.fixed:
            footprint = footprints[server.footprint]
            kind = "existing" if server.existing else "pinned"
            where: Path = (*place.path, "existing") if server.existing else ("placement", "pin")
            _check_fixed(context, rack, footprint, kind, where)
        _check_outlets(context, rack, footprints, place.path)
    for i, pin in enumerate(context.site.placement.pin):
        if pin.rack in racks and pin.server in first and pin.u is None:
            rack, path = racks[pin.rack], ("placement", "pin", i)
            _check_fixed(context, rack, first[pin.server], "pinned", path)
    for i, line in enumerate(context.site.demand):
        if line.server in first:
            _check_line(context, list(racks.values()), first[line.server], ("demand", i, "server"))
    _assume_unknown(context, racks.values(), first.values())


def _check_fixed(context: Context, rack: Rack, footprint: Footprint, kind: str, path: Path) -> None:
    why = misfit(footprint, rack)
    if why is not None:
        message = f"the {kind} {footprint.server_id} cannot be plugged in at {rack.id}: {why}"
        context.problem(path, message, "choose a circuit and rack PDU for it, or another rack")


def _check_line(context: Context, racks: list[Rack], footprint: Footprint, path: Path) -> None:
    """Some rack must take the cords of a server that is asked for."""
    fitting = [rack for rack in racks if rack.model.accepts == footprint.server.kind]
    reasons = [misfit(footprint, rack) for rack in fitting if rack.feeds]
    if reasons and all(reasons):
        told = list(dict.fromkeys(filter(None, reasons)))
        message = f"no rack can plug in {footprint.server_id}: {'; '.join(told[:2])}"
        context.problem(path, message, "choose circuits and rack PDUs for it under feeds:")


def _assume_unknown(
    context: Context, racks: Iterable[Rack], footprints: Iterable[Footprint]
) -> None:
    """What is not judged because nobody says it."""
    silent = [f.server_id for f in footprints if f.supply.low_v is None]
    if silent:
        text = f"no source gives the input voltage of {', '.join(sorted(silent))}: not compared"
        context.assume("catalog.servers", f"{text} with its circuits")
    bare = [feed for rack in racks for feed in rack.feeds if feed.strip is None]
    if bare:
        text = f"{len(bare)} circuits name no rack PDU: their outlets and banks are not judged"
        context.assume("halls", text)


def misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why the cords of one server do not go into a rack that is otherwise empty."""
    return supply_misfit(footprint, rack) or _too_many_cords(footprint, rack)


def _too_many_cords(footprint: Footprint, rack: Rack) -> str | None:
    if footprint.supply.phases != 1:
        return None
    cords = cords_by_feed(footprint.psu_count, rack.feeds)
    for feed in rack.feeds:
        have = _outlets(feed, footprint.supply.inlet)
        if have is not None and cords[feed.id] > have:
            return (
                f"{footprint.server_id} has {cords[feed.id]} cords for feed {feed.side}, "
                f"{feed.strip_id} has {have} outlets that fit"
            )
    return None


def _outlets(feed: Feed, inlet: str) -> int | None:
    """Outlets of a feed's rack PDU that take an inlet; any, where the inlet is not known."""
    if feed.strip is None:
        return None
    return sum(
        count
        for bank in feed.strip.banks
        for connector, count in bank.outlets.items()
        if not inlet or accepts(connector, inlet)
    )


def _check_outlets(
    context: Context, rack: Rack, footprints: tuple[Footprint, ...], path: Path
) -> None:
    """What stands in a rack anyway has no more cords than its rack PDUs have outlets."""
    for feed in rack.feeds:
        have = _outlets(feed, "")
        servers = [footprints[server.footprint] for server in rack.fixed]
        cords = sum(cords_by_feed(f.psu_count, rack.feeds)[feed.id] for f in servers)
        cords += sum(g.cords for g in rack.gear if feed.side in g.feeds and g.power_w)
        if have is not None and cords > have:
            message = f"{cords} cords on feed {feed.side} of {rack.id}, {feed.strip_id} has {have}"
            cure = "choose a rack PDU with more outlets, or move gear to another feed"
            context.problem((*path, "feeds"), f"more cords than outlets: {message}", cure)
