"""The power section: nodes, ratings, a graph without cycles."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from rackplan.facility.model import PowerNode
from rackplan.facility.power import SOURCES
from rackplan.facility.resolve.context import Context, Path, fraction
from rackplan.facility.resolve.ratings import node_limits, node_losses
from rackplan.schema import site as s

TRANSFER = frozenset({"ats", "sts"})
PANELS = frozenset({"rpp", "pdu", "switchboard"})
"""Kinds of node whose circuits take poles."""
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
    limits, losses = node_limits(context, node, path), node_losses(context, node, path)
    _check_fields(context, node, path)
    return PowerNode(
        id=node.id,
        kind=node.kind,
        inputs=node.inputs,
        parallel=node.sharing == "parallel",
        limit_w=limits.limit_w,
        limit_va=limits.limit_va,
        efficiency=losses.efficiency,
        fixed_w=node.load or 0,
        short_w=limits.short_w,
        short_va=limits.short_va,
        overload_ms=None if node.overload is None else node.overload.time,
        rating=limits.rating,
        short_ma=limits.short_ma,
        idle_w=losses.idle_w,
        start_w=node.start_load or 0,
        recharge_w=node.recharge or 0,
        modules=node.modules or 1,
        poles=node.poles if node.taps is None else node.taps,
        cable=context.cable(node, path),
        oversubscribed=node.oversubscribe,
        diversity=fraction(1 if node.diversity is None else node.diversity),
        zone=_zone(context, node, path),
    )


def _zone(context: Context, node: s.PowerNode, path: Path) -> str | None:
    """The zone that takes the heat of a node."""
    zones = [zone.id for zone in context.site.cooling.zones]
    if node.zone is None or context.known("cooling zone", node.zone, zones, (*path, "zone")):
        return node.zone
    return None


def _check_fields(context: Context, node: s.PowerNode, path: Path) -> None:
    """Fields that belong to some kinds of node only."""
    only = {
        "poles": PANELS,
        "taps": frozenset({"busway"}),
        "recharge": frozenset({"ups"}),
        "modules": frozenset({"ups", "generator"}),
    }
    for name, kinds in only.items():
        if getattr(node, name) is not None and node.kind not in kinds:
            message = f"a {node.kind} has no {name}"
            context.problem((*path, name), message, f"only {', '.join(sorted(kinds))} has it")
    if node.diversity is not None and not node.oversubscribe:
        message = f"{node.id} has a diversity but may not be oversubscribed"
        cure = "add oversubscribe: true, which asks for servers that can be capped"
        context.problem((*path, "diversity"), message, cure)
    if node.modules is not None and node.rated_power is None and node.rated_apparent is None:
        message = f"{node.id} has modules but no rating that they carry together"
        context.problem((*path, "modules"), message, "add rated_power: of all modules together")


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


def _assume(context: Context) -> None:
    """What nodes leave unsaid, one line for all nodes of a kind."""
    unsaid: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node in context.site.power.nodes:
        rated = (node.rated_power, node.rated_apparent, node.amps)
        if all(rating is None for rating in rated):
            unsaid[node.kind, "no rating: not limited"].append(node.id)
        if node.amps is not None and node.continuous is None and node.standard is None:
            text = "no continuous share: the current rating counts in full for continuous load"
            unsaid[node.kind, text].append(node.id)
        if node.efficiency is None and node.no_load_loss is None and node.kind in LOSSY:
            unsaid[node.kind, "no efficiency: taken as lossless"].append(node.id)
        lossy = node.efficiency not in (None, 1, 1.0) or node.no_load_loss or node.load
        if lossy and node.zone is None:
            unsaid[node.kind, "no zone: its losses and fixed load warm no room"].append(node.id)
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
