"""Do the schedules, loads and drops a plan states follow from its servers and their cords?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from rackplan.plan.power import Action, CircuitLoad, NodeLoad, Oversubscription, VoltageDrop
from rackplan.verifier.actions import actions
from rackplan.verifier.oversubscription import oversubscriptions
from rackplan.verifier.power import cases
from rackplan.verifier.schedules import circuit_loads, node_loads, node_loads_in, nodes_carried
from rackplan.verifier.verdict import Violation, violation
from rackplan.verifier.view import View
from rackplan.verifier.voltage import voltage_drops

Row = CircuitLoad | NodeLoad | VoltageDrop

_ROUNDED = {
    **dict.fromkeys(("normal_w", "worst_w", "peak_w"), 1.0),
    **dict.fromkeys(("normal_va", "worst_va"), 1.0),
    **dict.fromkeys(("imbalance", "share", "total_share"), 1e-3),
}
"""Figures that are worked out, and how far a plan may round them [W, VA, -]; the others are of the
site, and exact."""


def check(view: View) -> Iterator[Violation]:
    """Judge the power side of a plan; a plan without one states nothing."""
    power = view.plan.power
    if power.circuits:
        yield from _rows({c.feed: c for c in circuit_loads(view)}, power.circuits, "feed", view)
    carried = nodes_carried(view) if power.nodes or power.stranded else {}
    if power.nodes:
        expected = {node.node: node for node in node_loads(view, carried)}
        yield from _rows(expected, power.nodes, "node", view)
    for item in power.stranded:
        free_w = carried[item.node].free_w if item.node in carried else None
        if free_w is None or not math.floor(free_w) - 1 <= item.free_w <= free_w + 1:
            found = "it has no rating" if free_w is None else f"{math.floor(free_w):,} W are"
            message = f"the plan states {item.free_w:,} W free of {item.node}; {found}."
            yield violation(f"plan/{item.node}/free_w", item.node, message)
    if power.drops:
        drops = {drop.branch: drop for drop in voltage_drops(view)}
        yield from _rows(drops, power.drops, "branch", view)
    if power.circuits:
        yield from _told(power.actions, tuple(actions(view)), "state", "is done")
        over = tuple(oversubscriptions(view))
        yield from _told(power.oversubscribed, over, "node", "is oversubscribed")


def _told(
    stated: Sequence[Action | Oversubscription],
    mine: Sequence[Action | Oversubscription],
    name: str,
    what: str,
) -> Iterator[Violation]:
    """What is done in loss states, and what only caps hold, is told in full and as it is."""
    said, right = ([_rounded(row) for row in rows] for rows in (stated, mine))
    wrong = [row for row in said if row not in right] + [row for row in right if row not in said]
    for device in dict.fromkeys(str(row[name]) for row in wrong):
        message = f"what the plan says {what} at {device} is not what its servers make it."
        yield violation(f"plan/{device}/{name}", device, message)


def _rounded(row: Action | Oversubscription) -> dict[str, object]:
    """A row with rates to the digits that sums of floats keep."""
    figures = {one.name: getattr(row, one.name) for one in fields(row)}
    return {k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in figures.items()}


def _rows(
    expected: Mapping[str, Row], stated: Sequence[Row], name: str, view: View
) -> Iterator[Violation]:
    """Every row of a table once, and each with the right figures."""
    counts = Counter(str(getattr(row, name)) for row in stated)
    for device, count in counts.items():
        if device not in expected:
            message = f"the plan lists {device!r}, which the site does not have there."
            yield violation(f"plan/{device}", device, message)
        elif count > 1:
            yield violation(f"plan/{device}", device, f"the plan lists {device} {count} times.")
    for device in expected:
        if device not in counts:
            message = f"the power side of the plan leaves out {device}."
            yield violation(f"plan/{device}", device, message)
    for row in stated:
        mine = expected.get(str(getattr(row, name)))
        if mine is not None:
            yield from _row(row, mine, str(getattr(row, name)), view)


def _row(stated: Row, mine: Row, device: str, view: View) -> Iterator[Violation]:
    for one in fields(stated):
        said, right = getattr(stated, one.name), getattr(mine, one.name)
        if said == right or _near(said, right, _ROUNDED.get(one.name, 0.0)):
            continue
        if one.name.endswith("state") and (
            isinstance(mine, VoltageDrop)  # equally high drops differ by the noise of floats
            or _equally_bad(view, mine, said, short=one.name == "peak_state")
        ):
            continue
        message = f"{device} states {one.name} {_text(said)}; it is {_text(right)}."
        yield violation(f"plan/{device}/{one.name}", device, message)


def _near(said: object, right: object, slack: float) -> bool:
    """Whether figures differ by rounding only."""
    if isinstance(said, Mapping) and isinstance(right, Mapping):
        return said.keys() == right.keys() and all(_near(said[k], right[k], slack) for k in said)
    if isinstance(said, int | float) and isinstance(right, int | float):
        return said == right or (slack > 0 and abs(said - right) <= slack)
    return said == right


def _equally_bad(view: View, mine: CircuitLoad | NodeLoad, state: str, *, short: bool) -> bool:
    """Whether a device carries as much in the stated state as in the worst one."""
    loads = view.loads
    loss = next((loss for loss in loads.losses if loss.id == state), None)
    if loss is None:
        return False
    worst_w = mine.peak_w if short else mine.worst_w
    for case in cases(view.facility, loss):
        if case.what and not short:
            continue
        if isinstance(mine, NodeLoad):
            carried = node_loads_in(loads, loss, case).get(mine.node, 0)
        else:
            of_rack = loads.rack(mine.rack, loads.dead_sides(mine.rack, loss), case.mode)
            carried = of_rack.feeds_w.get(mine.side, 0) if case.circuits else 0
        if carried > worst_w - 1:
            return True
    return False


def _text(value: object) -> str:
    """A figure for people."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(one)}" for key, one in value.items()) or "nothing"
    if isinstance(value, tuple):
        return ", ".join(_text(one) for one in value) or "nothing"
    if isinstance(value, int | float):
        return f"{value:,}"
    return repr(value)
