"""The energy side of a plan: loads of the power graph and heat of circuits, hour by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from rackplan.energy import Consumer, PlantHours, SiteHours, plant_hours, site_hours
from rackplan.facility.model import NORMAL, CoolingUnit, Facility
from rackplan.facility.outside import Hours
from rackplan.facility.water import WATER_J_L_K, Circuit
from rackplan.plan import Plan
from rackplan.plan.energy import CircuitEnergy, EnergyPlan, SourceEnergy
from rackplan.verifier.loads import SiteLoads
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, driver
from rackplan.verifier.water import own_heat_w

_NOTHING_DEAD: frozenset[str] = frozenset()


def with_energy(view: View, plan: Plan) -> Plan:
    """A plan with its energy side, where the site has weather, and with what that warns of."""
    found = hour_by_hour(view)
    if found is None:
        return plan
    warnings = (*plan.warnings, *energy_warnings(view.facility, found))
    return replace(plan, energy=energy_plan(view, found), warnings=warnings)


def energy_plan(view: View, found: SiteHours | None) -> EnergyPlan:
    """Energy and water of a plan from its hours; empty where the site has no weather."""
    weather = view.facility.weather
    if weather is None or found is None:
        return EnergyPlan()
    circuits = (_circuit(view.facility.water[plant.circuit], plant) for plant in found.plants)
    return EnergyPlan(
        weather=weather.name,
        weather_sha256=weather.sha256,
        hours=found.hours,
        annual=weather.annual,
        it_kwh=found.it_kwh,
        facility_kwh=found.facility_kwh,
        use_kwh=found.use_kwh(),
        pue=found.pue,
        worst_pue=found.worst_pue,
        worst_hour=found.worst + 1,
        peak_w=float(found.facility_w[found.worst]),
        water_l=float(found.water_l.sum()),
        wue_l_kwh=found.wue_l_kwh,
        circuits=tuple(circuits),
        sources=tuple(_sources(view, found)),
    )


def hour_by_hour(view: View) -> SiteHours | None:
    """Every hour of a plan; ``None`` where the site has no weather."""
    weather = view.facility.weather
    if weather is None:
        return None
    loads, facility = view.loads, view.facility
    entering = loads.entering("energy")
    plants = [
        plant_hours(circuit, _heat_w(view, circuit), weather) for circuit in facility.water.values()
    ]
    meters = _Meters(loads)
    return site_hours(
        hours=len(weather.dry_bulb_c),
        it_w=float(sum(entering.values())),
        base_w=meters.at(entering, own=True),
        other_w=float(sum(node.fixed_w for node in facility.nodes.values())),
        consumers=[
            Consumer(draw.use, draw.watts, meters.gain(draw.unit))
            for draw in _draws(facility, plants)
        ],
        plants=plants,
    )


class _Meters:
    """What leaves the sources of the power graph in normal operation."""

    def __init__(self, loads: SiteLoads) -> None:
        self._loads = loads
        self._gains: dict[str, float] = {}

    def at(self, entering: Mapping[str, Fraction], *, own: bool) -> float:
        """Power at all meters [W] for what enters nodes; ``own``: with what nodes draw anyway."""
        carried = self._loads.graph.carry(entering, _NOTHING_DEAD, own=own)
        nodes = self._loads.facility.nodes
        return float(sum(load for name, load in carried.items() if not nodes[name].inputs))

    def gain(self, unit: CoolingUnit) -> float:
        """Watts at the meters for a watt of a unit; 1 for a unit that no node drives."""
        source = driver(unit, _NOTHING_DEAD)
        if source is None:
            return 1.0
        if source not in self._gains:
            self._gains[source] = self.at({source: Fraction(1)}, own=False)
        return self._gains[source]


@dataclass(frozen=True)
class _Draw:
    """Power of a cooling unit at its own terminals, by hour or the same in all [W]."""

    use: str
    unit: CoolingUnit
    watts: Hours | float


def _draws(facility: Facility, plants: Sequence[PlantHours]) -> Iterator[_Draw]:
    """What every cooling unit draws. Coolers share by their fans, chillers by their capacity."""
    yield from (_Draw("air_units", unit, float(unit.power_w)) for unit in _air_units(facility))
    yield from (_Draw("cdus", cdu, float(cdu.power_w)) for cdu in _cdus(facility))
    for plant in plants:
        circuit = facility.water[plant.circuit]
        coolers = [r.unit for r in circuit.rejectors if not r.chills]
        chillers = [r.unit for r in circuit.rejectors if r.chills]
        fans_w = sum(unit.power_w for unit in coolers)
        capacity_w = sum(unit.capacity_w for unit in chillers)
        for unit in coolers if fans_w else ():
            yield _Draw("fans", unit, plant.fans_w * (unit.power_w / fans_w))
        for unit in chillers:
            yield _Draw("compressors", unit, plant.compressors_w * (unit.capacity_w / capacity_w))
        yield from (_Draw("pumps", pump, float(pump.power_w)) for pump in circuit.pumps)


def _heat_w(view: View, circuit: Circuit) -> float:
    """Heat of everything on a circuit, with servers at the power energy is worked out from [W]."""
    facility = view.facility
    zones = [zone for zone in facility.zones.values() if zone.water == circuit.id]
    loops = [loop for loop in facility.loops.values() if loop.water == circuit.id]
    in_air, on_loop = {zone.id for zone in zones}, {loop.id for loop in loops}
    heat_w = own_heat_w(facility, circuit) + _of_rooms(view.loads, in_air)
    for rack, servers in view.racks():
        for placed in servers:
            footprint = placed.footprint
            part = footprint.energy_w / footprint.draw_w if footprint.draw_w else 0.0
            heat_w += part * footprint.air_w * (rack.zone in in_air)
            heat_w += part * footprint.liquid_w * (rack.loop in on_loop)
        heat_w += sum(gear.power_w for gear in rack.gear) * (rack.zone in in_air)
    return heat_w


def _of_rooms(loads: SiteLoads, rooms: Container[str]) -> float:
    """Losses and fixed loads of power nodes in rooms [W], chillers and coolers not counted."""
    facility = loads.facility
    entering = defaultdict(Fraction, loads.entering("energy"))
    pumps = [pump for circuit in facility.water.values() for pump in circuit.pumps]
    for unit in (*_air_units(facility), *_cdus(facility), *pumps):
        source = driver(unit, _NOTHING_DEAD)
        if source is not None:
            entering[source] += unit.power_w
    carried = loads.graph.carry(entering, _NOTHING_DEAD)
    return sum(
        float(carried[node.id] / node.efficiency - carried[node.id]) + node.idle_w + node.fixed_w
        for node in facility.nodes.values()
        if node.zone in rooms
    )


def _air_units(facility: Facility) -> list[CoolingUnit]:
    """Air units and rear doors."""
    units = [unit for zone in facility.zones.values() for unit in zone.units]
    return units + [rack.door for rack in facility.racks.values() if rack.door is not None]


def _cdus(facility: Facility) -> list[CoolingUnit]:
    return [cdu for loop in facility.loops.values() for cdu in loop.cdus]


def _circuit(circuit: Circuit, plant: PlantHours) -> CircuitEnergy:
    stored = circuit.storage_l and circuit.rise_k and plant.heat_w
    joule = circuit.storage_l * WATER_J_L_K * (circuit.rise_k or 0.0)
    hours = len(plant.supply_c)
    return CircuitEnergy(
        circuit=circuit.id,
        heat_w=plant.heat_w,
        setpoint_c=circuit.setpoint_c,
        warmest_c=float(plant.supply_c.max()),
        hours_free=int(plant.free.sum()),
        hours_partial=int(plant.partial.sum()),
        hours_mechanical=int(plant.mechanical.sum()),
        hours_warm=int(plant.warm.sum()),
        fans_kwh=float(plant.fans_w.sum()) / 1000,
        compressors_kwh=float(plant.compressors_w.sum()) / 1000,
        pumps_kwh=plant.pumps_w * hours / 1000,
        water_l=float(plant.water_l.sum()),
        storage_s=joule / plant.heat_w if stored else None,
    )


def _sources(view: View, found: SiteHours) -> Iterator[SourceEnergy]:
    """Utilities in normal operation, generators with every utility lost."""
    loads, nodes = view.loads, view.facility.nodes
    utilities = frozenset(node.id for node in nodes.values() if node.kind == "utility")
    dead = loads.graph.dead(utilities)
    without = Loss("utilities", "power", "utilities", utilities, dead)
    normal = Loss(NORMAL, "normal", "")
    for kind, loss in (("utility", normal), ("generator", without)):
        names = [node.id for node in nodes.values() if node.kind == kind]
        if names:
            hour = loads.graph.carry(_entering_at(view, found, loss), loss.dead)
            full = loads.nodes(loss, "normal")
            for name in names:
                limit_w = nodes[name].limit_w
                yield SourceEnergy(name, kind, limit_w, float(hour[name]), float(full[name]))


def _entering_at(view: View, found: SiteHours, loss: Loss) -> dict[str, Fraction]:
    """Power drawn from each node in the worst hour, with cooling units as the hour needs them."""
    entering = defaultdict(Fraction, view.loads.entering("energy", loss))
    for draw in _draws(view.facility, found.plants):
        source = driver(draw.unit, loss.dead)
        if source is not None:
            watts = draw.watts if isinstance(draw.watts, float) else draw.watts[found.worst]
            entering[source] += Fraction(float(watts))
    return entering


def energy_warnings(facility: Facility, found: SiteHours) -> Iterator[str]:
    """Chillers that draw more in the worst hour than their stated power, which limits count."""
    for plant in found.plants:
        circuit = facility.water[plant.circuit]
        stated_w = sum(r.unit.power_w for r in circuit.rejectors if r.chills)
        most_w = float(np.max(plant.compressors_w))
        if most_w > stated_w:
            yield (
                f"{plant.circuit}: chillers draw {most_w / 1000:,.1f} kW in the worst hour, "
                f"{stated_w / 1000:,.1f} kW are counted by the limits of power nodes"
            )
