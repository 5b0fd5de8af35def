"""What the plan must survive: every single loss, and the states that the policy names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rackplan.facility.devices import NAMED_FIRST, NORMAL, LossKind, LossState, PowerNode
from rackplan.facility.model import CoolingUnit, Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.schema.power import NamedLoss

_SECTIONS: Mapping[LossKind, str] = {"air": "zones", "liquid": "loops", "water": "water"}
"""Where units are written, by the kind of their loss."""

EACH = "each"
"""Word of the policy for every single power node in turn."""


def resolve_states(
    context: Context,
    nodes: Mapping[str, PowerNode],
    units: Mapping[LossKind, Sequence[CoolingUnit]],
    racks: Mapping[str, Rack],
) -> tuple[LossState, ...]:
    """Normal operation, then the loss of each thing the plan must survive, then named states.

    ``units`` is everything that cools, by the kind of its loss.
    """
    _check_devices(context, nodes, units, racks)
    exempt = set(context.site.policy.not_survived)
    states = [LossState(NORMAL, "normal")]
    states += [
        LossState(f"loss:{node.id}", "power", (node.id,)) for node in _lost(context, nodes, exempt)
    ]
    states += [
        LossState(f"loss:{node.id}/module", "power", module=node.id)
        for node in nodes.values()
        if node.modules > 1 and node.id not in exempt
    ]
    states += [
        LossState(f"loss:{unit.id}", kind, (unit.id,))
        for kind, of_kind in units.items()
        for unit in of_kind
        if unit.id not in exempt
    ]
    states += [
        LossState(f"loss:{cdu.id}/pump", "liquid", module=cdu.id)
        for cdu in units["liquid"]
        if cdu.flow_pump_lost is not None and f"{cdu.id}/pump" not in exempt
    ]
    devices = [*nodes, *(unit.id for of_kind in units.values() for unit in of_kind)]
    single = [state.lost[0] for state in states if state.kind == "power" and state.lost]
    named = list(enumerate(context.site.policy.loss_states))
    context.unique("loss state", [(n.id, ("policy", "loss_states", i, "id")) for i, n in named])
    for i, loss in named:
        states += _named(context, loss, devices, single, ("policy", "loss_states", i))
    return tuple(states)


def _lost(
    context: Context, nodes: Mapping[str, PowerNode], exempt: set[str]
) -> Iterator[PowerNode]:
    """Power nodes whose single loss is a state."""
    sources = [node.id for node in nodes.values() if node.kind in {"utility", "generator"}]
    for node in sorted(nodes.values(), key=lambda node: NAMED_FIRST.index(node.kind)):
        alone = node.kind == "utility" and len(sources) == 1
        if node.id not in exempt and not alone:
            yield node
        if alone:
            text = f"the loss of {node.id} is not a loss state: nothing stands in for it"
            context.assume("power", text)


def _named(
    context: Context, loss: NamedLoss, devices: list[str], single: list[str], path: Path
) -> Iterable[LossState]:
    """The states of one entry of the policy."""
    lost = () if loss.lost == EACH else loss.lost
    for key, names in (("out", loss.out), ("lost", lost)):
        for k, name in enumerate(names):
            context.known("device", name, devices, (*path, key, k))
            if key == "lost" and name in loss.out:
                message = f"{name} is out of service and cannot be lost as well"
                context.problem((*path, key, k), message, "name it once")
    if not loss.out and not loss.lost:
        context.problem(path, f"loss state {loss.id!r} loses nothing", "add lost: or out:")
        return []
    if loss.lost == EACH:
        if not loss.out:
            message = f"loss state {loss.id!r}: each single loss is a state already"
            context.problem((*path, "lost"), message, "add out: with what is out of service")
        then = [LossState(f"state:{loss.id}", "named", loss.out)]
        return then + [
            LossState(f"state:{loss.id}+{name}", "named", (*loss.out, name))
            for name in single
            if name not in loss.out
        ]
    return [LossState(f"state:{loss.id}", "named", (*loss.out, *lost))]


def _check_devices(
    context: Context,
    nodes: Mapping[str, PowerNode],
    units: Mapping[LossKind, Sequence[CoolingUnit]],
    racks: Mapping[str, Rack],
) -> None:
    """Loss states are named after devices, so no two devices may share a name."""
    named: list[tuple[str, Path]] = [(name, ("power",)) for name in nodes]
    for kind, of_kind in units.items():
        named += [(unit.id, ("cooling", _SECTIONS[kind])) for unit in of_kind]
    context.unique("device", named)
    devices = [name for name, _ in named]
    devices += [f"{cdu.id}/pump" for cdu in units["liquid"] if cdu.flow_pump_lost is not None]
    feeds = [feed.id for rack in racks.values() for feed in rack.feeds]
    whole = bool(nodes) or not context.site.power.nodes  # a broken graph has told its own problems
    for i, name in enumerate(context.site.policy.not_survived if whole else ()):
        context.known("device", name, [*devices, *feeds], ("policy", "not_survived", i))
    for name in context.site.policy.not_survived:
        context.assume("policy.not_survived", f"the loss of {name} need not be survived")
