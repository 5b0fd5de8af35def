"""Does the cooling side a plan states follow from its servers?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace

from rackplan.plan.cooling import AreaCooling, AreaKind, LoopCooling, ZoneCooling
from rackplan.verifier.cooling_side import cooling_plan
from rackplan.verifier.cooling_table import AreaTable, area_tables
from rackplan.verifier.verdict import Violation, violation
from rackplan.verifier.view import View

Tables = Mapping[tuple[AreaKind, str], AreaTable]
"""By kind and name of the area: a zone and a loop may share a name."""

NOISE = 1e-6
"""How far figures may be off that are worked out in floats, as a share of the figure."""


def check(view: View) -> Iterator[Violation]:
    """Judge the cooling side of a plan; a plan without one states nothing."""
    stated = view.plan.cooling
    if not stated.zones and not stated.loops:
        return
    mine = cooling_plan(view)
    tables = {(table.kind, table.area): table for table in area_tables(view)}
    yield from _listed("zone", [z.zone for z in stated.zones], [z.zone for z in mine.zones])
    yield from _listed("loop", [x.loop for x in stated.loops], [x.loop for x in mine.loops])
    zones = {zone.zone: zone for zone in mine.zones}
    for zone in stated.zones:
        if zone.zone in zones:
            yield from _zone(zone, zones[zone.zone], tables)
    loops = {loop.loop: loop for loop in mine.loops}
    for loop in stated.loops:
        if loop.loop in loops:
            yield from _loop(loop, loops[loop.loop], tables)


def _listed(kind: str, stated: Sequence[str], mine: Sequence[str]) -> Iterator[Violation]:
    """Every zone and loop once, and no others."""
    for name in dict.fromkeys([*stated, *mine]):
        if stated.count(name) != 1 or name not in mine:
            times = f"{stated.count(name)} times" if name in mine else "and the site has none"
            message = f"the cooling side of the plan lists the {kind} {name} {times}."
            yield violation(f"plan/{name}", name, message)


def _zone(stated: ZoneCooling, mine: ZoneCooling, tables: Tables) -> Iterator[Violation]:
    names = [area.area for area in mine.areas]
    if [area.area for area in stated.areas] != names:
        message = f"{mine.zone} states other parts than it has: {', '.join(names)}."
        yield violation(f"plan/{mine.zone}/areas", mine.zone, message)
        return
    pairs = zip(stated.areas, mine.areas, strict=True)
    areas = tuple(_with_worst(said, right, tables) for said, right in pairs)
    yield from _differences(mine.zone, stated, replace(mine, areas=areas))


def _loop(stated: LoopCooling, mine: LoopCooling, tables: Tables) -> Iterator[Violation]:
    area = _with_worst(stated.area, mine.area, tables)
    yield from _differences(mine.loop, stated, replace(mine, area=area))


def _with_worst(stated: AreaCooling, mine: AreaCooling, tables: Tables) -> AreaCooling:
    """What is right of an area, with the state the plan calls the worst if it is as bad."""
    for row in tables[mine.kind, mine.area].rows:
        if row.state == stated.worst.state and row.use >= mine.worst.use:
            return replace(mine, worst=row)
    return mine


def _differences(device: str, stated: object, mine: object, path: str = "") -> Iterator[Violation]:
    """A violation for each figure that is not the one expected."""
    if is_dataclass(stated) and type(stated) is type(mine):
        for one in fields(stated):
            said, right = getattr(stated, one.name), getattr(mine, one.name)
            yield from _differences(device, said, right, f"{path}/{one.name}")
    elif isinstance(stated, tuple) and isinstance(mine, tuple) and len(stated) == len(mine):
        for place, (said, right) in enumerate(zip(stated, mine, strict=True)):
            yield from _differences(device, said, right, f"{path}/{place}")
    elif not _same(stated, mine):
        message = f"{device} states {path[1:]} {_text(stated)}; it is {_text(mine)}."
        yield violation(f"plan/{device}{path}", device, message)


def _same(said: object, right: object) -> bool:
    if isinstance(said, float) and isinstance(right, int | float):
        return math.isclose(said, right, rel_tol=NOISE, abs_tol=NOISE)
    return said == right


def _text(value: object) -> str:
    """A figure for people."""
    if value is None:
        return "nothing"
    return f"{value:,}" if isinstance(value, int | float) else repr(value)
