"""Everything a report shows, worked out once for every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.report import (
    cooling_tables,
    device_tables,
    energy_tables,
    floor_tables,
    loss_tables,
    node_tables,
    power_tables,
    tables,
)
from rackplan.report.table import Table
from rackplan.verifier.cooling_table import area_tables
from rackplan.verifier.node_table import tables_of
from rackplan.verifier.states import rows
from rackplan.verifier.view import View


@dataclass(frozen=True, slots=True)
class Content:
    """The tables of a report, in reading order."""

    summary: Table
    objective: Table
    demand: Table
    warnings: Table
    workloads: Table
    tightest: Table
    racks: Table
    states: Table
    actions: Table
    circuits: Table
    oversubscribed: Table
    panels: Table
    panel_lines: Table
    circuit_schedule: Table
    circuit_lines: Table
    stranded: Table
    drops: Table
    cooling_loads: Table
    cooling_zones: Table
    cooling_loops: Table
    cooling_returns: Table
    energy: Table
    energy_use: Table
    water: Table
    sources: Table
    floor_loads: Table
    floor_zones: Table
    floor_tiles: Table
    fronts: Table
    assumptions: Table
    control: Table
    servers: Table
    cords: Table
    limits: Table
    all_limits: Table
    node_states: Table
    cooling_states: Table

    def filled(self) -> Iterator[Table]:
        """The tables that have rows."""
        for field in fields(self):
            table: Table = getattr(self, field.name)
            if table.rows:
                yield table


def gather(plan: Plan, facility: Facility, date: str = "") -> Content:
    """Work out every table of a report; ``date`` is printed as given."""
    view = View(facility, plan)
    lost = rows(view)
    devices, circuits = device_tables.states(plan, lost)
    return Content(
        summary=tables.summary(plan, facility, lost),
        objective=tables.objective(plan),
        demand=tables.demand(plan, facility),
        warnings=tables.warnings(plan),
        workloads=tables.workloads(plan),
        tightest=device_tables.tightest(plan),
        racks=device_tables.racks(plan, facility),
        states=devices,
        actions=loss_tables.actions(plan),
        circuits=circuits,
        oversubscribed=loss_tables.oversubscribed(plan),
        panels=power_tables.panels(plan, facility),
        panel_lines=power_tables.panel_lines(plan, facility),
        circuit_schedule=power_tables.circuit_schedule(plan, facility),
        circuit_lines=power_tables.circuit_lines(plan),
        stranded=loss_tables.stranded(plan),
        drops=power_tables.drops(plan),
        cooling_loads=cooling_tables.loads(plan),
        cooling_zones=cooling_tables.zones(plan),
        cooling_loops=cooling_tables.loops(plan),
        cooling_returns=cooling_tables.returns(plan),
        energy=energy_tables.energy(plan),
        energy_use=energy_tables.energy_use(plan),
        water=energy_tables.circuits(plan),
        sources=energy_tables.sources(plan),
        floor_loads=floor_tables.loads(plan, facility),
        floor_zones=floor_tables.zones(plan),
        floor_tiles=floor_tables.tiles(plan),
        fronts=floor_tables.fronts(plan),
        assumptions=tables.assumptions(plan),
        control=tables.control(plan, facility, date),
        servers=tables.servers(plan, facility),
        cords=power_tables.cords(plan, facility),
        limits=device_tables.limits(plan),
        all_limits=device_tables.all_limits(plan),
        node_states=node_tables.node_states(tables_of(view)),
        cooling_states=cooling_tables.states(area_tables(view)),
    )
