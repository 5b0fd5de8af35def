"""Server models under survive rules, with every figure the limits need."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rackplan.catalog.connectors import inlet_amps
from rackplan.catalog.entries import ServerModel
from rackplan.catalog.supply import read_input
from rackplan.facility.demand import Survive
from rackplan.facility.devices import Supply
from rackplan.facility.model import Footprint, Rack
from rackplan.facility.resolve.context import Context, Path, fraction
from rackplan.facility.resolve.server_cooling import with_cooling
from rackplan.schema.power import PowerBasis


@dataclass(frozen=True, slots=True)
class Use:
    """A server model used under a survive rule, and the first place that does so."""

    server: str
    survive: Survive
    path: Path


def resolve_footprints(
    context: Context, uses: list[Use], racks: Iterable[Rack]
) -> tuple[Footprint, ...]:
    """Footprints of each distinct use, in the order of the site file.

    One for each line that its first cord may sit on, where a rack has three-phase feeds on which
    its cords do not spread evenly over the lines; else one.
    """
    layouts = {tuple(len(feed.positions) for feed in rack.feeds) for rack in racks}
    footprints: list[Footprint] = []
    seen: set[tuple[str, Survive]] = set()
    refused: set[str] = set()
    for use in uses:
        if (use.server, use.survive) in seen or use.server in refused:
            continue
        seen.add((use.server, use.survive))
        before = len(context.problems)
        footprint = _footprint(context, use, len(footprints))
        if footprint is None or len(context.problems) > before:
            refused.add(use.server)  # its missing figures are told once, not per survive rule
        else:
            starts = 3 if any(_uneven(footprint, layout) for layout in layouts) else 1
            first = len(footprints)
            footprints += [
                replace(footprint, index=first + start, base=first, start=start)
                for start in range(starts)
            ]
    return tuple(footprints)


def _uneven(footprint: Footprint, layout: tuple[int, ...]) -> bool:
    """Whether the cords of a server do not spread evenly over the lines of some feed."""
    if footprint.supply.phases != 1 or not layout:
        return False
    each, rest = divmod(footprint.psu_count, len(layout))
    return any((each + (k < rest)) % positions for k, positions in enumerate(layout))


class _Figures:
    """Figures of one server, each refused with a problem when no source gives it."""

    def __init__(self, context: Context, server: ServerModel, use: Use) -> None:
        self._context, self._server, self._use = context, server, use

    def __call__(self, name: str, why: str) -> float:
        figure = self._context.figure(self._server, name, why, self._use.path, self._use.server)
        return 0 if figure is None else figure.value

    def measured(self, name: str, why: str) -> float:
        """A figure that somebody measured."""
        figure = getattr(self._server, name)
        if figure is None or figure.basis != "measured":
            server = self._use.server
            message = f"no source gives a measured {name} of {server}, which {why} needs"
            cure = self._context.catalog_cure("servers", server, name)
            self._context.problem(self._use.path, message, f"{cure}, with basis: measured")
            return 0
        return float(figure.value)


def _footprint(context: Context, use: Use, index: int) -> Footprint | None:
    server = context.entry(context.catalog.server, use.server, use.path)
    if server is None:
        return None
    accelerator = context.entry(context.catalog.accelerator, server.accelerator, use.path)
    if accelerator is None:
        return None
    figures, before = _Figures(context, server, use), len(context.problems)
    psu_count = int(figures("psu_count", "the loss of a feed"))
    psu_rating_w = int(figures("psu_rating", "the loss of a feed"))
    if len(context.problems) == before and not (psu_count and psu_rating_w):
        text = f"{use.server} has {psu_count} power supplies of {psu_rating_w} W"
        context.problem(use.path, text, "give psu_count and psu_rating above zero under catalog:")
        return None
    bases, nameplate_w = bases_of(context), psu_count * psu_rating_w
    draw_w = _power_w(figures, server, bases.breakers, nameplate_w)
    if draw_w == 0:
        if len(context.problems) == before:
            message = f"{use.server} draws no power"
            context.problem(use.path, message, "give its draw under catalog:")
        return None
    counted_w = _power_w(figures, server, bases.sources, nameplate_w)
    heat_w = _power_w(figures, server, bases.cooling, nameplate_w)
    footprint = Footprint(
        index=index,
        id=_name(use),
        server_id=use.server,
        server=server,
        accelerator=accelerator,
        survive=use.survive,
        rack_units=int(figures("rack_units", "placing it in a rack")) + _manifold_u(server),
        weight_g=int(figures("weight", "the rack's load limit")),
        depth_mm=_depth(context, server, figures),
        draw_w=draw_w,
        loss_draw_w=_loss_draw_w(context, use, draw_w),
        psu_count=psu_count,
        psu_rating_w=psu_rating_w,
        psu_need_full=_psu_need_full(context, server, use, draw_w),
        psu_need_boot=_psu_need_boot(server, figures, use),
        air_w=heat_w,
        liquid_w=0,
        airflow_l_s=0,
        flow_ml_min=0,
        inlet_min_c=None,
        inlet_max_c=None,
        supply_min_c=None,
        supply_max_c=None,
        ports=_ports(context, server, figures),
        supply=_supply(server, draw_w),
        source_w=max(counted_w, _max_draw_w(server, draw_w)),
        counted_w=counted_w,
        capped_w=min(draw_w, server.power_cap.whole) if server.power_cap else draw_w,
        energy_w=_power_w(figures, server, bases.energy, nameplate_w),
        manifold_u=_manifold_u(server),
    )
    cooled = with_cooling(context, footprint, use.path, figures)
    return _with_peak(cooled, _peak_w(context, server, use, draw_w))


def _manifold_u(server: ServerModel) -> int:
    """Rack units of manifold that each server needs beside its own."""
    return server.manifold_units.whole if server.manifold_units else 0


def _with_peak(footprint: Footprint, peak_w: int) -> Footprint:
    """A footprint with its short electrical peak: a cap lowers it in the same measure."""
    held_w = -(-peak_w * footprint.loss_draw_w // footprint.draw_w)
    return replace(footprint, peak_w=peak_w, loss_peak_w=held_w)


def _peak_w(context: Context, server: ServerModel, use: Use, draw_w: int) -> int:
    """Short electrical peak [W]: the published one, else by the policy's ratio."""
    if server.peak is not None:
        return max(draw_w, server.peak.whole)
    ratio = context.site.policy.peak_ratio
    if ratio is None:
        text = "no source gives the short electrical peak of some servers: taken as their draw"
        context.assume("policy.peak_ratio", text)
        return draw_w
    text = f"{use.server}: short electrical peak {ratio:g} times its maximum draw"
    context.assume("policy.peak_ratio", text)
    return max(draw_w, math.ceil(fraction(ratio) * _max_draw_w(server, draw_w)))


