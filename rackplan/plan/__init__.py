"""The answer as data: what goes where, JSON in and out, no solver types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from rackplan.errors import InputError, Problem
from rackplan.plan.cooling import CoolingPlan
from rackplan.plan.energy import EnergyPlan
from rackplan.plan.floor import FloorSheet
from rackplan.plan.power import PowerPlan

SCHEMA = "rackplan.plan/1"

Status = Literal["OPTIMAL", "FEASIBLE", "INFEASIBLE", "UNKNOWN"]
"""OPTIMAL: proven best. FEASIBLE: with a bound. INFEASIBLE: proven impossible. UNKNOWN."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One objective: value, proven bound, and the gap between them as a share of the larger."""

    name: str
    value: int
    bound: int
    gap: float
    unit: str


@dataclass(frozen=True, slots=True)
class Cord:
    """A power supply's cord.

    Attributes
    ----------
    feed
        Side of the feed it is plugged into.
    position
        Line or pair of lines it sits on, as the panel names them: ``L1`` (to neutral), ``L1-L2``,
        or ``L1-L2-L3`` for a three-phase cord.
    outlet
        Bank and outlet of the rack PDU, ``3/C19-2``; empty where the site names no rack PDU.
    """

    feed: str
    position: str
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A placed server.

    Attributes
    ----------
    id
        ``row-01/r01/u05``: rack and lowest rack unit.
    model
        Catalog id of the server model.
    hall, row, rack, u
        Where it stands; ``rack`` is the rack's full id, ``u`` its lowest rack unit.
    feeds
        Power supplies plugged into each feed, by side.
    workload
        Id of the workload it runs, or ``None``.
    tensor_parallel, replicas
        How the workload runs on it; 0 without one.
    rate, rate_unit
        Throughput it delivers, in the workload's unit; 0 and "" without one.
    survive
        ``full``, ``reduced`` or ``shed``.
    loss_draw_w
        Power counted for it in loss states [W].
    existing
        Whether it already stands there.
    demand
        Id of the demand line it fulfils; ``None`` for an existing server.
    cords
        Where each power supply is plugged in. Left out, cords go round the feeds and take their
        lines in turn from the first.
    """

    id: str
    model: str
    hall: str
    row: str
    rack: str
    u: int
    feeds: Mapping[str, int]
    workload: str | None
    tensor_parallel: int
    replicas: int
    rate: float
    rate_unit: str
    survive: str
    loss_draw_w: int
    existing: bool
    demand: str | None
    cords: tuple[Cord, ...] = ()


@dataclass(frozen=True, slots=True)
class RackSummary:
    """What one rack holds and carries.

    Attributes
    ----------
    rack
        Id.
    servers, gpus
        Counts.
    used_u, weight_g
        Rack units taken (servers and gear); weight inside the rack [g].
    load_w
        Sustained power [W].
    feeds_w, feeds_worst_w
        Load of each feed in normal operation and in its worst loss state [W].
    air_w, liquid_w
        Heat by way out [W].
    throughput
        Rate by workload, in the workload's unit.
    binding
        Ids of the limits that keep one more server out of it.
    gear_cords
        Where gear is plugged in, by its name.
    """

    rack: str
    servers: int
    gpus: int
    used_u: int
    weight_g: int
    load_w: int
    feeds_w: Mapping[str, int]
    feeds_worst_w: Mapping[str, int]
    air_w: int
    liquid_w: int
    throughput: Mapping[str, float]
    binding: tuple[str, ...]
    gear_cords: Mapping[str, tuple[Cord, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LimitState:
    """One limit in one state: what it carries and what it may carry.

    ``id`` is the rule's id, ``family/device[/what][@state]``; ``quantity`` is the unit of its
    figures.
    """

    id: str
    family: str
    device: str
    state: str
    quantity: str
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class WorkloadSummary:
    """What the site delivers for one workload.

    ``normal`` and ``worst_loss`` are rates in ``unit``; ``worst_state`` names the loss state;
    ``low``/``high`` band the
    normal rate; ``binding`` is the limit of a replica on the server model that does most of it.
    """

    workload: str
    unit: str
    demand: float
    normal: float
    low: float
    high: float
    worst_loss: float
    worst_state: str
    binding: str
    note: str


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """A rule of a conflict: its id, its family, and what it says, with figures."""

    id: str
    family: str
    text: str


@dataclass(frozen=True, slots=True)
class Relief:
    """A change of one device, or of what is asked, that makes the whole site fit.

    ``amount`` is in ``quantity``; ``proven`` says that no smaller one does.
    """

    family: str
    device: str
    quantity: str
    amount: int
    proven: bool
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes
    ----------
    sentence
        The reason in one sentence.
    families
        Families of the rules, in the order of stating.
    rules
        The rules.
    minimal
        Whether leaving out any one of them was proven to make the rest hold together.
    reliefs
        Changes of one device each that make the whole site fit.
    """

    sentence: str
    families: tuple[str, ...]
    rules: tuple[ConflictRule, ...]
    minimal: bool
    reliefs: tuple[Relief, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A placement with everything needed to review it.

    Attributes
    ----------
    schema
        Format of the file.
    site
        ``{"name": ..., "file": ..., "sha256": ...}``.
    status
        What is proven.
    objective
        Goals in order.
    servers, racks, limits, workloads
        The placement and what it loads.
    totals
        Site figures: servers, asked, gpus, racks_used, it_load_w, air_w, liquid_w, ...
    assumptions, warnings
        What was taken for granted; what a reviewer should know.
    power
        Schedules of circuits and panels, loads of nodes, actions in loss states, voltage drops.
    cooling
        Zones and loops in normal operation and in their worst state, with their margins.
    energy
        PUE, WUE, energy by use and hours of free cooling, where the site gives weather.
    floor
        Loads of the floor, centers of gravity, and what closes the fronts of racks.
    provenance
        Versions, parameters, seed, wall_s (``None`` for a repeatable run: one worker).
    """

    site: Mapping[str, str]
    status: Status
    objective: tuple[Goal, ...]
    servers: tuple[Server, ...]
    racks: tuple[RackSummary, ...]
    limits: tuple[LimitState, ...]
    workloads: tuple[WorkloadSummary, ...]
    totals: Mapping[str, int]
    assumptions: tuple[str, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    power: PowerPlan = field(default_factory=PowerPlan)
    cooling: CoolingPlan = field(default_factory=CoolingPlan)
    energy: EnergyPlan = field(default_factory=EnergyPlan)
    floor: FloorSheet = field(default_factory=FloorSheet)
    schema: str = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the stable order of ``plan.json``."""
        data = asdict(self)
        return {"schema": data.pop("schema"), **data}

    def to_json(self) -> str:
        """The text of ``plan.json``; the same plan gives the same bytes."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


_ADAPTER: TypeAdapter[Plan] = TypeAdapter(Plan)


def from_json(text: str, file: str = "plan.json") -> Plan:
    """Read a plan back.

    Raises
    ------
    InputError
        Not JSON, not a plan, or another format version; every problem found is listed.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: bad JSON, or an endless number
        raise InputError([Problem(f"not JSON: {error}", file=file)]) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        message = f"not a plan of this version: schema must be {SCHEMA!r}"
        raise InputError([Problem(message, file=file, path="schema", value=repr(found))])
    try:
        # From the text again: of JSON, strict validation takes arrays for tuples, but no "1" for 1.
        return _ADAPTER.validate_json(text, strict=True)
    except ValidationError as error:
        raise InputError(
            Problem(
                e["msg"],
                file=file,
                path=".".join(str(part) for part in e["loc"]),
                value=repr(e["input"])[:80],
            )
            for e in error.errors()
        ) from error


def read(path: Path) -> Plan:
    """Read ``plan.json``; raises :class:`InputError` when it cannot be read or is no plan."""
    try:
        return from_json(path.read_text(encoding="utf-8"), file=str(path))
    except OSError as error:
        message = f"cannot read the plan: {error.strerror or error}"
        raise InputError([Problem(message, file=str(path))]) from error
    except UnicodeDecodeError as error:
        raise InputError([Problem("not a plan: it is no text", file=str(path))]) from error
