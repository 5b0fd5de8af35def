"""Every server model of a site on every workload it may run, predicted once."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.errors import InputError, Problem, WorkloadError
from rackplan.facility.demand import Workload
from rackplan.facility.model import Facility, Footprint
from rackplan.workload.predict import predict
from rackplan.workload.service import Service


class Predictions:
    """Services of a site's servers, and the reasons where there is none."""

    def __init__(self, facility: Facility) -> None:
        self._facility = facility
        self.services: dict[tuple[str, str], Service] = {}
        """By server model and workload."""
        self.refusals: dict[tuple[str, str], str] = {}
        """Why a server model cannot run a workload, by both."""

    def of(self, footprint: Footprint, workload: Workload) -> tuple[Service | None, str]:
        """What one server delivers; or no service, and the reason."""
        key = (footprint.server_id, workload.id)
        if key not in self.services and key not in self.refusals:
            try:
                self.services[key] = predict(footprint.server, footprint.accelerator, workload)
            except WorkloadError as error:
                self.refusals[key] = str(error)
        return self.services.get(key), self.refusals.get(key, "")

    def fixed(self) -> list[tuple[str, Service]]:
        """Workload and service of every fixed server that has work.

        Raises
        ------
        InputError
            A fixed server cannot run the workload it is said to run; every such server is named.
        """
        found: list[tuple[str, Service]] = []
        problems: list[Problem] = []
        for rack in self._facility.racks.values():
            for server in rack.fixed:
                if server.workload is None:
                    continue
                footprint = self._facility.footprints[server.footprint]
                service, refusal = self.of(footprint, self._facility.workloads[server.workload])
                if service is not None:
                    found.append((server.workload, service))
                else:
                    where = f"the server at U{server.u} of {rack.id}"
                    problems.append(Problem(f"{where} cannot run {server.workload}: {refusal}"))
        if problems:
            raise InputError(problems)
        return found

    def offered(self) -> Iterator[tuple[str, Workload, Service | None, str]]:
        """Server model, workload, and the service or the reason why not, of every demand line."""
        for line in self._facility.demands.values():
            for name in line.workloads:
                workload = self._facility.workloads[name]
                footprint = self._facility.footprint(line.server, workload.survive)
                yield line.server, workload, *self.of(footprint, workload)
