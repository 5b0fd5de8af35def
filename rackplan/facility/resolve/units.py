"""What air units, rear doors and CDUs have in common: who drives them and what they draw."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Protocol

from rackplan.catalog.entries import AirUnit, Cdu
from rackplan.facility.model import PowerNode
from rackplan.facility.resolve.context import Context, Path


class Driven(Protocol):
    """A cooling unit as written."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def model(self) -> str:
        """Catalog id."""

    @property
    def power_from(self) -> tuple[str, ...]:
        """Ids of the power nodes that drive it."""


def check_power(
    context: Context, power_from: Iterable[str], path: Path, nodes: Mapping[str, PowerNode]
) -> None:
    """The nodes that drive a unit exist."""
    for i, node in enumerate(power_from):
        if nodes:  # an empty graph has its own problems already
            context.known("power node", node, nodes, (*path, "power_from", i))


def unit_power_w(
    context: Context, entry: AirUnit | Cdu, spec: Driven, kind: str, path: Path
) -> int:
    """Draw of a cooling unit [W], which loads the node that drives it."""
    if spec.power_from and entry.power is None:
        message = f"no source gives the power of {spec.model}, which {spec.power_from[0]} carries"
        context.problem(path, message, context.catalog_cure(kind, spec.model, "power"))
    return entry.power.whole if entry.power else 0


def assume_undriven(context: Context, place: str, named: str, units: Iterable[Driven]) -> None:
    """Units outside the power graph: said once for each zone or loop."""
    undriven = [unit.id for unit in units if not unit.power_from]
    if undriven:
        names = ", ".join(undriven[:3]) + (", ..." if len(undriven) > 3 else "")
        text = f"{named}: no power_from: no power loss stops {names}, no power node carries them"
        context.assume(place, text)


def behind_ups(nodes: Mapping[str, PowerNode], power_from: Container[str]) -> bool:
    """Whether a unit keeps running from the loss of the utility until a generator has started.

    Some node that drives it hangs on a UPS, whatever is between them.
    """
    return any(name in power_from and _backed(nodes, name) for name in nodes)


def _backed(nodes: Mapping[str, PowerNode], name: str) -> bool:
    node = nodes[name]
    return node.kind == "ups" or any(_backed(nodes, source) for source in node.inputs)
