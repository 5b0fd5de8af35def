"""What air zones and coolant loops have in common: heat and flow against the units that live."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

from rackplan.facility.model import NORMAL, CoolingUnit, Facility
from rackplan.verifier.doors import behind_door
from rackplan.verifier.loads import Held, SiteLoads, mode_of
from rackplan.verifier.supplies import Mode
from rackplan.verifier.verdict import Exact, Finding, at_most
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, runs

_NOBODY: Held = {}
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Area:
    """Racks that share cooling: a zone, a part of one, or a loop.

    Attributes
    ----------
    medium, name
        What carries the heat; with it, the rule's id.
    device
        The zone, containment or loop it is about.
    racks
        Ids of its racks.
    units
        What cools it; empty for a part that has limits of its own instead.
    provision
        Flow the units move over flow that servers get.
    heat_w, flow
        Limits of its own; ``None`` for none.
    whole
        Whether losses of the power nodes in the room count here.
    """

    medium: Literal["air", "liquid"]
    name: str
    device: str
    racks: tuple[str, ...]
    units: tuple[CoolingUnit, ...]
    provision: Fraction = Fraction(1)
    heat_w: int | None = None
    flow: int | None = None
    whole: bool = False

    @property
    def flow_name(self) -> tuple[str, str]:
        """What its flow is called in ids, and its unit."""
        return ("airflow", "L/s") if self.medium == "air" else ("flow", "mL/min")


def areas(facility: Facility) -> Iterator[Area]:
    """Every zone, its parts, and every loop."""
    racks = facility.racks.values()
    for zone in facility.zones.values():
        inside = tuple(rack.id for rack in racks if rack.zone == zone.id)
        share = zone.provision
        yield Area("air", zone.id, zone.id, inside, zone.units, share, whole=True)
        for pool in zone.pools:
            near = tuple(rack for rack in inside if rack in pool.racks)
            units = tuple(unit for unit in zone.units if unit.id in pool.units)
            yield Area("air", f"{zone.id}/near/{pool.name}", zone.id, near, units, share)
        for part in zone.containments:
            held = tuple(rack for rack in inside if rack in part.racks)
            heat_w, flow = part.max_heat_w, part.max_airflow_l_s
            yield Area("air", part.id, part.id, held, (), share, heat_w, flow)
    for loop in facility.loops.values():
        inside = tuple(rack.id for rack in racks if rack.loop == loop.id)
        yield Area("liquid", loop.id, loop.id, inside, loop.cdus)


def moved(unit: CoolingUnit, loss: Loss) -> int:
    """Flow of a unit that runs: less with one of its pumps dead."""
    lost = unit.flow_pump_lost
    return lost if lost is not None and loss.module == unit.id else unit.flow


def carried(unit: CoolingUnit, loss: Loss) -> int:
    """Heat of a unit that runs [W]: as much less as it moves less, with one of its pumps dead."""
    now = moved(unit, loss)
    return unit.capacity_w if now == unit.flow else int(Fraction(unit.capacity_w * now, unit.flow))


class Cooling:
    """What areas carry and what cools them, in any state."""

    def __init__(self, loads: SiteLoads) -> None:
        self._loads = loads
        self._site = loads.facility
        self._changed: dict[str, frozenset[str]] = {}

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """Every zone, its parts, and every loop."""
        return tuple(areas(self._site))

    def touched(self, area: Area, loss: Loss) -> bool:
        """Whether a loss changes what an area carries or what cools it."""
        changed = self._changed_by(loss)
        if changed and any(unit.id in changed for unit in (*area.units, *self._doors(area))):
            return True
        return area.whole and loss.kind != "feed" and bool(self._nodes(area))

    def _changed_by(self, loss: Loss) -> frozenset[str]:
        """Units and doors that stop in a state, or move less."""
        if loss.id not in self._changed:
            doors = (rack.door for rack in self._site.racks.values())
            units = [door for door in doors if door is not None]
            units += [unit for zone in self._site.zones.values() for unit in zone.units]
            units += [cdu for loop in self._site.loops.values() for cdu in loop.cdus]
            self._changed[loss.id] = frozenset(
                unit.id for unit in units if not runs(unit, loss) or moved(unit, loss) != unit.flow
            )
        return self._changed[loss.id]

    def most(self, area: Area, loss: Loss) -> tuple[int | None, int | None]:
        """Heat [W] and flow that may be asked of an area in a state; ``None`` for no limit."""
        if not area.units:
            return area.heat_w, area.flow
        live = [unit for unit in area.units if runs(unit, loss)]
        flow = Fraction(sum(moved(unit, loss) for unit in live)) / area.provision
        return sum(carried(unit, loss) for unit in live), math.floor(flow)

    def asked(self, area: Area, loss: Loss, mode: Mode, held: Held = _NOBODY) -> tuple[Exact, int]:
        """Heat [W] and flow asked of an area: by its racks, and by power nodes in the room."""
        watts, flow = self.of_racks(area, loss, mode, held)
        return watts + self._of_nodes(area, loss, mode, held), flow

    def of_racks(self, area: Area, loss: Loss, mode: Mode, held: Held = _NOBODY) -> tuple[int, int]:
        """Heat [W] and flow that the racks of an area ask for."""
        if area.medium == "liquid":
            return self._loads.heat(area.racks, loss, mode, held)[2:]
        open_racks = tuple(rack for rack in area.racks if not self._shut(rack, loss))
        watts, flow = self._loads.heat(open_racks, loss, mode, held)[:2]
        for rack in area.racks:
            if self._shut(rack, loss):
                load = self._loads.rack(
                    rack, self._loads.dead_sides(rack, loss), mode, held.get(rack, _NONE)
                )
                left_w, left_l_s = behind_door(self._loads, rack, load)
                watts, flow = watts + left_w, flow + left_l_s
        return watts, flow

    def _shut(self, rack: str, loss: Loss) -> bool:
        """Whether a rack has a rear door that works."""
        door = self._site.racks[rack].door
        return door is not None and runs(door, loss)

    def _doors(self, area: Area) -> list[CoolingUnit]:
        if area.medium == "liquid":
            return []
        doors = (self._site.racks[rack].door for rack in area.racks)
        return [door for door in doors if door is not None]

    def _nodes(self, area: Area) -> list[str]:
        """Power nodes whose losses warm the room."""
        if not area.whole:
            return []
        return [node.id for node in self._site.nodes.values() if node.zone == area.device]

    def _of_nodes(self, area: Area, loss: Loss, mode: Mode, held: Held) -> Fraction:
        """Losses and fixed loads of power nodes in the room [W]."""
        inside = self._nodes(area)
        if not inside:
            return Fraction(0)
        carried = self._loads.nodes(loss, mode, held)
        total = Fraction(0)
        for name in inside:
            if name in carried:
                node = self._site.nodes[name]
                drawn = carried[name] / node.efficiency + node.idle_w
                total += drawn - carried[name] + node.fixed_w
        return total


@lru_cache(maxsize=4)  # asked for in every state
def cooling_of(loads: SiteLoads) -> Cooling:
    """What areas carry and what cools them, with what is worked out once."""
    return Cooling(loads)


def pools(view: View, medium: Literal["air", "liquid"]) -> Iterator[Finding]:
    """Judge heat and flow of every area of a medium, in every state that changes it.

    Elsewhere loads are at most those of the normal state.
    """
    cooling = cooling_of(view.loads)
    for area in cooling.areas:
        if area.medium != medium:
            continue
        what, unit = area.flow_name
        for loss in view.loads.losses:
            if loss.id != NORMAL and not cooling.touched(area, loss):
                continue
            heat_w, flow = cooling.asked(area, loss, mode_of(loss))
            most_w, most_flow = cooling.most(area, loss)
            rule = f"{medium}/{area.name}"
            if most_w is not None:
                yield from at_most(rule, area.device, heat_w, most_w, "W", state=loss.id)
            if most_flow is not None:
                name = f"{rule}/{what}"
                yield from at_most(name, area.device, flow, most_flow, unit, state=loss.id)


def outside(value_c: float, low_c: float | None, high_c: float | None) -> bool:
    """Whether a temperature lies outside a window; a side no source gives is open."""
    return (low_c is not None and value_c < low_c) or (high_c is not None and value_c > high_c)
