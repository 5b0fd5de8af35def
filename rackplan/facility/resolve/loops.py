"""Coolant loops: what their CDUs carry at the loop's temperatures, with its coolant."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rackplan.catalog.cooling import Coolant
from rackplan.catalog.entries import Cdu
from rackplan.catalog.tables import CoolantProperties
from rackplan.errors import UnknownFigureError
from rackplan.facility.cooling import CoolingUnit, Loop, PipeDrop
from rackplan.facility.model import PowerNode
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.units import assume_undriven, check_power, unit_power_w
from rackplan.facility.resolve.water import loop_water_c
from rackplan.facility.water import Circuit
from rackplan.schema import cooling as s


def resolve_loops(
    context: Context, nodes: Mapping[str, PowerNode], water: Mapping[str, Circuit]
) -> dict[str, Loop]:
    """Coolant loops by id, behind facility water of a stated temperature or of a circuit."""
    loops: dict[str, Loop] = {}
    written = list(enumerate(context.site.cooling.loops))
    context.unique("coolant loop", [(x.id, ("cooling", "loops", i, "id")) for i, x in written])
    for i, spec in written:
        path: Path = ("cooling", "loops", i)
        if not spec.cdus:
            context.problem(path, f"loop {spec.id!r} has no CDUs", "list them under cdus:")
        entries = _entries(context, spec, nodes, path)
        water_c, circuit = loop_water_c(context, spec, path, water), water.get(spec.water or "")
        if water_c is None:  # its circuit has a problem of its own
            continue
        supply_c = _supply_c(context, spec, entries, water_c, path)
        coolant = _coolant(context, spec, supply_c, path)
        cdus = tuple(
            _cdu(context, spec, cdu, entry, (water_c, supply_c), coolant, (*path, "cdus", k))
            for k, (cdu, entry) in enumerate(zip(spec.cdus, entries, strict=True))
            if entry is not None
        )
        assume_undriven(context, "cooling.loops", f"loop {spec.id}", spec.cdus)
        _assume_unsaid(context, spec)
        loops[spec.id] = Loop(
            id=spec.id,
            cdus=cdus,
            supply_c=supply_c,
            water_c=water_c,
            coolant_id=spec.coolant or "",
            coolant=coolant,
            pipes=_pipes(context, spec, coolant, entries, path),
            water=spec.water,
            warm=circuit.warm_text if circuit is not None else "",
        )
    return loops


def _assume_unsaid(context: Context, spec: s.Loop) -> None:
    """What is not judged because the site does not say it: one line for each loop."""
    unsaid = {
        "temperature rise (coolant)": spec.coolant is not None,
        "pressure (pressure)": spec.pressure is not None,
        "time without cooling (volume)": spec.volume is not None,
    }
    missing = [what for what, said in unsaid.items() if not said]
    if missing:
        context.assume("cooling.loops", f"{spec.id}: not judged: {', '.join(missing)}")


def _entries(
    context: Context, spec: s.Loop, nodes: Mapping[str, PowerNode], path: Path
) -> list[Cdu | None]:
    entries = []
    for k, cdu in enumerate(spec.cdus):
        check_power(context, cdu.power_from, (*path, "cdus", k), nodes)
        entries.append(context.entry(context.catalog.cdu, cdu.model, (*path, "cdus", k, "model")))
    return entries


def _supply_c(
    context: Context, spec: s.Loop, entries: list[Cdu | None], water_c: float, path: Path
) -> float:
    """Temperature of the coolant the servers get: the stated one, else by the widest approach."""
    approaches = [entry.approach.value for entry in entries if entry is not None]
    if spec.supply is None:
        return water_c + max(approaches, default=0.0)
    approach_k = spec.supply - water_c
    if approach_k <= 0:
        message = (
            f"loop {spec.id!r} cannot supply {spec.supply:g} degC from facility water of "
            f"{water_c:g} degC"
        )
        context.problem((*path, "supply"), message, "colder facility water, or a warmer supply")
    return spec.supply


def _coolant(
    context: Context, spec: s.Loop, supply_c: float, path: Path
) -> CoolantProperties | None:
    """The coolant of a loop at supply temperature; ``None`` where the site does not name it."""
    if spec.coolant is None:
        for key, value in (("pressure", spec.pressure), ("volume", spec.volume)):
            if value is not None:
                context.problem((*path, key), f"{key} needs to know the coolant", "add coolant:")
        return None
    entry: Coolant | None = context.entry(context.catalog.coolant, spec.coolant, (*path, "coolant"))
    if entry is None:
        return None
    try:
        return entry.at(supply_c)
    except UnknownFigureError as error:
        context.problem((*path, "coolant"), str(error), "another coolant, or another temperature")
        return None


def _cdu(
    context: Context,
    loop: s.Loop,
    spec: s.CduSpec,
    entry: Cdu,
    temperatures_c: tuple[float, float],
    coolant: CoolantProperties | None,
    path: Path,
) -> CoolingUnit:
    """A CDU with what it moves at the loop's approach and with its coolant.

    ``temperatures_c``: of the water that reaches it, and of the coolant it supplies.
    """
    water_c, supply_c = temperatures_c
    approach_k = supply_c - water_c
    share = _by_coolant(context, loop, spec, entry, coolant, supply_c, path)
    capacity = entry.capacity_at(approach_k) * share
    if loop.supply is not None and entry.curve is None:
        text = f"{spec.model}: heat in proportion to the approach, up to its rating at fixed flows"
        context.assume("cooling.loops", text)
    return CoolingUnit(
        id=spec.id,
        capacity_w=math.floor(round(capacity, 3)),
        flow=entry.flow.whole,
        power_w=unit_power_w(context, entry, spec, "cdus", path),
        power_from=spec.power_from,
        start_w=spec.start_power or 0,
        model_id=spec.model,
        model=entry,
        flow_pump_lost=_flow_pump_lost(context, spec, entry),
    )


def _by_coolant(
    context: Context,
    loop: s.Loop,
    spec: s.CduSpec,
    entry: Cdu,
    coolant: CoolantProperties | None,
    supply_c: float,
    path: Path,
) -> float:
    """Share of its rating a CDU moves with the loop's coolant instead of the rated one.

    At the same flow the heat it takes up goes with density times heat capacity.
    """
    if coolant is None:
        return 1.0
    if entry.coolant is None:
        text = f"{spec.model}: with which coolant it is rated is not stated: taken as the loop's"
        context.assume("cooling.loops", text)
        return 1.0
    if entry.coolant == loop.coolant:
        return 1.0
    rated = context.entry(context.catalog.coolant, entry.coolant, (*path, "model"))
    if rated is None:
        return 1.0
    try:
        share = min(1.0, coolant.joules_per_ml_k / rated.at(supply_c).joules_per_ml_k)
    except UnknownFigureError as error:
        context.problem((*path, "model"), f"{spec.model} is rated with {error}")
        return 1.0
    text = f"{spec.model} is rated with {entry.coolant}: with {loop.coolant} it moves {share:.1%}"
    context.assume("cooling.loops", text)
    return share


def _flow_pump_lost(context: Context, spec: s.CduSpec, entry: Cdu) -> int | None:
    """Flow of a CDU with one pump dead [mL/min]; ``None`` where a pump is all of it."""
    pumps = entry.pumps.whole if entry.pumps else 1
    if entry.pumps is None:
        text = f"{spec.model}: pumps not stated: the loss of one counts as the loss of the CDU"
        context.assume("cooling.loops", text)
    if pumps < 2:
        return None
    if entry.flow_one_pump_lost is not None:
        return min(entry.flow.whole, entry.flow_one_pump_lost.whole)
    text = f"{spec.model}: flow without one of its {pumps} pumps taken as {pumps - 1}/{pumps}"
    context.assume("cooling.loops", text)
    return entry.flow.whole * (pumps - 1) // pumps


def _pipes(
    context: Context,
    spec: s.Loop,
    coolant: CoolantProperties | None,
    entries: list[Cdu | None],
    path: Path,
) -> PipeDrop | None:
    """Pressure drop of the loop and what its CDUs leave for it; ``None`` where it is not stated."""
    if spec.pressure is None:
        return None
    if not spec.pressure.flow:
        context.problem((*path, "pressure", "flow"), "a drop belongs to a flow", "more than 0")
        return None
    heads = [entry.head.whole for entry in entries if entry is not None and entry.head is not None]
    if len(heads) < len([entry for entry in entries if entry is not None]):
        missing = next(
            cdu.model
            for cdu, entry in zip(spec.cdus, entries, strict=True)
            if entry is not None and entry.head is None
        )
        message = f"no source gives the head of {missing}, which the pressure of {spec.id} needs"
        cure = context.catalog_cure("cdus", missing, "head")
        context.problem((*path, "pressure"), message, cure)
        return None
    return PipeDrop(spec.pressure.drop, spec.pressure.flow, min(heads, default=0))
