"""Where racks stand, which leaf group they belong to, and how long their cables are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rackplan.facility.model import LeafGroup
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.written import WrittenRack


def positions(context: Context, racks: Iterable[WrittenRack]) -> dict[str, tuple[int, int]]:
    """Front left corner of every rack in its hall [mm]: racks of a row stand side by side."""
    places: dict[str, tuple[int, int]] = {}
    along: dict[str, int] = {}
    for written in racks:
        row = written.row
        offset = along.get(row.id, 0)
        places[written.id] = (
            (row.x + offset, row.y) if row.direction == "x" else (row.x, row.y + offset)
        )
        model = written.either(written.rack.model, row.model)
        width = (
            context.catalog.rack(model).width.whole
            if model in context.catalog.ids("racks")
            else 600
        )
        along[row.id] = offset + width
    return places


def resolve_leaf_groups(
    context: Context, racks: list[WrittenRack], places: dict[str, tuple[int, int]]
) -> tuple[dict[str, LeafGroup], dict[str, tuple[str | None, int | None]]]:
    """Leaf groups by id, and for each rack its leaf group with the routed cable length [mm]."""
    groups: dict[str, LeafGroup] = {}
    member: dict[str, tuple[str | None, int | None]] = {}
    written = context.site.fabric.leaf_groups
    context.unique(
        "leaf group", [(g.id, ("fabric", "leaf_groups", i, "id")) for i, g in enumerate(written)]
    )
    by_id = {rack.id: rack for rack in racks}
    for i, group in enumerate(written):
        path: Path = ("fabric", "leaf_groups", i)
        leaf = group.leaf_rack
        if leaf is not None and not context.known("rack", leaf, by_id, (*path, "leaf_rack")):
            leaf = None
        if group.reach is not None and group.leaf_rack is None:
            context.problem(
                path, f"leaf group {group.id!r} has a reach but no leaf_rack", "add leaf_rack:"
            )
        groups[group.id] = LeafGroup(group.id, group.ports, leaf, group.reach)
        for rack in racks_at(context, racks, group.racks, (*path, "racks")):
            if rack in member:
                message = f"rack {rack} is in leaf group {member[rack][0]!r} already"
                context.problem((*path, "racks"), message, "name each rack in one place only")
            cable = None if leaf is None else _cable_mm(context, by_id, places, rack, leaf, path)
            member[rack] = (group.id, cable)
    outside = [rack.id for rack in racks if rack.id not in member]
    if written and outside:
        text = f"{len(outside)} racks ({outside[0]}, ...) are in no leaf group: ports not limited"
        context.assume("fabric.leaf_groups", text)
    return groups, member


def _cable_mm(
    context: Context,
    racks: dict[str, WrittenRack],
    places: dict[str, tuple[int, int]],
    rack: str,
    leaf: str,
    path: Path,
) -> int:
    """Routed length along rows and aisles, plus rise, drop and slack."""
    if racks[rack].hall.id != racks[leaf].hall.id:
        message = f"{leaf} is not in the hall of {rack}"
        context.problem((*path, "leaf_rack"), message, "name a rack of the same hall")
    (x, y), (leaf_x, leaf_y) = places[rack], places[leaf]
    return abs(x - leaf_x) + abs(y - leaf_y) + context.site.fabric.slack


def racks_at(
    context: Context, racks: list[WrittenRack], names: Iterable[str], path: Path
) -> Iterator[str]:
    """Ids of the racks that names mean: a rack (``row-01/r01``), a whole row, or a whole hall."""
    ids = [rack.id for rack in racks]
    rows = {rack.row.id for rack in racks}
    halls = {rack.hall.id for rack in racks}
    for i, name in enumerate(names):
        if name in rows or name in halls:
            yield from (rack.id for rack in racks if name in (rack.row.id, rack.hall.id))
        elif context.known(
            "rack, row or hall", name, [*ids, *sorted(rows), *sorted(halls)], (*path, i)
        ):
            yield name
