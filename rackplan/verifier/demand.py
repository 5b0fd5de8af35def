"""Is what was asked for there: servers of each line, throughput of each workload?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from rackplan.errors import RackplanError
from rackplan.facility.demand import ServerDemand
from rackplan.facility.model import Facility
from rackplan.plan import Server
from rackplan.verifier.verdict import Finding, at_least, at_most, none_may
from rackplan.verifier.view import View


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge how many new servers each line got, what they run, and what each workload gets."""
    lines: dict[str | None, list[Server]] = defaultdict(list)
    for server in view.plan.servers:
        if not server.existing:
            lines[server.demand].append(server)
    for line in facility.demands.values():
        yield from _line(line, lines.pop(line.id, []))
    stray = [server.id for servers in lines.values() for server in servers]
    message = f"{', '.join(stray[:3])} fulfil no demand line of the site ({len(stray)} servers)."
    yield from none_may("demand/none", facility.name, len(stray), message)
    yield from _throughput(facility, view)


def _line(line: ServerDemand, servers: list[Server]) -> Iterator[Finding]:
    rule, count, before = f"demand/{line.id}", len(servers), f"{line.id} gets"
    yield from at_least(f"{rule}/min", line.id, count, line.minimum, "servers", before=before)
    if line.maximum is not None:
        yield from at_most(
            f"{rule}/max", line.id, count, line.maximum, "servers", before=before, after="at most"
        )
    wrong = [server for server in servers if not _suits(line, server)]
    message = (
        f"{wrong[0].id} is a {wrong[0].model} for {wrong[0].workload or 'no workload'}, "
        f"which {line.id} does not ask for ({len(wrong)} servers)."
        if wrong
        else ""
    )
    yield from none_may(rule, line.id, len(wrong), message)


def _suits(line: ServerDemand, server: Server) -> bool:
    works = line.idle_allowed if server.workload is None else server.workload in line.workloads
    return works and server.model == line.server


def _throughput(facility: Facility, view: View) -> Iterator[Finding]:
    """Predicted rates, not those the plan states, add up to the demand."""
    rates: dict[str, float] = defaultdict(float)
    for placed in view.placed:
        service = view.service(placed)
        if service is not None and not isinstance(service, RackplanError):
            rates[service.workload_id] += service.rate
    for workload in facility.workloads.values():
        # Throughput is judged in thousandths of its unit, the finest step of a plan.
        need = math.ceil(round(workload.demand * 1000, 3))
        rate, unit = round(Fraction(rates[workload.id]) * 1000, 3), f"milli-{workload.unit}"
        rule, before = f"demand/{workload.id}", f"{workload.id} gets"
        yield from at_least(rule, workload.id, rate, need, unit, before=before)
