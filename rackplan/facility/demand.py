"""What is asked for: workloads, servers, decisions already taken, and what is best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rackplan.catalog.entries import Model, Precision

SurviveKind = Literal["full", "reduced", "shed"]
RateUnit = Literal["tok/s", "req/s", "img/s", "users"]


@dataclass(frozen=True, slots=True)
class Survive:
    """What a server must do in every loss state of the site.

    Attributes
    ----------
    kind
        ``full``: keep full power. ``reduced``: keep running, capped to ``cap_w``.
        ``shed``: may be shut down; its load disappears where that relieves an overload.
    cap_w
        Power one server is capped to in a loss state [W]; only for ``reduced``.
    """

    kind: SurviveKind
    cap_w: int | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """Work that servers do.

    Attributes
    ----------
    id
        Name in the site file.
    model_id, model
        Catalog entry of the model that runs.
    precision
        Number format of the weights.
    input_tokens, output_tokens
        Mean prompt and answer length [tokens]; 0 for image models.
    ttft_s, tpot_s
        Limits of time to first token and time per output token [s]; ``None`` where none is set.
        For image models ``ttft_s`` limits the time per image.
    tensor_parallel
        Accelerators per replica; ``None`` lets rackplan choose.
    domain
        ``nvlink``: a tensor-parallel group stays in one NVLink domain. ``server``: it may also
        use PCIe inside one server, which is slower.
    software
        ``documented`` or ``tuned``: the software stack the figures assume.
    unit, demand
        Required throughput of the whole site, in ``unit``; 0 when nothing is required.
    think_s
        Pause of a user between two answers [s]; only for demand in ``users``.
    survive
        What its servers must do in loss states.
    servers
        Ids of the server models it may run on; empty for all.
    priority
        1 is kept longest when servers must be capped or shut down, 9 goes first.
    """

    id: str
    model_id: str
    model: Model
    precision: Precision
    input_tokens: int
    output_tokens: int
    ttft_s: float | None
    tpot_s: float | None
    tensor_parallel: int | None
    domain: Literal["nvlink", "server"]
    software: Literal["documented", "tuned"]
    unit: RateUnit
    demand: float
    think_s: float
    survive: Survive
    servers: tuple[str, ...] = ()
    priority: int = 5


@dataclass(frozen=True, slots=True)
class ServerDemand:
    """How many new servers of one model the site may and must take.

    Attributes
    ----------
    id
        Name in the site file (by default the server model's id).
    server
        Id of the server model.
    minimum, maximum
        Fewest and most new servers placed; ``maximum`` is ``None`` for no limit.
    workloads
        Ids of the workloads these servers may run; empty with ``idle_allowed`` for plain capacity.
    idle_allowed
        Whether a server may be placed without a workload.
    survive, priority
        Rule for servers without a workload, and when they are held back: see ``Workload``.
    """

    id: str
    server: str
    minimum: int
    maximum: int | None
    workloads: tuple[str, ...]
    idle_allowed: bool
    survive: Survive
    priority: int = 5


@dataclass(frozen=True, slots=True)
class Pin:
    """New servers that must stand in a rack, at rack units rackplan chooses."""

    id: str
    server: str
    rack: str
    count: int
    workload: str | None


@dataclass(frozen=True, slots=True)
class Forbid:
    """Racks where new servers of some models may not stand."""

    id: str
    racks: frozenset[str]
    servers: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Objective:
    """One goal: throughput (of a workload, or of all), servers, gpus, headroom, racks or power."""

    name: str
    workload: str | None = None

    @property
    def maximize(self) -> bool:
        """Whether more is better."""
        return self.name in {"throughput", "servers", "gpus", "headroom"}

    def __str__(self) -> str:
        return f"{self.name}/{self.workload}" if self.workload else self.name
