"""What is done when something is lost: which servers are capped or shut down, in which order.

Nothing is held back before something would be overloaded. Then servers behind it are, kind by kind:
the least important first, of equal importance those that are capped before those that are shut
down, and of a kind only as many racks as it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from rackplan.verifier.cooling import cooling_of
from rackplan.verifier.loads import Held, SiteLoads
from rackplan.verifier.view import Placed, View, kind_of
from rackplan.verifier.walk import Loss, runs
from rackplan.verifier.water import on_circuit

NOISE = 1e-9
"""Share by which a current may pass its limit: it is worked out in floats."""

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Carried:
    """What one device carries of what it may, and the racks that can relieve it."""

    device: str
    load: Fraction
    capacity: int
    quantity: str
    racks: tuple[str, ...] = ()

    @property
    def share(self) -> Fraction:
        """Load over capacity; very large for a load on nothing."""
        return self.load / self.capacity if self.capacity else Fraction(self.load > 0) * 10**9

    @property
    def over(self) -> bool:
        """Whether it carries more than it may."""
        return self.load > self.capacity


@dataclass(frozen=True, slots=True)
class Step:
    """Servers of one kind that are held back, and the device that asks for it."""

    kind: str
    racks: tuple[str, ...]
    device: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is done in a state, and what devices carry when it is done."""

    steps: tuple[Step, ...] = ()
    held: Held = field(default_factory=dict)
    loads: tuple[Carried, ...] = ()


def order_of(view: View) -> tuple[str, ...]:
    """Kinds of servers that may be held back, in the order in which they are."""
    ranks: dict[str, tuple[int, bool, str]] = {}
    for placed in view.placed:
        kind = placed.footprint.survive.kind
        if kind != "full":
            name = kind_of(placed)
            ranks[name] = (-priority(view, placed), kind == "shed", name)
    return tuple(sorted(ranks, key=lambda name: ranks[name]))


def priority(view: View, placed: Placed) -> int:
    """How long a server is kept: 1 longest, 9 shortest."""
    workload = view.facility.workloads.get(placed.server.workload or "")
    line = view.facility.demands.get(placed.server.demand or "")
    return workload.priority if workload else line.priority if line else 5


def react(view: View, loss: Loss, order: tuple[str, ...]) -> Reaction:
    """Hold servers back, step by step, until nothing is overloaded or nobody is left."""
    loads = view.loads
    held: dict[str, frozenset[str]] = {}
    steps: list[Step] = []
    carried = tuple(carries(loads, loss, held))
    for kind in order:
        over = [item for item in carried if item.over]
        if not over:
            break
        behind = dict.fromkeys(rack for item in over for rack in item.racks)
        racks = [rack for rack in behind if any(s.kind == kind for s in loads.servers[rack])]
        if not racks:
            continue
        few = _fewest(loads, loss, held, kind, racks)
        held = _with(held, kind, racks[:few])
        worst = max(over, key=lambda item: item.share)
        steps.append(Step(kind, tuple(racks[:few]), worst.device))
        carried = tuple(carries(loads, loss, held))
    return Reaction(tuple(steps), held, carried)


def _fewest(loads: SiteLoads, loss: Loss, held: Held, kind: str, racks: list[str]) -> int:
    """How many of the racks, from the first on, it takes: all of them when that is not enough."""
    low, high = 1, len(racks)
    while low < high:
        middle = (low + high) // 2
        if any(item.over for item in carries(loads, loss, _with(held, kind, racks[:middle]))):
            low = middle + 1
        else:
            high = middle
    return high


def _with(held: Held, kind: str, racks: list[str]) -> dict[str, frozenset[str]]:
    return {**held, **{rack: held.get(rack, _NONE) | {kind} for rack in racks}}


def carries(loads: SiteLoads, loss: Loss, held: Held) -> Iterator[Carried]:
    """Every lasting load that a loss touches, while some servers are held back."""
    if loss.kind in {"power", "feed", "named"}:
        yield from _power(loads, loss, held)
    yield from _cooling(loads, loss, held)


def _power(loads: SiteLoads, loss: Loss, held: Held) -> Iterator[Carried]:
    facility = loads.facility
    near = loss.kind == "feed" and not held
    nodes = loads.above(loss, "whole") if near else loads.nodes(loss, "whole", held)
    for name, load in nodes.items():
        node, apparent = facility.nodes[name], load / facility.policy.power_factor
        left = node.share_left(loss.module)
        for carried, limit, unit in ((load, node.limit_w, "W"), (apparent, node.limit_va, "VA")):
            # What is oversubscribed is held down by caps that act at any time.
            if limit is not None and not node.oversubscribed:
                most = int(limit * left)
                behind = loads.behind(name, loss.dead) if carried > most else ()
                yield Carried(name, carried, most, unit, behind)
    for name, lines in loads.lines(loss, "whole", nodes, held).items():
        rating = facility.nodes[name].rating
        if facility.nodes[name].oversubscribed:
            continue
        most = rating.continuous_ma if rating is not None else 0
        yield _fullest_line(loads, loss, name, lines, most)
    for rack in {**dict.fromkeys(loads.touched(loss)), **held}:
        yield from _feeds(loads, loss, held, rack)


def _fullest_line(
    loads: SiteLoads, loss: Loss, node: str, lines: tuple[float, ...], most: int
) -> Carried:
    current = Fraction(max(lines) * 1000 * (1 - NOISE))
    behind = loads.behind(node, loss.dead) if current > most else ()
    return Carried(node, current, most, "mA", behind)


def _feeds(loads: SiteLoads, loss: Loss, held: Held, rack: str) -> Iterator[Carried]:
    """The circuits of a rack, as a whole and by their fullest line."""
    load = loads.rack(rack, loads.dead_sides(rack, loss), "whole", held.get(rack, _NONE))
    for feed in loads.facility.racks[rack].feeds:
        if feed.side in load.feeds_w:
            yield Carried(feed.id, load.feeds_w[feed.side], feed.limit_w, "W", (rack,))
            lines = load.lines(feed)
            if lines:
                current = Fraction(max(lines) * 1000 * (1 - NOISE))
                yield Carried(feed.id, current, feed.line_ma, "mA", (rack,))


def _cooling(loads: SiteLoads, loss: Loss, held: Held) -> Iterator[Carried]:
    """Zones, their parts, loops and water circuits that a loss touches."""
    cooling = cooling_of(loads)
    for area in cooling.areas:
        if cooling.touched(area, loss):
            heat_w, flow = cooling.asked(area, loss, "whole", held)
            most_w, most_flow = cooling.most(area, loss)
            if most_w is not None:
                yield Carried(area.device, Fraction(heat_w), most_w, "W", area.racks)
            if most_flow is not None:
                unit = area.flow_name[1]
                yield Carried(area.device, Fraction(flow), most_flow, unit, area.racks)
    for circuit in loads.facility.water.values():
        if not all(runs(part, loss) for part in circuit.units):
            found = on_circuit(loads, circuit, loss, "whole", held)
            yield Carried(circuit.id, Fraction(found.heat_w), found.capacity_w, "W", found.racks)
            if found.flow is not None:
                yield Carried(circuit.id, found.flow, found.moved, "mL/min", found.racks)
