"""The node table: what every power node carries in every state, as the verifier works it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

from rackplan.facility.model import Facility, PowerNode
from rackplan.plan import LimitState, Plan
from rackplan.verifier import power
from rackplan.verifier.loads import mode_of
from rackplan.verifier.supplies import Mode
from rackplan.verifier.verdict import Violation
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, LossKind, driver, runs

Condition = Literal["live", "lost", "dead"]
"""``lost``: it is what the state loses. ``dead``: nothing that feeds it is alive."""

SHORT = ("transfer", "peak")
"""Loads for a short time, by the last part of a limit's id: until servers react, and at their
electrical peak."""


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One power node in one state.

    Attributes
    ----------
    node, kind, condition
        Id, kind, and whether it has power.
    fed_from
        Live inputs that carry it in this state; empty for a source.
    load_w, limit_w
        Lasting load and its limit [W]; ``None`` for no limit.
    load_va, limit_va
        The same as apparent power [VA].
    lines_ma, line_limit_ma
        Lasting current of each line, and the limit of one [mA]; empty and ``None`` where its lines
        are not rated.
    fullest, short
        The fullest of its lasting limits, and of those for a short time; ``None`` without any.
    """

    node: str
    kind: str
    condition: Condition
    fed_from: tuple[str, ...] = ()
    load_w: int = 0
    limit_w: int | None = None
    load_va: int = 0
    limit_va: int | None = None
    lines_ma: tuple[int, ...] = ()
    line_limit_ma: int | None = None
    fullest: LimitState | None = None
    short: LimitState | None = None

    @property
    def use(self) -> float:
        """Share of the fullest of its limits, for long or for a short time [-]."""
        return max((share(limit) for limit in (self.fullest, self.short) if limit), default=0.0)


@dataclass(frozen=True, slots=True)
class NodeTable:
    """Every power node in one state, feeding nodes before fed ones.

    After the loss of a rack's own circuit only the nodes above it are listed: the others carry what
    they carry in normal operation.
    """

    state: str
    kind: LossKind
    lost: str
    rows: tuple[NodeRow, ...]


def node_tables(facility: Facility, plan: Plan, *, circuits: bool = False) -> tuple[NodeTable, ...]:
    """The node table of a plan in normal operation and in every loss state.

    Loads are those the verifier judges, limit by limit: ``rackplan verify --limit`` prints the same
    figures. Losses of air units and CDUs change no power path, and have no table.

    Parameters
    ----------
    facility, plan
        The site and the answer.
    circuits
        Also for the loss of every rack's own circuits.
    """
    return tables_of(View(facility, plan), circuits=circuits)


def tables_of(view: View, *, circuits: bool = False) -> tuple[NodeTable, ...]:
    """:func:`node_tables` of a plan that is already resolved."""
    found = _judged(view)
    return tuple(
        NodeTable(loss.id, loss.kind, loss.lost, tuple(_rows(view, loss, found)))
        for loss in view.loads.losses
        if loss.kind in {"normal", "power", "named"} or (circuits and loss.kind == "feed")
    )


def _judged(view: View) -> Mapping[tuple[str, str], list[LimitState]]:
    """Limits of power nodes as the verifier judged them, by state and node."""
    found: dict[tuple[str, str], list[LimitState]] = defaultdict(list)
    for finding in power.check(view.facility, view):
        if not isinstance(finding, Violation) and finding.device in view.facility.nodes:
            found[finding.state, finding.device].append(finding)
    return found


def _rows(
    view: View, loss: Loss, found: Mapping[tuple[str, str], list[LimitState]]
) -> Iterator[NodeRow]:
    loads = view.loads
    walk = loads.above if loss.kind == "feed" else loads.nodes
    carried = walk(loss, mode_of(loss))
    for name in loads.graph.order:
        node = view.facility.nodes[name]
        if name in loss.gone:
            yield NodeRow(name, node.kind, "lost")
        elif name in loss.dead:
            yield NodeRow(name, node.kind, "dead")
        elif name in carried:
            fed_from = loads.graph.sharing(name, loss.dead)
            yield _row(view, node, fed_from, carried[name], found.get((loss.id, name), ()))


