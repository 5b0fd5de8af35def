"""Weather, facility water circuits with their units and pumps, and who is on which circuit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path as FilePath

from rackplan.catalog.entries import Rejector as Entry
from rackplan.catalog.figure import Figure
from rackplan.errors import InputError
from rackplan.facility.cooling import CoolingUnit
from rackplan.facility.devices import PowerNode
from rackplan.facility.model import Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.ride_through import stored_water
from rackplan.facility.resolve.units import check_power
from rackplan.facility.water import (
    CLASS_MAX_C,
    CLASS_MIN_C,
    EVAPORATIVE,
    WATER_J_L_K,
    Circuit,
    Rejector,
)
from rackplan.facility.weather import Weather, design_day, read_weather, wet_bulb_fits
from rackplan.schema import site as s

AIR_COOLED = frozenset({"dry-cooler", "adiabatic-cooler"})
"""Kinds whose heat goes into air that their fans move: thin air carries less."""


def resolve_weather(context: Context) -> Weather | None:
    """The weather of the site: a file of a year, or a design day; ``None`` where none is given."""
    spec = context.site.site.weather
    path: Path = ("site", "weather")
    if spec is None:
        return None
    if spec.design_day is not None and spec.file is None:
        return _design_day(context, spec.design_day, (*path, "design_day"))
    if spec.file is not None and spec.design_day is None:
        return _file(context, spec.file, (*path, "file"))
    context.problem(path, "weather is either a file or a design_day", "give one of the two")
    return None


def _file(context: Context, name: str, path: Path) -> Weather | None:
    folder = FilePath(context.loaded.path).parent
    try:
        return read_weather(folder / name, name, context.air.pressure_pa)
    except InputError as error:
        for problem in error.problems:
            if problem.line is None:  # the whole file: told where it is named
                context.problem(path, problem.message, problem.cure, name)
            else:
                context.problems.append(problem)
        return None


def _design_day(context: Context, day: s.DesignDay, path: Path) -> Weather | None:
    if (day.wet_bulb is None) == (day.humidity is None):
        context.problem(path, "a design day has a wet_bulb or a humidity", "give one of the two")
        return None
    pressure_pa = context.air.pressure_pa
    if day.wet_bulb is not None and not wet_bulb_fits(day.dry_bulb, day.wet_bulb, pressure_pa):
        message = f"a wet bulb of {day.wet_bulb:g} degC does not go with {day.dry_bulb:g} degC dry"
        cure = "above the dry bulb, or below that of perfectly dry air"
        context.problem((*path, "wet_bulb"), message, cure)
        return None
    return design_day(
        day.dry_bulb, day.range, pressure_pa, wet_bulb_c=day.wet_bulb, humidity=day.humidity
    )


def resolve_circuits(
    context: Context, nodes: Mapping[str, PowerNode], weather: Weather | None
) -> dict[str, Circuit]:
    """Facility water circuits by id, with the supply they reach in the weather of the site."""
    specs = context.site.cooling.water
    named: list[tuple[str, Path]] = [
        (spec.id, ("cooling", "water", i, "id")) for i, spec in enumerate(specs)
    ]
    context.unique("water circuit", named)
    found = {}
    for i, spec in enumerate(specs):
        path: Path = ("cooling", "water", i)
        rejectors = [
            rejector
            for k, unit in enumerate(spec.units)
            if (rejector := _rejector(context, unit, (*path, "units", k), nodes, weather))
        ]
        pumps = [
            _pump(context, pump, (*path, "pumps", k), nodes) for k, pump in enumerate(spec.pumps)
        ]
        _assume_undriven(context, spec)
        setpoint_c = _setpoint_c(context, spec, path)
        if not spec.units:
            context.problem(path, f"circuit {spec.id!r} has no units", "list them under units:")
        if rejectors and setpoint_c is not None:
            found[spec.id] = _circuit(
                context, spec, path, setpoint_c, rejectors, pumps, weather, nodes
            )
    return found


def _setpoint_c(context: Context, spec: s.WaterCircuit, path: Path) -> float | None:
    """The temperature a circuit is held at, by its supply or else its class [degC]."""
    most_c = CLASS_MAX_C[spec.water_class] if spec.water_class else None
    supply_c = most_c if spec.supply is None else spec.supply
    if supply_c is None:
        text = "class W+ has no warmest supply" if spec.water_class else "no supply and no class"
        context.problem(path, f"circuit {spec.id!r}: {text}", "give supply: in degC")
        return None
    if most_c is not None and supply_c > most_c:
        message = f"a supply of {supply_c:g} degC is {supply_c - most_c:.1f} K above class"
        cure = f"class {spec.water_class} allows {most_c:g} degC: lower it, or name another class"
        context.problem((*path, "supply"), f"{message} {spec.water_class}", cure)
        return None
    if supply_c < CLASS_MIN_C:
        message = f"a supply of {supply_c:g} degC is below the {CLASS_MIN_C:g} degC of every class"
        context.problem((*path, "supply"), message, "water that cold freezes in part of the system")
        return None
    if spec.return_ is not None and spec.return_ <= supply_c:
        message = f"a return of {spec.return_:g} degC is not above the supply of {supply_c:g} degC"
        context.problem((*path, "return"), message, "water comes back warmer than it left")
        return None
    return supply_c


def _rejector(
    context: Context,
    spec: s.RejectorSpec,
    path: Path,
    nodes: Mapping[str, PowerNode],
    weather: Weather | None,
) -> Rejector | None:
    check_power(context, spec.power_from, path, nodes)
    entry = context.entry(context.catalog.rejector, spec.model, (*path, "model"))
    if entry is None:
        return None
    wrong = list(entry.unusable())
    for name, message in wrong:
        cure = context.catalog_cure("rejectors", spec.model, name)
        context.problem(path, f"{spec.model}: {message}", cure)
    if wrong:
        return None
    capacity_w = _capacity_w(context, entry, spec.model, weather)
    if not capacity_w:
        context.problem(path, f"{spec.id} takes no heat in the hottest hour", "another model")
        return None
    exchanger_k = entry.exchanger_approach.value if entry.exchanger_approach else 0.0
    start_w = spec.start_power or 0
    unit = CoolingUnit(spec.id, capacity_w, 0, entry.power.whole, spec.power_from, start_w)
    dry_k = entry.dry_approach.value + exchanger_k if entry.dry_approach else 0.0
    return Rejector(
        unit,
        entry.kind,
        approach_k=entry.approach.value + (0.0 if entry.chills else exchanger_k),
        dry_approach_k=dry_k if entry.kind == "adiabatic-cooler" else 0.0,
        evaporator_k=exchanger_k if entry.chills else 0.0,
        carnot_share=entry.carnot_share.value if entry.carnot_share else 0.0,
        minimum_lift_k=entry.minimum_lift.value if entry.minimum_lift else 0.0,
        cycles=entry.cycles.value if entry.cycles and entry.kind in EVAPORATIVE else 0.0,
    )


def _capacity_w(context: Context, entry: Entry, model: str, weather: Weather | None) -> int:
    """What a unit takes at this site in its hottest hour [W]."""
    capacity_w = entry.capacity.value
    if entry.kind in AIR_COOLED and context.air.ratio < 0.99:
        capacity_w *= min(1.0, context.air.ratio)
        text = f"dry and adiabatic coolers carry {context.air.ratio:.1%} of their rated heat: air "
        context.assume("cooling.water", f"{text}is that thin here")
    if entry.derate_per_k is None or entry.design_ambient is None:
        return math.floor(capacity_w)
    if weather is None:
        context.assume("site.weather", f"no weather: {model} is taken at its design capacity")
        return math.floor(capacity_w)
    wet = entry.kind in EVAPORATIVE
    worst_c = max(weather.wet_bulb_c if wet else weather.dry_bulb_c)
    above_k = max(0.0, worst_c - entry.design_ambient.value)
    return math.floor(capacity_w * max(0.0, 1 - entry.derate_per_k.value * above_k))


def _pump(
    context: Context, spec: s.PumpSpec, path: Path, nodes: Mapping[str, PowerNode]
) -> CoolingUnit:
    check_power(context, spec.power_from, path, nodes)
    return CoolingUnit(spec.id, 0, spec.flow, spec.power, spec.power_from, spec.start_power or 0)


def _circuit(
    context: Context,
    spec: s.WaterCircuit,
    path: Path,
    setpoint_c: float,
    rejectors: list[Rejector],
    pumps: list[CoolingUnit],
    weather: Weather | None,
    nodes: Mapping[str, PowerNode],
) -> Circuit:
    """A circuit, and what it reaches: told where that is warmer than it should be."""
    rise_k = _rise_k(context, spec, setpoint_c)
    coolers = [rejector for rejector in rejectors if not rejector.chills]
    chilled = len(coolers) < len(rejectors)
    supply_c, warm, free = setpoint_c, 0, 0 if chilled else 1000
    if weather is not None and coolers:
        from rackplan.facility.outside import coolest_c, free_share  # late: numpy, for few sites

        reached_c = coolest_c(coolers, weather)
        if chilled:
            free = math.floor(1000 * float(free_share(reached_c, setpoint_c, rise_k).min()))
        else:
            supply_c = max(setpoint_c, float(reached_c.max()))
            warm = int((reached_c > setpoint_c).sum())
    elif coolers and not chilled:
        text = f"circuit {spec.id} has no chiller: that it keeps {setpoint_c:g} degC in all weather"
        context.assume("site.weather", text)
    if pumps and rise_k is None:
        text = f"circuit {spec.id}: no return, and not all of its air units and CDUs state their "
        text += "water: the flow of its pumps is not judged"
        context.assume("cooling.water", text)
    circuit = Circuit(
        spec.id,
        spec.water_class or "",
        setpoint_c,
        supply_c,
        warm,
        rise_k,
        free,
        tuple(rejectors),
        tuple(pumps),
        (spec.storage or 0) // 1000,
        *stored_water(context, spec, nodes, rise_k, path),
    )
    _tell_warm(context, circuit, path)
    return circuit


def _rise_k(context: Context, spec: s.WaterCircuit, setpoint_c: float) -> float | None:
    """How much warmer water comes back at full load [K]; ``None`` where nothing says it.

    By the return of the circuit, but no more than the air units and CDUs that state their water
    flow allow: their rated heat over that flow. They say it alone where all of them do.
    """
    stated_k = None if spec.return_ is None else round(spec.return_ - setpoint_c, 6)
    rated = _rated_rises_k(context, spec.id)
    known = {model: rise_k for model, rise_k in rated.items() if rise_k is not None}
    if stated_k is None and len(known) < len(rated):
        return None
    model = min(known, key=lambda name: known[name], default=None)
    if model is None or (stated_k is not None and stated_k <= known[model]):
        return stated_k
    text = f"circuit {spec.id}: water warms up by {known[model]:.2f} K, as {model} is rated"
    context.assume("cooling.water", text)
    return known[model]


def _rated_rises_k(context: Context, circuit: str) -> dict[str, float | None]:
    """Rise of the water of each model of air unit and CDU on a circuit at its rating [K]."""
    cooling, rises = context.site.cooling, dict[str, float | None]()
    for zone in cooling.zones:
        for unit in zone.units if zone.water == circuit else ():
            if unit.model in context.catalog.ids("air_units"):
                entry = context.catalog.air_unit(unit.model)
                rises[unit.model] = _rated_rise_k(entry.capacity, entry.water_flow)
    for loop in cooling.loops:
        for cdu in loop.cdus if loop.water == circuit else ():
            if cdu.model in context.catalog.ids("cdus"):
                found = context.catalog.cdu(cdu.model)
                rises[cdu.model] = _rated_rise_k(found.capacity, found.facility_flow)
    return rises


def _rated_rise_k(capacity: Figure, flow: Figure | None) -> float | None:
    """Rated heat over rated water flow: Q / (rho c_p V) [K]."""
    if flow is None or not flow.value:
        return None
    return round(60_000 * capacity.value / (WATER_J_L_K * flow.value), 6) or None


def _tell_warm(context: Context, circuit: Circuit, path: Path) -> None:
    """A circuit that gets warmer than its setpoint: refused where it then leaves its class."""
    if not circuit.warm_text:
        return
    most_c = CLASS_MAX_C[circuit.water_class] if circuit.water_class else None
    if most_c is not None and circuit.supply_c > most_c:
        over = f"{circuit.supply_c - most_c:.1f} K above class {circuit.water_class}"
        cure = "add chillers, or name another class"
        context.problem(path, f"{circuit.warm_text}: {over}", cure)
    else:
        context.warn(path, circuit.warm_text)


def _assume_undriven(context: Context, spec: s.WaterCircuit) -> None:
    """Units and pumps outside the power graph: said once for each circuit."""
    parts: list[s.RejectorSpec | s.PumpSpec] = [*spec.units, *spec.pumps]
    undriven = [part.id for part in parts if not part.power_from]
    if undriven:
        names = ", ".join(undriven[:3]) + (", ..." if len(undriven) > 3 else "")
        text = f"no power_from: no power loss stops {names}, no power node carries them"
        context.assume("cooling.water", f"circuit {spec.id}: {text}")


def zone_on_water(
    context: Context, spec: s.Zone, path: Path, circuits: Mapping[str, Circuit]
) -> s.Zone:
    """A zone as written, with the temperature of the circuit it names as that of its water."""
    if spec.water is None:
        if context.site.cooling.water:
            text = f"zone {spec.id} names no water: its units reject their heat themselves"
            context.assume("cooling.zones", text)
        return spec
    _known(context, spec.water, path)
    if spec.water_temperature is not None:
        message = f"zone {spec.id!r} has both water and water_temperature"
        context.problem(
            (*path, "water_temperature"), message, "remove one: the circuit has its own"
        )
    circuit = circuits.get(spec.water)
    if circuit is None:
        return spec
    if circuit.supply_c >= spec.supply:
        message = f"air of {spec.supply:g} degC cannot be made with water of {circuit.id}"
        over = circuit.warm_text or f"{circuit.id} is held at {circuit.supply_c:g} degC"
        context.problem((*path, "supply"), f"{message}: {over}", "warmer air, or chillers")
        return spec
    return spec.model_copy(update={"water_temperature": circuit.supply_c})


def loop_water_c(
    context: Context, spec: s.Loop, path: Path, circuits: Mapping[str, Circuit]
) -> float | None:
    """Temperature of the water that reaches the CDUs of a loop [degC]; ``None`` with a problem."""
    if (spec.facility_water is None) == (spec.water is None):
        message = f"loop {spec.id!r} has either facility_water or water"
        context.problem(path, message, "give the temperature, or the id of a water circuit")
    if spec.water is None:
        return spec.facility_water
    _known(context, spec.water, path)
    circuit = circuits.get(spec.water)
    return None if circuit is None else circuit.supply_c


def _known(context: Context, water: str, path: Path) -> None:
    names = [spec.id for spec in context.site.cooling.water]
    context.known("water circuit", water, names, (*path, "water"))


def check_circuits(context: Context, racks: Mapping[str, Rack]) -> None:
    """Every circuit cools something; what is said of rear doors."""
    cooling = context.site.cooling
    used = {zone.water for zone in cooling.zones} | {loop.water for loop in cooling.loops}
    for i, spec in enumerate(cooling.water):
        if spec.id not in used:
            message, cure = (
                f"water circuit {spec.id!r} cools nothing",
                "name it as water: of a zone",
            )
            context.problem(("cooling", "water", i), message, f"{cure} or loop, or remove it")
    wet = {zone.id for zone in cooling.zones if zone.water is not None}
    if any(rack.door is not None and rack.zone in wet for rack in racks.values()):
        text = "rear doors heat the water circuit of the zone their rack stands in"
        context.assume("cooling.water", text)
