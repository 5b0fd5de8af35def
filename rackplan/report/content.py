"""Everything a report shows, worked out once for every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.report import device_tables, power_tables, tables
from rackplan.report.table import Table
from rackplan.verifier.states import state_table


@dataclass(frozen=True, slots=True)
class Content:
    """The tables of a report, in reading order."""

    summary: Table
    control: Table
    objective: Table
    demand: Table
    warnings: Table
    workloads: Table
    tightest: Table
    racks: Table
    states: Table
    actions: Table
    circuits: Table
    panels: Table
    circuit_schedule: Table
    stranded: Table
    drops: Table
    assumptions: Table
    servers: Table
    cords: Table
    limits: Table
    all_limits: Table

    def filled(self) -> Iterator[Table]:
        """The tables that have rows."""
        for field in fields(self):
            table: Table = getattr(self, field.name)
            if table.rows:
                yield table


def gather(plan: Plan, facility: Facility, date: str = "") -> Content:
    """Work out every table of a report; ``date`` is printed as given."""
    lost = state_table(facility, plan)
    devices, circuits = device_tables.states(plan, lost)
    return Content(
        summary=tables.summary(plan, facility, lost),
        control=tables.control(plan, facility, date),
        objective=tables.objective(plan),
        demand=tables.demand(plan, facility),
        warnings=tables.warnings(plan),
        workloads=tables.workloads(plan),
        tightest=device_tables.tightest(plan),
        racks=device_tables.racks(plan, facility),
        states=devices,
        actions=power_tables.actions(plan),
        circuits=circuits,
        panels=power_tables.panels(plan, facility),
        circuit_schedule=power_tables.circuit_schedule(plan, facility),
        stranded=power_tables.stranded(plan),
        drops=power_tables.drops(plan),
        assumptions=tables.assumptions(plan),
        servers=tables.servers(plan, facility),
        cords=power_tables.cords(plan, facility),
        limits=device_tables.limits(plan),
        all_limits=device_tables.all_limits(plan),
    )
