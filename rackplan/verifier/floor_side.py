"""The floor side of a plan: loads of slab, zones and tiles, centers of gravity, fronts of racks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from rackplan.facility.model import Facility, Rack
from rackplan.plan import Plan
from rackplan.plan.floor import FloorSheet, RackFloor, TileFloor, ZoneFloor
from rackplan.verifier.elevation import center_mm, front
from rackplan.verifier.floor import MM2, brought_g, slab_load, tile_loads, weight_g
from rackplan.verifier.verdict import Finding, violation
from rackplan.verifier.view import Placed, View


def with_floor(view: View, plan: Plan) -> Plan:
    """A plan with its floor side.

    Parameters
    ----------
    view
        The plan's servers and racks on their site.
    plan
        The plan to complete.
    """
    return replace(plan, floor=floor_sheet(view))


def floor_sheet(view: View) -> FloorSheet:
    """Floor loads and fronts of every rack, zones, and tiles that several racks stand on."""
    facility = view.facility
    weights = {rack.id: weight_g(rack, servers) for rack, servers in view.racks()}
    fullest: dict[str, Fraction] = {}
    shared: dict[tuple[tuple[str, int], ...], TileFloor] = {}
    for hall, (column, row), on_it, load in tile_loads(facility, weights):
        tiles = facility.floors[hall].tiles
        for name in on_it:
            fullest[name] = max(load, fullest.get(name, Fraction(0)))
        if len(on_it) > 1 and tiles is not None:
            # Tiles along a pair of racks carry the same: the first stands for them.
            alike = tuple(on_it.items())
            one = TileFloor(hall, column, row, tuple(on_it), math.ceil(load), tiles.point_g)
            shared.setdefault(alike, one)
    return FloorSheet(
        racks=tuple(
            _rack_floor(facility, rack, servers, weights[rack.id], fullest.get(rack.id))
            for rack, servers in view.racks()
        ),
        zones=tuple(_zones(facility, weights)),
        tiles=tuple(shared.values()),
        fronts=tuple(front(rack, servers) for rack, servers in view.racks()),
    )


def _rack_floor(
    facility: Facility,
    rack: Rack,
    servers: tuple[Placed, ...],
    total_g: int,
    tile_g: Fraction | None,
) -> RackFloor:
    floor = facility.floor(rack)
    slab = slab_load(floor, rack, total_g)
    moved_g = brought_g(rack, servers, total_g)
    rolls = floor.rolling_g is not None and bool(moved_g)
    return RackFloor(
        rack=rack.id,
        weight_g=total_g,
        slab_g_m2=math.ceil(slab.load_g_m2) if slab else None,
        slab_limit_g_m2=slab.limit_g_m2 if slab else None,
        tile_g=None if tile_g is None else math.ceil(tile_g),
        tile_limit_g=floor.tiles.point_g if floor.tiles else None,
        wheel_g=math.ceil(Fraction(moved_g or 0, 2)) if rolls else None,
        wheel_limit_g=floor.rolling_g if rolls else None,
        center_mm=math.ceil(center_mm(rack, servers)) if total_g else None,
    )


def _zones(facility: Facility, weights: Mapping[str, int]) -> Iterator[ZoneFloor]:
    for hall, floor in facility.floors.items():
        for zone in floor.zones:
            area = Fraction(zone.area_mm2, MM2)
            racks = [facility.racks[name] for name in zone.racks]
            under = sum(r.model.width.whole * r.model.depth.whole for r in racks)
            clear = max(Fraction(0), area - Fraction(under, MM2))
            weight = sum(weights[name] for name in zone.racks)
            load = (weight + floor.traffic_g_m2 * clear) / area + floor.raised_g_m2
            yield ZoneFloor(
                zone=zone.id,
                hall=hall,
                racks=len(racks),
                area_mm2=zone.area_mm2,
                weight_g=weight,
                load_g_m2=math.ceil(load),
                limit_g_m2=zone.max_load_g_m2 - floor.partition_g_m2,
            )


def check(view: View) -> Iterator[Finding]:
    """Judge the floor side a plan states; one without it is not judged."""
    stated = view.plan.floor
    if stated == FloorSheet():
        return
    expected = floor_sheet(view)
    for what in ("racks", "zones", "tiles", "fronts"):
        mine, theirs = getattr(expected, what), getattr(stated, what)
        wrong = next((b for a, b in zip(mine, theirs, strict=False) if a != b), None)
        if wrong is not None or len(mine) != len(theirs):
            place = "" if wrong is None else f", first at {_name(wrong)}"
            message = f"the plan's floor side states {what} that its servers do not make{place}."
            yield violation(f"plan/floor/{what}", "floor", message)


def _name(stated: object) -> str:
    return str(
        next(getattr(stated, key) for key in ("rack", "zone", "hall") if hasattr(stated, key))
    )
