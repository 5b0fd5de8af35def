"""The power section: nodes, ratings, a graph without cycles."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from rackplan.facility.model import PowerNode
from rackplan.facility.power import SOURCES, circuit_limit_w
from rackplan.facility.resolve.context import Context, Path, fraction
from rackplan.schema import site as s

TRANSFER = frozenset({"ats", "sts"})
LOSSY = frozenset({"ups", "transformer", "pdu"})
"""Kinds of node that turn a noticeable part of the power into heat."""


def resolve_nodes(context: Context) -> dict[str, PowerNode]:
    """Power nodes by id, feeding nodes before fed ones; empty when the graph is broken."""
    written = [(node, ("power", "nodes", i)) for i, node in enumerate(context.site.power.nodes)]
    context.unique("power node", [(node.id, (*path, "id")) for node, path in written])
    names = [node.id for node, _ in written]
    before = len(context.problems)
    nodes = [_node(context, node, path, names) for node, path in written]
    if len(context.problems) > before:
        return {}
    _assume(context)
    return _ordered(context, {node.id: node for node in nodes})


def _node(context: Context, node: s.PowerNode, path: Path, names: list[str]) -> PowerNode:
    for i, source in enumerate(node.inputs):
        context.known("power node", source, names, (*path, "from", i))
    _check_inputs(context, node, path)
    limit_w, limit_va = _ratings(context, node, path)
    return PowerNode(
        id=node.id,
        kind=node.kind,
        inputs=node.inputs,
        parallel=node.sharing == "parallel",
        limit_w=limit_w,
        limit_va=limit_va,
        efficiency=fraction(1 if node.efficiency is None else node.efficiency),
        fixed_w=node.load or 0,
    )


def _check_inputs(context: Context, node: s.PowerNode, path: Path) -> None:
    count = len(node.inputs)
    if len(set(node.inputs)) < count:
        context.problem((*path, "from"), f"{node.id} names an input twice", "name it once")
    if node.kind in SOURCES and count:
        context.problem((*path, "from"), f"a {node.kind} has no input", "remove from:")
    if node.kind not in SOURCES and not count:
        context.problem(path, f"{node.id} has no input", "add from: with the node that feeds it")
    if node.kind in TRANSFER and count < 2:
        context.problem(path, f"a {node.kind} switches between inputs", "name two or more in from:")
    if node.kind in TRANSFER and node.sharing:
        context.problem((*path, "sharing"), f"a {node.kind} takes one input at a time", "remove it")
    if node.kind not in TRANSFER | SOURCES and count > 1 and not node.sharing:
        context.problem(
            (*path, "from"),
            f"{node.id} has {count} inputs but is no transfer switch",
            "set sharing: parallel if they share the load, or put an ats or sts in between",
        )


def _ratings(context: Context, node: s.PowerNode, path: Path) -> tuple[int | None, int | None]:
    share = fraction(1 if node.continuous is None else node.continuous)
    factor = fraction(context.site.policy.power_factor)
    ratings = []
    if node.rated_power is not None:
        ratings.append(int(node.rated_power * share))
    by_current = (node.volts, node.amps, node.phases)
    if node.volts is not None and node.amps is not None and node.phases is not None:
        ratings.append(circuit_limit_w(node.volts, node.amps, node.phases, share, factor))
    elif any(part is not None for part in by_current):
        missing = [
            name
            for name, part in zip(("volts", "amps", "phases"), by_current, strict=True)
            if part is None
        ]
        message = f"{node.id} needs volts, amps and phases together"
        context.problem(path, message, f"add {', '.join(missing)}")
    apparent = None if node.rated_apparent is None else int(node.rated_apparent * share)
    return (min(ratings) if ratings else None), apparent


def _assume(context: Context) -> None:
    """What nodes leave unsaid, one line for all nodes of a kind."""
    unsaid: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node in context.site.power.nodes:
        rated = (node.rated_power, node.rated_apparent, node.amps)
        if all(rating is None for rating in rated):
            unsaid[node.kind, "no rating: not limited"].append(node.id)
        if node.amps is not None and node.continuous is None:
            text = "no continuous share: the current rating counts in full for continuous load"
            unsaid[node.kind, text].append(node.id)
        if node.efficiency is None and node.kind in LOSSY:
            unsaid[node.kind, "no efficiency: taken as lossless"].append(node.id)
    for (kind, what), names in unsaid.items():
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        context.assume("power.nodes", f"{kind} {shown}: {what}")


def _ordered(context: Context, nodes: dict[str, PowerNode]) -> dict[str, PowerNode]:
    """The nodes, each after those that feed it. Most files are written that way already."""
    if _is_ordered(nodes):
        return nodes
    from rackplan.facility import graph  # late: networkx takes a good part of a check

    order = graph.feeding_first(nodes)
    if not order:
        around = graph.circle(nodes)
        index = next(i for i, n in enumerate(context.site.power.nodes) if n.id == around[0])
        text = f"power nodes feed each other in a circle: {' -> '.join([*around, around[0]])}"
        context.problem(("power", "nodes", index), text, "power flows one way; remove one from:")
    return {name: nodes[name] for name in order}


def _is_ordered(nodes: dict[str, PowerNode]) -> bool:
    seen: set[str] = set()
    for node in nodes.values():
        if not seen.issuperset(node.inputs):
            return False
        seen.add(node.id)
    return True


def power_factor(context: Context) -> Fraction:
    """The policy's power factor, exactly."""
    if "power_factor" not in context.site.policy.model_fields_set:
        text = "power factor of server power supplies is 0.95, as NVIDIA plans"
        context.assume("policy.power_factor", text)
    return fraction(context.site.policy.power_factor)
