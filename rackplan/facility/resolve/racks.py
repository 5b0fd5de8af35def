"""Halls, rows and racks: positions, feeds, what is closed, what already stands there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from rackplan.catalog.entries import RackModel
from rackplan.facility.model import Feed, Gear, Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.feeds import Feeds
from rackplan.facility.resolve.written import WrittenRack, written_racks
from rackplan.facility.resolve.zones import rack_door
from rackplan.schema import site as s

CORD_MA = 16_000
"""Most current of a cord of gear whose count of cords is not given [mA]: that of a C20 inlet."""


def check_names(context: Context) -> None:
    """Halls, rows and racks need distinct names; a site needs racks."""
    halls = list(enumerate(context.site.halls))
    context.unique("hall", [(hall.id, ("halls", h, "id")) for h, hall in halls])
    rows = [
        (row.id, ("halls", h, "rows", r, "id"))
        for h, hall in halls
        for r, row in enumerate(hall.rows)
    ]
    context.unique("row", rows)
    context.unique("rack", [(w.id, (*w.path, "id")) for w in written_racks(context)])
    if not any(True for _ in written_racks(context)):
        context.problem(("halls",), "the site has no racks", "list rows and racks under halls:")


def resolve_rack(
    context: Context,
    written: WrittenRack,
    feeds: Feeds,
    place: tuple[int, int],
    leaf: tuple[str | None, int | None],
) -> Rack | None:
    """One rack, yet without its fixed servers; ``None`` when its model is unknown."""
    rack, row = written.rack, written.row
    model_id = written.either(rack.model, row.model)
    if model_id is None:
        message = f"row {row.id!r} has racks without a model"
        context.problem(written.path[:4], message, "add model: to the row, or to each rack")
        return None
    of_rack = rack.model is not None
    path = (*(written.path if of_rack else written.path[:4]), "model")
    model = context.entry(context.catalog.rack, model_id, path)
    zone = _reference(context, written, "zone", [z.id for z in context.site.cooling.zones])
    loop = _reference(context, written, "loop", [z.id for z in context.site.cooling.loops])
    circuits = feeds.of(written)
    door = rack_door(context, written, feeds.nodes)
    tiles = written.either(rack.tiles, row.tiles)
    if model is None:
        return None
    profile = written.either(rack.profile, row.profile) or s.Profile()
    return Rack(
        id=written.id,
        hall=written.hall.id,
        row=row.id,
        name=rack.id,
        model_id=model_id,
        model=model,
        x_mm=place[0],
        y_mm=place[1],
        feeds=circuits,
        zone=zone,
        loop=loop,
        leaf_group=leaf[0],
        closed_u=_closed(context, written, profile, model),
        starts=profile.starts,
        air_limit_w=_air_limit(context, written, zone),
        max_total_g=written.either(rack.max_total_weight, row.max_total_weight),
        cable_mm=leaf[1],
        gear=tuple(_gear(context, written, circuits, model)),
        fixed=(),
        door=door,
        tiles_l_s=None if tiles is None else tiles.count * tiles.flow,
    )


def _reference(context: Context, written: WrittenRack, key: str, names: list[str]) -> str | None:
    own = getattr(written.rack, key)
    name: str | None = written.either(own, getattr(written.row, key))
    path = (*written.path, key) if own is not None else (*written.path[:4], key)
    if name is not None and not context.known(f"cooling {key}", name, names, path):
        return None
    return name


def _air_limit(context: Context, written: WrittenRack, zone: str | None) -> int | None:
    own = written.either(written.rack.air_limit, written.row.air_limit)
    of_zone = next((z.rack_limit for z in context.site.cooling.zones if z.id == zone), None)
    limits = [limit for limit in (own, of_zone) if limit is not None]
    return min(limits) if limits else None


def _closed(
    context: Context, written: WrittenRack, profile: s.Profile, model: RackModel
) -> tuple[int, ...]:
    units: set[int] = set()
    base = written.path if written.rack.profile is not None else written.path[:4]
    for key, texts in (("blocked", profile.blocked), ("reserved", profile.reserved)):
        for i, text in enumerate(texts):
            span = _span(text)
            if span is None or not 1 <= span[0] <= span[1] <= model.rack_units.whole:
                context.problem(
                    (*base, "profile", key, i),
                    f"rack units of a {model.name} run from 1 to {model.rack_units.whole}",
                    'write "5" or "1-3"',
                    repr(text),
                )
            else:
                units.update(range(span[0], span[1] + 1))
    return tuple(sorted(units))


def _span(text: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3}))?\s*", text)
    return None if match is None else (int(match[1]), int(match[2] or match[1]))


def _gear(
    context: Context, written: WrittenRack, feeds: tuple[Feed, ...], model: RackModel
) -> Iterator[Gear]:
    sides = tuple(feed.side for feed in feeds)
    for i, item in enumerate(written.rack.gear):
        path: Path = (*written.path, "gear", i)
        switch = (
            context.entry(context.catalog.switch, item.switch, (*path, "switch"))
            if item.switch
            else None
        )
        draw = (switch.max_draw or switch.typical_draw) if switch else None
        power_w = item.power if item.power is not None else (draw.whole if draw else None)
        weight = switch.weight if switch else None
        weight_g = item.weight if item.weight is not None else (weight.whole if weight else None)
        height = item.rack_units or (switch.rack_units.whole if switch else None)
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
        yield Gear(
            name=item.name,
            u=item.u,
            rack_units=height or 1,
            power_w=power_w or 0,
            weight_g=weight_g or 0,
            airflow_l_s=airflow_l_s,
            feeds=item.feeds or sides,
            cords=cords,
            start=context.turn() if _unbalanced(cords, plugged) else 0,
        )


def _cords(power_w: int, feeds: list[Feed]) -> int:
    """Cords on each feed, so that one feed alone carries the gear with 16 A a cord at most."""
    each_w = min((feed.cord_w(CORD_MA) or 0 for feed in feeds), default=0)
    return max(1, math.ceil(power_w / each_w)) if each_w else 1


def _unbalanced(cords: int, feeds: list[Feed]) -> bool:
    return any(cords % len(feed.positions) for feed in feeds)