def _row(
    view: View,
    node: PowerNode,
    fed_from: tuple[str, ...],
    load: Fraction,
    found: Iterable[LimitState],
) -> NodeRow:
    """A live node: what was judged of it; what has no limit is what the walk gives."""
    whole: dict[str, LimitState] = {}
    lines: dict[str, LimitState] = {}
    lasting: list[LimitState] = []
    passing: list[LimitState] = []
    for limit in found:
        what, case = _parts(limit)
        (passing if case in SHORT else lasting).append(limit)
        if not case:
            (lines if what.startswith("L") else whole)[what] = limit
    watts, apparent = whole.get(""), whole.get("va")
    load_w = watts.load if watts else ceil(load)
    if apparent is not None and watts is None:  # as judged, where only apparent power is limited
        load_w = ceil(apparent.load * view.facility.policy.power_factor)
    return NodeRow(
        node=node.id,
        kind=node.kind,
        condition="live",
        fed_from=fed_from,
        load_w=load_w,
        limit_w=watts.capacity if watts else None,
        load_va=apparent.load if apparent else ceil(load_w / view.facility.policy.power_factor),
        limit_va=apparent.capacity if apparent else None,
        lines_ma=tuple(lines[line].load for line in sorted(lines)),
        line_limit_ma=min((limit.capacity for limit in lines.values()), default=None),
        fullest=max(lasting, key=share, default=None),
        short=max(passing, key=share, default=None),
    )


def _parts(limit: LimitState) -> tuple[str, str]:
    """What is limited, and in which case: ``("L2", "transfer")``; both may be empty."""
    rest = limit.id.partition("@")[0].removeprefix(f"power/{limit.device}").strip("/")
    what, _, case = rest.partition("/")
    if what in {"", "va", "L1", "L2", "L3"}:
        return what, case
    return "", what


def share(limit: LimitState) -> float:
    """Load over capacity [-]; infinite for a load on nothing."""
    if limit.capacity:
        return limit.load / limit.capacity
    return float("inf") if limit.load else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """What one consumer draws from a node in a state.

    Attributes
    ----------
    consumer, kind
        What draws: a node with its kind, a ``circuit``, a ``cooling unit``, or the node itself for
        load ``of its own``.
    carried_w
        Load that leaves the consumer [W].
    efficiency, own_w, inputs
        ``drawn = (carried / efficiency + own) / inputs``: its output over input power, what it
        draws whatever it carries [W], and the inputs that share it.
    drawn_w
        What it draws here [W].
    """

    consumer: str
    kind: str
    carried_w: float
    efficiency: float
    own_w: int
    inputs: int
    drawn_w: float


def parts(view: View, state: str, node: str) -> tuple[Part, ...]:
    """What makes up the lasting load of a live node in a state, consumer by consumer.

    Raises
    ------
    KeyError
        There is no such state.
    """
    loads, nodes = view.loads, view.facility.nodes
    loss = next((loss for loss in loads.losses if loss.id == state), None)
    if loss is None:
        raise KeyError(state)
    if node in loss.gone or node in loss.dead:
        return ()
    cases = power.cases(view.facility, loss)
    mode = next(
        (case.mode for case in cases if not case.what and node in case.nodes), mode_of(loss)
    )
    carried = loads.nodes(loss, mode)
    on_generator = loads.graph.started(loss.dead)
    found: list[Part] = []
    for name, load in carried.items():
        sources = loads.graph.sharing(name, loss.dead)
        if node in sources:
            below = nodes[name]
            own_w = below.idle_w + (below.recharge_w if name in on_generator else 0)
            drawn = (load / below.efficiency + own_w) / len(sources) if load or own_w else 0
            found.append(
                Part(
                    name,
                    below.kind,
                    float(load),
                    float(below.efficiency),
                    own_w,
                    len(sources),
                    float(drawn),
                )
            )
    found += _direct(view, loss, mode, node)
    begun = node in on_generator
    own_w = max(nodes[node].fixed_w, nodes[node].start_w) if begun else nodes[node].fixed_w
    if own_w:
        found.append(Part(node, "of its own", own_w, 1.0, 0, 1, own_w))
    return tuple(found)


def _direct(view: View, loss: Loss, mode: Mode, node: str) -> Iterator[Part]:
    """Circuits and cooling units that hang on a node."""
    loads = view.loads
    for rack in view.facility.racks.values():
        feeds = [feed for feed in rack.feeds if feed.source == node]
        load = loads.rack(rack.id, loads.dead_sides(rack.id, loss), mode) if feeds else None
        for feed in feeds:
            watts = load.feeds_w.get(feed.side) if load else None
            if watts is not None:
                yield Part(feed.id, "circuit", float(watts), 1.0, 0, 1, float(watts))
    for unit in loads.facility.cooling_units:
        if driver(unit, loss.dead) == node and runs(unit, loss):
            power_w = loads.unit_w(unit, loss)
            yield Part(unit.id, "cooling unit", power_w, 1.0, 0, 1, power_w)
