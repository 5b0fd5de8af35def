"""The table of what is capped or shut down in which loss state, and how much time there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rackplan.plan.power import Action
from rackplan.verifier.reaction import Step
from rackplan.verifier.states import StateRow, reactions
from rackplan.verifier.view import Placed, View, kind_of
from rackplan.verifier.walk import Loss

_NONE: frozenset[str] = frozenset()


def actions(view: View) -> Iterator[Action]:
    """Every step of every loss state in which servers are held back, in the order of doing."""
    losses = {loss.id: loss for loss in view.loads.losses}
    for row, reaction in reactions(view):
        before: dict[str, frozenset[str]] = {}
        for order, step in enumerate(reaction.steps, start=1):
            yield _action(view, losses[row.state], row, order, step, before)
            for rack in step.racks:
                before[rack] = before.get(rack, _NONE) | {step.kind}


def _action(
    view: View,
    loss: Loss,
    row: StateRow,
    order: int,
    step: Step,
    before: Mapping[str, frozenset[str]],
) -> Action:
    """One step: the servers it holds back, and what that relieves."""
    touched: list[Placed] = []
    relieved_w = 0
    for rack in step.racks:
        dead, held = view.loads.dead_sides(rack, loss), before.get(rack, _NONE)
        was = view.loads.rack(rack, dead, "whole", held)
        now = view.loads.rack(rack, dead, "whole", held | {step.kind})
        relieved_w += int(sum(was.feeds_w.values()) - sum(now.feeds_w.values()))
        touched += [
            placed
            for placed, old, new in zip(
                view.by_rack[rack], was.conditions, now.conditions, strict=True
            )
            if kind_of(placed) == step.kind and old != new
        ]
    workload, survive, _ = step.kind.rsplit("/", 2)
    return Action(
        state=loss.id,
        device=step.device,
        order=order,
        what="cap" if survive == "reduced" else "shed",
        workload=workload,
        survive=survive,
        servers=len(touched),
        gpus=sum(placed.footprint.gpus for placed in touched),
        relieved_w=relieved_w,
        within_ms=_within_ms(view, step.device),
        rate=row.rates.get(workload, 0.0),
    )


def _within_ms(view: View, device: str) -> int | None:
    """What an overloaded node carries the load for [ms]; ``None`` where it states no overload."""
    node = view.facility.nodes.get(device)
    return None if node is None else node.overload_ms
