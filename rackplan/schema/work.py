"""What a user may write about work: workloads, the servers asked for, decisions already taken."""

from __future__ import annotations

from typing import Literal

from rackplan.catalog.entries import Precision
from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t


class Reduced(Strict):
    """Keep running in loss states, capped."""

    reduced: t.PowerDemandW
    """Power one server is capped to."""


Survive = Literal["full", "shed"] | Reduced


class Demand(Strict):
    """How many new servers of one model the site may and must take."""

    server: t.Name
    """Catalog id of the server model."""
    id: t.Name | None = None
    """Name of this line; by default the server's id."""
    min: t.Count = 0
    """Fewest to place."""
    max: t.Count | None = None
    """Most to place; no limit when left out."""
    workloads: tuple[t.Name, ...] | None = None
    """Workloads these servers may run; all that list the server when left out."""
    idle: t.Flag = False
    """Whether a server may stand without a workload. Always so when the site has no workloads."""
    survive: Survive = "full"
    """What a server without a workload must do in loss states."""
    priority: t.Priority = 5
    """Of servers without a workload: 1 is kept longest when something must be capped or shut."""


class Slo(Strict):
    """Latency limits."""

    ttft: t.LatencyMs | None = None
    """Time to first token."""
    tpot: t.LatencyMs | None = None
    """Time per output token."""
    image: t.LatencyMs | None = None
    """Time per image."""


class Workload(Strict):
    """Work the site must do."""

    id: t.Name
    """Name of the workload."""
    model: t.Name
    """Catalog id of the model."""
    precision: Precision
    """Number format of the weights."""
    input_tokens: t.Tokens | None = None
    """Mean prompt length."""
    output_tokens: t.Tokens | None = None
    """Mean answer length."""
    slo: Slo = Slo()
    """Latency limits."""
    tensor_parallel: Literal[1, 2, 4, 8, 16, 18, 36, 72] | None = None
    """Accelerators per replica; chosen when left out."""
    domain: Literal["nvlink", "server"] = "nvlink"
    """``nvlink``: a tensor-parallel group stays in one NVLink domain; ``server``: it may use PCIe
    inside a server."""
    software: Literal["documented", "tuned"] = "documented"
    """Software stack the throughput figures assume."""
    demand: str | None = None
    """Throughput the site must deliver in normal operation: "50000 tok/s", "20 req/s",
    "40 img/s" or "3000 users"."""
    think_time: t.TimeMs = 0
    """Pause of a user between two answers, for demand in users; none when left out."""
    survive: Survive = "full"
    """What its servers must do in every loss state."""
    priority: t.Priority = 5
    """1 is kept longest when servers must be capped or shut down; 9 goes first."""
    servers: tuple[t.Name, ...] = ()
    """Server models it may run on; all when empty."""


class Pin(Strict):
    """New servers that must stand in a given rack."""

    server: t.Name
    """Catalog id of the server model; a demand line must list it."""
    rack: str
    """``row-01/r01``; a range such as ``row-01/r[01-04]`` makes several pins."""
    count: t.Unit = 1
    """How many of them."""
    u: t.Unit | None = None
    """Lowest rack unit; only with ``count: 1``."""
    workload: t.Name | None = None
    """Workload they run; free when left out."""


class Forbid(Strict):
    """Places where new servers may not stand."""

    places: tuple[str, ...]
    """Racks (``row-01/r01``), rows (``row-01``) or halls."""
    servers: tuple[t.Name, ...] = ()
    """Server models it is about; all when empty."""
    reason: str = ""
    """Shown when it stops something."""


class Placement(Strict):
    """Decisions already taken."""

    pin: tuple[Pin, ...] = ()
    """New servers that must stand in a given rack."""
    forbid: tuple[Forbid, ...] = ()
    """Places where new servers may not stand."""
