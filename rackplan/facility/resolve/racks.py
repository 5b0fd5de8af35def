"""Halls, rows and racks: positions, feeds, what is closed, what already stands there."""

from __future__ import annotations

import re

from rackplan.catalog.entries import RackModel
from rackplan.facility.model import Rack, UnitUse, UseKind
from rackplan.facility.resolve.context import Context
from rackplan.facility.resolve.feeds import Feeds
from rackplan.facility.resolve.floor import resolve_stand
from rackplan.facility.resolve.gear import beside_g, resolve_gear
from rackplan.facility.resolve.written import WrittenRack, written_racks
from rackplan.schema import site as s


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
    tiles = written.either(rack.tiles, row.tiles)
    if model is None:
        return None
    profile = written.either(rack.profile, row.profile) or s.Profile()
    uses = _uses(context, written, profile, model)
    extra_g = beside_g(context, written, circuits)
    product = model.accepts == "rack"
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
        closed_u=tuple(sorted(uses)),
        starts=profile.starts,
        air_limit_w=_air_limit(context, written, zone),
        max_total_g=written.either(rack.max_total_weight, row.max_total_weight),
        cable_mm=leaf[1],
        gear=tuple(resolve_gear(context, written, circuits, model)),
        fixed=(),
        tiles_l_s=None if tiles is None else tiles.count * tiles.flow,
        uses=uses,
        stand=resolve_stand(written, extra_g, context.site.policy, product=product),
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


def _uses(
    context: Context, written: WrittenRack, profile: s.Profile, model: RackModel
) -> dict[int, UnitUse]:
    """Rack units no server may use, by what they are for; those named twice keep the first."""
    uses: dict[int, UnitUse] = {}
    base = written.path if written.rack.profile is not None else written.path[:4]
    for key, kind in _KINDS:
        for i, text in enumerate(getattr(profile, key)):
            units, holds = _span(text)
            if not units or not 1 <= units[0] <= units[-1] <= model.rack_units.whole:
                context.problem(
                    (*base, "profile", key, i),
                    f"rack units of a {model.name} run from 1 to {model.rack_units.whole}",
                    'write "5" or "1-3"',
                    repr(text),
                )
                continue
            for unit in units:
                uses.setdefault(unit, UnitUse(kind, holds))
    return uses


_KINDS: tuple[tuple[str, UseKind], ...] = (
    ("blocked", "blocked"),
    ("reserved", "reserved"),
    ("manifolds", "manifold"),
    ("air_gaps", "air gap"),
)
"""Keys of a profile, and what their rack units are for."""


def _span(text: str) -> tuple[range, str]:
    """Rack units of ``"1-3"``, and what they hold: ``"1-3 plumbing"``; none where unreadable."""
    match = re.fullmatch(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3}))?(?:\s+(\S.{0,60}))?\s*", text)
    if match is None:
        return range(0), ""
    return range(int(match[1]), int(match[2] or match[1]) + 1), (match[3] or "").strip()
