"""The power side of an answer: schedules, loads of nodes, what is done in loss states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mechanism = Literal["reserve", "quantized", "space", "cooling", "weight", "supply", "demand"]
"""Why capacity is stranded. ``reserve``: other nodes on the same paths are full in some loss state.
``quantized``: what is free, of the node or of the circuits behind it, is less than one more server
takes. ``space``, ``cooling``, ``weight``: the racks behind are full in that respect; a place
without leaf ports or cable reach is no space. ``supply``: power supplies, voltage or connectors
keep servers out. ``demand``: nothing more is asked for."""


@dataclass(frozen=True, slots=True)
class CircuitLoad:
    """A line of the circuit schedule.

    Attributes
    ----------
    feed, rack, side, panel
        The circuit, ``row-01/r01:A``; where it ends; the node it starts at.
    poles
        Pole numbers of its breaker in the panel; on a busway the number of its tap.
    circuit, breaker_ma, volts, phases
        Catalog id, breaker [mA], volts, phases.
    pdu
        Catalog id of its rack PDU; empty without one.
    limit_w, short_w, line_limit_ma
        Most power that lasts, and for a short time [W]; most current per line that lasts [mA].
    normal_w, worst_w, worst_state
        Load in normal operation and in the state that loads it most [W].
    peak_w
        Highest short load in any state: electrical peaks, or before servers react [W].
    normal_va, worst_va
        Apparent power by line, ``L1`` to ``L3``, in normal operation and the highest of any state
        [VA]: current of the line times the voltage to neutral.
    imbalance
        Largest deviation of a line from the mean in normal operation, over that mean [-].
    """

    feed: str
    rack: str
    side: str
    panel: str
    poles: tuple[int, ...]
    circuit: str
    breaker_ma: int
    volts: int
    phases: int
    pdu: str
    limit_w: int
    short_w: int
    line_limit_ma: int
    normal_w: int
    worst_w: int
    worst_state: str
    peak_w: int
    normal_va: Mapping[str, int]
    worst_va: Mapping[str, int]
    imbalance: float


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """What a power node carries.

    Attributes
    ----------
    node, kind
        Id and kind.
    limit_w, limit_va, line_limit_ma
        What may leave it for long [W, VA, mA per line]; ``None`` for no limit.
    short_w
        What may leave it for a short time [W]; ``None`` for no limit.
    normal_w, worst_w, worst_state
        Load in normal operation and in the state that loads it most [W].
    peak_w, peak_state
        Highest short load of any state: electrical peaks, or before servers react [W].
    normal_va, worst_va
        Apparent power by line, in normal operation and the highest of any state [VA]; empty where
        its lines are not rated.
    imbalance
        Largest deviation of a line from the mean in normal operation, over that mean [-].
    poles, poles_used
        Poles (or taps) it has and that circuits take; ``None`` where it states none.
    """

    node: str
    kind: str
    limit_w: int | None
    limit_va: int | None
    line_limit_ma: int | None
    short_w: int | None
    normal_w: int
    worst_w: int
    worst_state: str
    peak_w: int
    peak_state: str
    normal_va: Mapping[str, int]
    worst_va: Mapping[str, int]
    imbalance: float
    poles: int | None
    poles_used: int


@dataclass(frozen=True, slots=True)
class Stranded:
    """Capacity of a node that no server can use.

    Attributes
    ----------
    node
        Id.
    free_w
        Rating less the load of its worst state [W].
    mechanism, racks
        Why, and how many racks behind it say so.
    text
        The reason in a sentence.
    """

    node: str
    free_w: int
    mechanism: Mechanism
    racks: int
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """Servers that are capped or shut down in a loss state.

    Attributes
    ----------
    state
        The state.
    device
        What would be overloaded without it.
    order
        1 for what is done first.
    what
        ``cap`` or ``shed``.
    workload, survive
        What the servers run (empty for none), and their rule.
    servers, gpus
        How many.
    relieved_w
        Power that stops [W].
    within_ms
        Time there is: what the device carries the load for [ms]; ``None`` where it stays within its
        rating for a short time, which every breaker and bus carries until servers react.
    rate
        Throughput of the workload that is left in the state, in its unit; 0 without one.
    """

    state: str
    device: str
    order: int
    what: Literal["cap", "shed"]
    workload: str
    survive: str
    servers: int
    gpus: int
    relieved_w: int
    within_ms: int | None
    rate: float


@dataclass(frozen=True, slots=True)
class Oversubscription:
    """A node whose servers may together draw more than it carries.

    Attributes
    ----------
    node, state
        Id, and the state in which the servers' full draw passes its rating by most.
    limit_w
        Its rating for what lasts [W].
    full_w, counted_w, capped_w
        Load with every server at its maximum draw, as the policy counts it, and with every server
        capped [W].
    """

    node: str
    state: str
    limit_w: int
    full_w: int
    counted_w: int
    capped_w: int


@dataclass(frozen=True, slots=True)
class VoltageDrop:
    """Voltage drop of one branch in its worst state.

    Attributes
    ----------
    branch
        A feed, or a node for the conductors that feed it.
    share, total_share
        Drop over nominal voltage [-]: of the branch, and from the source of its voltage down to
        its end.
    state
        State of the highest drop of the branch.
    """

    branch: str
    share: float
    total_share: float
    state: str


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """Everything an electrical engineer checks beside the limits.

    Attributes
    ----------
    circuits, nodes
        The circuit schedule, in the order of panels and poles; loads of nodes, feeding ones first.
    stranded
        Capacity that no server can use, and why.
    actions
        What is capped or shut down in which loss state.
    oversubscribed
        Nodes that only caps keep within their rating.
    drops
        Voltage drops of branches whose length and conductors are given.
    """

    circuits: tuple[CircuitLoad, ...] = ()
    nodes: tuple[NodeLoad, ...] = ()
    stranded: tuple[Stranded, ...] = ()
    actions: tuple[Action, ...] = ()
    oversubscribed: tuple[Oversubscription, ...] = ()
    drops: tuple[VoltageDrop, ...] = ()
