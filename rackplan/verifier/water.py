"""Is the heat to facility water rejected, in every circuit, also when a unit or pump is dead?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.model import NORMAL, Facility
from rackplan.facility.water import WATER_J_L_K, Circuit
from rackplan.verifier.cooling import Area, Cooling
from rackplan.verifier.loads import Held, SiteLoads, mode_of
from rackplan.verifier.supplies import Mode
from rackplan.verifier.verdict import Exact, Finding, at_most
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, runs


@dataclass(frozen=True, slots=True)
class OnCircuit:
    """What a circuit carries in a state.

    Attributes
    ----------
    heat_w, capacity_w
        Heat it gets, and what its live units reject [W].
    flow, moved
        Water that heat needs, ``None`` where the rise or the pumps are not given; and what live
        pumps move [mL/min].
    racks
        Racks that heat it.
    """

    heat_w: Exact
    capacity_w: int
    flow: Fraction | None
    moved: int
    racks: tuple[str, ...]


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge heat and flow of every circuit, in every state that changes them."""
    for circuit in facility.water.values():
        rule = f"water/{circuit.id}"
        yield from _stored(view, circuit)
        rooms = {zone.id for zone in facility.zones.values() if zone.water == circuit.id}
        lossy = any(node.zone in rooms for node in facility.nodes.values())
        for loss in view.loads.losses:
            touched = not all(runs(part, loss) for part in circuit.units)
            if loss.id == NORMAL or touched or (lossy and loss.kind != "feed"):
                on = on_circuit(view.loads, circuit, loss, mode_of(loss))
                state, name = loss.id, circuit.id
                yield from at_most(rule, name, on.heat_w, on.capacity_w, "W", state=state)
                if on.flow is not None:
                    flow = f"{rule}/flow"
                    yield from at_most(flow, name, on.flow, on.moved, "mL/min", state=state)


def _stored(view: View, circuit: Circuit) -> Iterator[Finding]:
    """Stored water lasts until units make cold again: all of it, warmed up by the rise once."""
    if not circuit.gap_ms or circuit.rise_k is None:
        return
    heat_w = on_circuit(view.loads, circuit, Loss(NORMAL, "normal", ""), "normal").heat_w
    joules = circuit.storage_l * WATER_J_L_K * circuit.rise_k
    yield from at_most(
        f"water/{circuit.id}/ride-through",
        circuit.id,
        heat_w,
        int(round(joules * 1000 / circuit.gap_ms, 6)),
        "W",
        before=f"in {circuit.gap_ms / 1000:g} s without units {circuit.id} takes up",
    )


def on_circuit(
    loads: SiteLoads, circuit: Circuit, loss: Loss, mode: Mode, held: Held | None = None
) -> OnCircuit:
    """Heat and flow of a circuit in a state, from racks, rooms, fans and pumps up."""
    site, held = loads.facility, held or {}
    zones = [zone for zone in site.zones.values() if zone.water == circuit.id]
    loops = [loop for loop in site.loops.values() if loop.water == circuit.id]
    in_air, on_loop = {zone.id for zone in zones}, {loop.id for loop in loops}
    airy = tuple(rack.id for rack in site.racks.values() if rack.zone in in_air)
    wet = tuple(rack.id for rack in site.racks.values() if rack.loop in on_loop)
    heat_w: Exact = loads.heat(airy, loss, mode, held)[0] + loads.heat(wet, loss, mode, held)[2]
    heat_w += own_heat_w(site, circuit)
    for zone in zones:
        # The room without its racks: what its power nodes lose.
        room = Area("air", zone.id, zone.id, (), (), whole=True)
        heat_w += Cooling(loads).asked(room, loss, mode, held)[0]
    flow = None
    if circuit.pumps and circuit.rise_k is not None:
        flow = heat_w * flow_of_a_watt(site, circuit.id)
    return OnCircuit(
        heat_w,
        _rejected_w(circuit, loss),
        flow,
        sum(pump.flow for pump in circuit.pumps if runs(pump, loss)),
        tuple(dict.fromkeys((*airy, *wet))),
    )


def own_heat_w(site: Facility, circuit: Circuit) -> int:
    """What fans and pumps of air units, doors, CDUs and the circuit itself draw [W]."""
    zones = {zone.id: zone for zone in site.zones.values() if zone.water == circuit.id}
    total = sum(unit.power_w for zone in zones.values() for unit in zone.units)
    for rack in site.racks.values():
        if rack.door is not None and rack.zone in zones:
            total += rack.door.power_w
    for loop in site.loops.values():
        if loop.water == circuit.id:
            total += sum(cdu.power_w for cdu in loop.cdus)
    return total + sum(pump.power_w for pump in circuit.pumps)


def flow_of_a_watt(facility: Facility, circuit: str) -> Fraction:
    """Water [mL/min] that a watt needs at the rise of a circuit: 60,000 / (rho c_p rise)."""
    rise_k = facility.water[circuit].rise_k if circuit in facility.water else None
    return 60_000 / (WATER_J_L_K * Fraction(str(rise_k))) if rise_k else Fraction(0)


def _rejected_w(circuit: Circuit, loss: Loss) -> int:
    """Heat that live units take in the worst hour [W].

    Chillers take at least the share that coolers leave them then, and all units together all of it.
    """
    chillers = coolers = 0
    for rejector in circuit.rejectors:
        if runs(rejector.unit, loss):
            chillers += rejector.unit.capacity_w if rejector.chills else 0
            coolers += 0 if rejector.chills else rejector.unit.capacity_w
    mechanical = Fraction(1000 - circuit.free_permille, 1000) if coolers else Fraction(1)
    both = chillers + coolers
    return both if not mechanical else min(both, int(chillers / mechanical))
