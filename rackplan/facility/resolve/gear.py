"""Equipment in racks that is not a server: gear, switches, in-rack CDUs, horizontal rack PDUs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rackplan.catalog.entries import Cdu, RackModel, Switch
from rackplan.catalog.figure import Figure
from rackplan.facility.devices import Feed, Gear, GearKind
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.written import WrittenRack
from rackplan.schema import site as s

CORD_MA = 16_000
"""Most current of a cord of gear whose count of cords is not given [mA]: that of a C20 inlet."""


def resolve_gear(
    context: Context, written: WrittenRack, feeds: tuple[Feed, ...], model: RackModel
) -> Iterator[Gear]:
    """What the site file puts into a rack, then the rack PDUs that take rack units."""
    for i, item in enumerate(written.rack.gear):
        yield _gear(context, written, item, (*written.path, "gear", i), feeds, model)
    yield from _rack_pdus(context, written, feeds, model)


def _gear(
    context: Context,
    written: WrittenRack,
    item: s.Gear,
    path: Path,
    feeds: tuple[Feed, ...],
    model: RackModel,
) -> Gear:
    sides = tuple(feed.side for feed in feeds)
    entry, kind = _entry(context, item, path)
    power_w = _given(item.power, _draw(entry))
    if isinstance(entry, Cdu) and _driven_elsewhere(context, written, item, path):
        power_w = item.power or 0
    weight_g = _given(item.weight, entry.weight if entry else None)
    height = _given(item.rack_units, entry.rack_units if entry else None)
    for name, value in (("rack_units", height), ("power", power_w), ("weight", weight_g)):
        if value is None:
            context.problem(path, f"gear {item.name!r} has no {name}", f"add {name}:")
    for k, side in enumerate(item.feeds):
        context.known(f"feed of {written.id}", side, sides, (*path, "feeds", k))
    if height and item.u + height - 1 > model.rack_units.whole:
        message = f"gear {item.name!r} reaches above rack unit {model.rack_units.whole}"
        context.problem((*path, "u"), message, "put it lower")
    airflow_l_s = item.airflow
    if airflow_l_s is None:
        airflow_l_s = (
            context.airflow_l_s(power_w, f"gear {item.name!r}", path, "gear") if power_w else 0
        )
    plugged = [feed for feed in feeds if feed.side in (item.feeds or sides)]
    cords = item.cords or _cords(power_w or 0, plugged)
    return Gear(
        name=item.name,
        u=item.u,
        rack_units=height or 1,
        power_w=power_w or 0,
        weight_g=weight_g or 0,
        airflow_l_s=airflow_l_s,
        feeds=item.feeds or sides,
        cords=cords,
        start=context.turn() if _unbalanced(cords, plugged) else 0,
        kind=kind,
        rear=item.face == "rear",
        depth_mm=_given(item.depth, entry.depth if isinstance(entry, Switch) else None),
    )


def _entry(context: Context, item: s.Gear, path: Path) -> tuple[Switch | Cdu | None, GearKind]:
    """The catalog entry that gear takes its figures from, and what it is."""
    if item.switch and item.cdu:
        message = f"gear {item.name!r} is a switch or a CDU, not both"
        context.problem(path, message, "remove switch: or cdu:")
    if item.switch:
        return context.entry(context.catalog.switch, item.switch, (*path, "switch")), "switch"
    if item.cdu:
        return context.entry(context.catalog.cdu, item.cdu, (*path, "cdu")), "cdu"
    return None, "gear"


def _driven_elsewhere(context: Context, written: WrittenRack, item: s.Gear, path: Path) -> bool:
    """Whether power nodes drive an in-rack CDU, and not the feeds of its rack.

    It is the CDU of its name in the rack's loop, where its draw and what drives it are stated.
    """
    loop_id = written.either(written.rack.loop, written.row.loop)
    loop = next((loop for loop in context.site.cooling.loops if loop.id == loop_id), None)
    spec = next((cdu for cdu in loop.cdus if cdu.id == item.name), None) if loop else None
    if spec is None:
        on = f"loop {loop_id!r} of {written.id}" if loop_id else f"{written.id}, which has no loop,"
        message = f"{on} has no CDU {item.name!r}"
        cure = "name the gear after its CDU under cooling: loops: cdus:"
        context.problem((*path, "name"), message, cure)
        return False
    if spec.model != item.cdu:
        message = f"{item.name} is a {spec.model} under cooling, and {item.cdu} here"
        context.problem((*path, "cdu"), message, "name the same model")
    return bool(spec.power_from)


def _draw(entry: Switch | Cdu | None) -> Figure | None:
    if isinstance(entry, Switch):
        return entry.max_draw or entry.typical_draw
    return entry.power if entry else None


def _given(own: int | None, figure: Figure | None) -> int | None:
    """The site file's value, else the catalog's."""
    return figure.whole if own is None and figure is not None else own


def _rack_pdus(
    context: Context, written: WrittenRack, feeds: tuple[Feed, ...], model: RackModel
) -> Iterator[Gear]:
    """Rack PDUs that take rack units; vertical ones stand beside them."""
    own = written.rack.feeds is not None
    specs = written.either(written.rack.feeds, written.row.feeds) or {}
    base: Path = (*written.path, "feeds") if own else (*written.path[:4], "feeds")
    for feed in feeds:
        u, path = specs[feed.side].pdu_u, (*base, feed.side)
        height = feed.strip.rack_units.whole if feed.strip else 0
        if not height:
            if u is not None:
                told = f"{feed.strip_id} stands beside the rack units" if feed.strip else "no pdu:"
                context.problem((*path, "pdu_u"), f"no rack units to take: {told}", "remove pdu_u:")
            continue
        if u is None:
            message = f"{feed.strip_id} takes {height} rack units, but nothing says which"
            context.problem(path, message, "add pdu_u: with its lowest rack unit")
            continue
        if u + height - 1 > model.rack_units.whole:
            message = f"{feed.strip_id} at U{u} reaches above rack unit {model.rack_units.whole}"
            context.problem((*path, "pdu_u"), message, "put it lower")
        weight = feed.strip.weight if feed.strip else None
        name = f"rack PDU {feed.side}"
        yield Gear(name, u, height, 0, weight.whole if weight else 0, 0, (), 0, kind="pdu")


def beside_g(context: Context, written: WrittenRack, feeds: tuple[Feed, ...]) -> int:
    """What a rack carries beside servers and gear [g]: vertical rack PDUs, and what is attached."""
    strips = [feed.strip for feed in feeds if feed.strip]
    if any(strip.weight is None for strip in strips):
        text = "no source gives the weight of some rack PDUs: not counted in their racks"
        context.assume("catalog.rack_pdus", text)
    vertical = sum(
        strip.weight.whole for strip in strips if strip.weight and not strip.rack_units.whole
    )
    attached = written.either(written.rack.extra_weight, written.row.extra_weight) or ()
    if not attached and written.either(written.rack.door, written.row.door) is not None:
        text = "the weight of rear doors is not counted: no extra_weight: says it"
        context.assume("halls", text)
    return vertical + sum(item.weight for item in attached)


def _cords(power_w: int, feeds: list[Feed]) -> int:
    """Cords on each feed, so that one feed alone carries the gear with 16 A a cord at most."""
    each_w = min((feed.cord_w(CORD_MA) or 0 for feed in feeds), default=0)
    return max(1, math.ceil(power_w / each_w)) if each_w else 1


def _unbalanced(cords: int, feeds: list[Feed]) -> bool:
    return any(cords % len(feed.positions) for feed in feeds)
