"""What the solver decides on: rack groups, the menu of servers, and the limits they load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackplan.facility import Facility, Footprint, RackGroup
from rackplan.facility.demand import ServerDemand, Workload
from rackplan.facility.limits import RackLimit, SiteLimit, limit_groups, rack_limits, site_limits
from rackplan.facility.limits.cords import CordPlan, cord_plan
from rackplan.workload import Service
from rackplan.workload.predictions import Predictions

MILLI = 1000
"""Rates enter the model in thousandths of their unit."""


@dataclass(frozen=True, slots=True)
class Option:
    """A kind of new server the solver may place: a demand line's model doing a workload, or idle.

    Attributes
    ----------
    index
        Position in the menu.
    demand
        Id of the demand line.
    footprint
        What one of them loads.
    workload, service
        What it does and delivers; ``None`` when idle, and no service when it cannot run there.
    refusal
        Why the model cannot run on this server; empty when it can.
    """

    index: int
    demand: str
    footprint: Footprint
    workload: Workload | None
    service: Service | None
    refusal: str

    def column(self, by_counts: bool) -> int:
        """Place in the patterns of a group: of its first footprint, where counts say the rest."""
        return self.footprint.base if by_counts else self.footprint.index

    @property
    def rate_milli(self) -> int:
        """Throughput of one server in thousandths of the workload's unit, rounded down."""
        return 0 if self.service is None else int(self.service.rate * MILLI)


@dataclass(frozen=True, slots=True)
class Instance:
    """The facility as the solver sees it.

    Attributes
    ----------
    facility
        The resolved site.
    groups
        Interchangeable racks.
    menu
        What may be placed.
    site_limits, rack_limits
        Every limit; those of racks by group index.
    cords
        What cords ask of rack PDUs, by group index.
    fixed_rates
        What fixed servers already deliver, by workload, in thousandths of its unit.
    services
        Throughput of each server model on each workload it can run.
    """

    facility: Facility
    groups: tuple[RackGroup, ...]
    menu: tuple[Option, ...]
    site_limits: tuple[SiteLimit, ...]
    rack_limits: tuple[tuple[RackLimit, ...], ...]
    cords: tuple[CordPlan, ...]
    fixed_rates: Mapping[str, int]
    services: Mapping[tuple[str, str], Service]

    def options(self, demand: str) -> tuple[Option, ...]:
        """Menu options of a demand line."""
        return tuple(option for option in self.menu if option.demand == demand)


def build_instance(facility: Facility) -> Instance:
    """Prepare a facility for the solver.

    Raises
    ------
    InputError
        An existing or pinned server cannot run the workload it is said to run.
    """
    groups = limit_groups(facility)
    predictions = Predictions(facility)
    menu: list[Option] = []
    for line in facility.demands.values():
        for workload, first in _choices(facility, line):
            service, refusal = (None, "") if workload is None else predictions.of(first, workload)
            menu += [
                Option(len(menu) + k, line.id, footprint, workload, service, refusal)
                for k, footprint in enumerate(facility.variants(first))
            ]
    return Instance(
        facility=facility,
        groups=groups,
        menu=tuple(menu),
        site_limits=tuple(site_limits(facility, groups)),
        rack_limits=tuple(tuple(rack_limits(facility, group)) for group in groups),
        cords=tuple(cord_plan(facility, group.rack) for group in groups),
        fixed_rates=_fixed_rates(facility, predictions),
        services=predictions.services,
    )


def _choices(facility: Facility, line: ServerDemand) -> list[tuple[Workload | None, Footprint]]:
    choices: list[tuple[Workload | None, Footprint]] = []
    for name in line.workloads:
        workload = facility.workloads[name]
        choices.append((workload, facility.footprint(line.server, workload.survive)))
    if line.idle_allowed:
        choices.append((None, facility.footprint(line.server, line.survive)))
    return choices


def _fixed_rates(facility: Facility, predictions: Predictions) -> dict[str, int]:
    rates = dict.fromkeys(facility.workloads, 0)
    for workload, service in predictions.fixed():
        rates[workload] += int(service.rate * MILLI)
    return rates