def _max_draw_w(server: ServerModel, draw_w: int) -> int:
    return server.max_draw.whole if server.max_draw else draw_w


def _supply(server: ServerModel, draw_w: int) -> Supply:
    """Voltages and connectors of the cords."""
    written = read_input(server.input_voltage)
    inlet = server.inlet.split(" ")[0]
    amps = inlet_amps(inlet)
    return Supply(
        low_v=None if written is None else written.low_v,
        high_v=None if written is None else written.high_v,
        phases=1 if written is None else written.phases,
        inlet=inlet,
        inlet_ma=None if amps is None else 1000 * amps,
        max_draw_w=_max_draw_w(server, draw_w),
    )


def _name(use: Use) -> str:
    if use.survive.kind == "full":
        return use.server
    cap = f"-{use.survive.cap_w}" if use.survive.cap_w is not None else ""
    return f"{use.server}+{use.survive.kind}{cap}"


def bases_of(context: Context) -> PowerBasis:
    """The power basis of each check; one word stands for all that may count it."""
    basis = context.site.policy.power_basis
    if isinstance(basis, PowerBasis):
        return basis
    if basis == "nameplate":
        return PowerBasis(breakers=basis, sources=basis, cooling=basis, energy=basis)
    return PowerBasis(sources=basis, cooling=basis, energy=basis)


def _power_w(figures: _Figures, server: ServerModel, basis: str, nameplate_w: int) -> int:
    """Power of a server by a basis [W]."""
    if basis == "nameplate":
        return nameplate_w
    if basis == "measured":
        return int(figures.measured("typical_draw", "power basis measured"))
    return int(figures(basis, f"power basis {basis}"))


def _loss_draw_w(context: Context, use: Use, draw_w: int) -> int:
    cap_w = use.survive.cap_w
    if cap_w is not None and not 0 < cap_w <= draw_w:
        message = f"reduced to {cap_w} W, but {use.server} draws {draw_w} W"
        context.problem(use.path, message, f"cap it to more than 0 W and at most {draw_w} W")
    return {"full": draw_w, "reduced": cap_w or draw_w, "shed": 0}[use.survive.kind]


def _psu_need_full(context: Context, server: ServerModel, use: Use, draw_w: int) -> int:
    """Live PSUs for full power, from figures: enough rating for the peak.

    A published number stands instead, as long as it carries the maximum draw: some shelves store
    the energy of short peaks. The label ("3+3") is never read: three supplies of 2.8 kW do not
    carry 10.2 kW.
    """
    rating = server.psu_rating.whole if server.psu_rating else 0
    lasting_w = max(draw_w, _max_draw_w(server, draw_w))
    published = server.psu_min_full.whole if server.psu_min_full else 0
    peak_w = lasting_w if published or server.peak is None else max(lasting_w, server.peak.whole)
    by_rating = -(-peak_w // rating) if rating else 0
    count = server.psu_count.whole if server.psu_count else 0
    need = max(by_rating, published)
    if rating and need > count:
        text = (
            f"{use.server} needs {need} power supplies of {rating} W for {peak_w} W and has {count}"
        )
        context.problem(use.path, text, "check psu_count, psu_rating, psu_min_full and max_draw")
    return need


def _psu_need_boot(server: ServerModel, figures: _Figures, use: Use) -> int | None:
    if use.survive.kind == "reduced":
        return int(figures("psu_min_boot", "running at reduced power"))
    return server.psu_min_boot.whole if server.psu_min_boot else None


def _depth(context: Context, server: ServerModel, figures: _Figures) -> int | None:
    """Depth, needed as soon as any rack that could take it states a usable depth or clearance."""
    catalog, halls = context.catalog, context.site.halls
    models = {rack.model or row.model for hall in halls for row in hall.rows for rack in row.racks}
    entries = [catalog.rack(model) for model in models if model in catalog.ids("racks")]
    if any(rack.usable_depth is not None and rack.accepts == server.kind for rack in entries):
        return int(figures("depth", "a rack of limited depth"))
    rows = [row for hall in halls for row in hall.rows]
    clearances = [row.front_clearance for row in rows]
    clearances += [rack.front_clearance for row in rows for rack in row.racks]
    cleared = any(clearance is not None for clearance in clearances)
    if cleared and server.kind == "server" and server.front_clearance is None:
        return int(figures("depth", "drawing it out to serve it"))
    return server.depth.whole if server.depth else None


def _ports(context: Context, server: ServerModel, figures: _Figures) -> int:
    if not context.site.fabric.leaf_groups:
        return server.fabric_ports.whole if server.fabric_ports else 0
    return int(figures("fabric_ports", "the fabric's leaf groups"))
