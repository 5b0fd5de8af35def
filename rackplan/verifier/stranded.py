"""Capacity of power nodes that no further server can use, and why.

Why is what keeps one more server out of the racks behind a node: the plan names it for every rack
(``RackSummary.binding``).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rackplan.facility.model import NORMAL, Facility
from rackplan.facility.phases import LINES
from rackplan.plan import RackSummary
from rackplan.plan.power import Mechanism, Stranded
from rackplan.verifier.schedules import Carried, nodes_carried
from rackplan.verifier.verdict import counted, figure, when
from rackplan.verifier.view import View

ORDER: tuple[Mechanism, ...] = (
    "reserve",
    "quantized",
    "space",
    "cooling",
    "weight",
    "supply",
    "demand",
)
"""Of mechanisms that equally many racks name, the first one is stated."""

_BY_FAMILY: Mapping[str, Mechanism] = {
    "air": "cooling",
    "liquid": "cooling",
    "water": "cooling",
    "demand": "demand",
    "fabric": "space",  # a place without ports or cable reach is none
    "nvlink": "space",
}

_WEIGHTS = {"weight", "floor", "slab", "tile", "rolling", "lift", "gravity"}
"""Limits of space that are about weight, by the last part of their ids."""

_CASES = {"peak": "at the short peak ", "transfer": "until servers react "}

MOST = 2
"""Devices and states named in a sentence."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit that keeps one more server out of a rack: the parts of its id.

    ``device`` is a node, circuit or rack of the site, or else what the id names first.
    """

    family: str
    device: str
    what: tuple[str, ...]
    state: str

    @property
    def name(self) -> str:
        """The device, or the line of it that is full."""
        line = next((part for part in self.what if part in LINES), "")
        return f"line {line} of {self.device}" if line else self.device

    @property
    def plain(self) -> bool:
        """Whether it is about all that lasts, and no line or short load alone."""
        return not {*LINES, *_CASES}.intersection(self.what)

    @property
    def when(self) -> str:
        """In which state, and which load of it."""
        case = next((_CASES[part] for part in self.what if part in _CASES), "")
        return f"{case}{when(self.state)}"


def bound_of(rule: str, known: Collection[str]) -> Bound:
    """The parts of a limit's id: ``power/row-1/r1:A/L2/peak@loss:ups-a``.

    ``known`` holds the racks and circuits of the site: they have a slash in their names, and power
    nodes have none.
    """
    name, _, state = rule.partition("@")
    family, *parts = name.split("/")
    size = next((n for n in range(len(parts), 1, -1) if "/".join(parts[:n]) in known), 1)
    return Bound(family, "/".join(parts[:size]), tuple(parts[size:]), state or NORMAL)


def mechanism_of(facility: Facility, bound: Bound, node: str) -> Mechanism:
    """Why a limit strands capacity of a node."""
    if bound.family == "space":
        return "weight" if bound.what and bound.what[-1] in _WEIGHTS else "space"
    if bound.family != "power":
        return _BY_FAMILY.get(bound.family, "space")
    if bound.device in facility.racks:
        return "supply"
    return "reserve" if bound.device in facility.nodes and bound.device != node else "quantized"


def stranded(
    view: View, racks: Sequence[RackSummary], found: Mapping[str, Carried] | None = None
) -> tuple[Stranded, ...]:
    """What is free of each rated node in its tightest state, where no further server can use it.

    Parameters
    ----------
    view
        The plan.
    racks
        Summaries of all racks of the site, empty ones included.
    found
        What :func:`rackplan.verifier.schedules.nodes_carried` gave; worked out when left out.

    Notes
    -----
    Each rack behind a node names every mechanism of its limits once; a rack that takes one more
    server names none. The mechanism that most racks name is stated; where at least as many racks
    take one more server, capacity is free and not stranded.
    """
    facility = view.facility
    carried = nodes_carried(view) if found is None else found
    known = set(facility.racks) | {f.id for rack in facility.racks.values() for f in rack.feeds}
    bounds = {rack.rack: [bound_of(rule, known) for rule in rack.binding] for rack in racks}
    behind = _behind(facility, [rack.rack for rack in racks])
    result = []
    for name in facility.nodes:
        free_w = carried[name].free_w
        if free_w is None or free_w < 1 or not behind[name]:
            continue
        named: dict[Mechanism, dict[str, list[Bound]]] = defaultdict(lambda: defaultdict(list))
        for rack in behind[name]:
            for bound in bounds[rack]:
                named[mechanism_of(facility, bound, name)][rack].append(bound)
        open_racks = sum(not bounds[rack] for rack in behind[name])
        top = max(ORDER, key=lambda mechanism: (len(named[mechanism]), -ORDER.index(mechanism)))
        if len(named[top]) > open_racks:
            why = _why(facility, name, top, named[top])
            said = _said(len(named[top]), len(behind[name]))
            text = f"{figure(math.floor(free_w), 'W', 3)}: {why} ({said})"
            result.append(Stranded(name, math.floor(free_w), top, len(named[top]), text))
    return tuple(result)


def _behind(facility: Facility, racks: Iterable[str]) -> dict[str, list[str]]:
    """Racks that each node feeds, in any state."""
    above: dict[str, frozenset[str]] = {}
    for name, node in facility.nodes.items():
        above[name] = frozenset({name}).union(*(above[source] for source in node.inputs))
    behind: dict[str, list[str]] = {name: [] for name in facility.nodes}
    for rack in racks:
        feeds = facility.racks[rack].feeds if rack in facility.racks else ()
        for name in sorted(frozenset().union(*(above[feed.source] for feed in feeds))):
            behind[name].append(rack)
    return behind


def _said(many: int, behind: int) -> str:
    """How many of the racks behind a node say so."""
    return counted(many, "rack") if many == behind else f"{many:,} of {counted(behind, 'rack')}"


def _why(
    facility: Facility, node: str, mechanism: Mechanism, named: Mapping[str, Sequence[Bound]]
) -> str:
    """The reason in words, from the limits that racks name."""
    if mechanism == "reserve":
        return _full(named, "is full", "are full")
    if mechanism == "quantized":
        own = _of(named, {node})
        plain = all(bound.plain for bounds in own.values() for bound in bounds)
        if 2 * len(own) >= len(named):
            less = f"less than one more server takes {_states(own)}"
            return less if plain else _full(own, "is full", "are full")
        return "the circuits of the racks have less left than one more server takes"
    if mechanism == "cooling":
        pools = _of(named, {*facility.zones, *facility.loops, *facility.water})
        if 2 * len(pools) >= len(named):
            return _full(pools, "can cool no more", "can cool no more")
        return "the cooling of the racks takes no further server"
    if mechanism == "space":
        room = any(bound.family == "space" for bounds in named.values() for bound in bounds)
        return f"no {'room' if room else 'leaf ports or cable reach'} for one more server"
    return {
        "weight": "racks or floor bear no further server",
        "supply": "power supplies, voltage or connectors keep further servers out",
        "demand": "no more servers are asked for",
    }[mechanism]


def _of(named: Mapping[str, Sequence[Bound]], devices: Collection[str]) -> dict[str, list[Bound]]:
    """The racks that name one of the devices, with those limits."""
    mine = {rack: [b for b in bounds if b.device in devices] for rack, bounds in named.items()}
    return {rack: bounds for rack, bounds in mine.items() if bounds}


def _states(named: Mapping[str, Sequence[Bound]]) -> str:
    """``when ups-b is lost``: the state that most racks name."""
    counts = Counter(bound.when for bounds in named.values() for bound in bounds)
    return min(counts, key=lambda state: (-counts[state], state))


def _full(named: Mapping[str, Sequence[Bound]], one: str, many: str) -> str:
    """``ups-b and ups-c are full when ups-d is lost``, of the states that most racks name."""
    by_state: dict[str, Counter[str]] = defaultdict(Counter)
    for bounds in named.values():
        for state, name in dict.fromkeys((bound.when, bound.name) for bound in bounds):
            by_state[state][name] += 1
    states = sorted(by_state, key=lambda state: (-max(by_state[state].values()), state))
    parts = []
    for state in states[:MOST]:
        names = sorted(by_state[state], key=lambda name: (-by_state[state][name], name))
        shown = " and ".join(names[:MOST])
        if len(names) > MOST:
            shown = f"{', '.join(names[:MOST])} and {len(names) - MOST} more"
        parts.append(f"{shown} {one if len(names) == 1 else many} {state}")
    rest = len(states) - MOST
    more = f", and others in {counted(rest, 'more state')}" if rest > 0 else ""
    return f"{', '.join(parts)}{more}"
