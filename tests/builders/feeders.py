"""Radial feeders solved by pandapower, whose currents and voltages tests compare with rackplan's.

    source -- panel -- rack-1
                   \\- rack-2

A feeder is a list of points, each fed by the source or by a point before it, with loads from line
to neutral and between lines. pandapower solves it as an unbalanced load flow in symmetric
components, with loads of constant power: it shares neither formula nor data with rackplan.

What was learned of pandapower (3.5.6, ``runpp_3ph``):

- It knows no neutral conductor. The zero sequence of a line stands for it: ``Z0 = Z + 3 Z_neutral``
  gives each line the drop ``Z I + Z_neutral I_neutral``; with a neutral of the same size, 4 Z. The
  voltage "to earth" of a point is then the one from line to neutral.
- The phases a, b, c of a delta load are the pairs a-b, b-c, c-a: L1-L2, L2-L3, L3-L1.
- The source keeps the positive sequence at its nominal voltage; the other two see its short-circuit
  power, which is chosen so large that nothing is lost there.
- Missing zero-sequence data is taken for 0 or NaN without a word, and a load whose type is neither
  "wye" nor "delta" is left out (issues 1350, 1458): everything is stated here.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rackplan.facility.voltage_drop import Branch

SOURCE = "source"
STIFF = Branch(length_m=1, resistance_ohm_km=0.01, reactance_ohm_km=0.01)
"""Cable that loses next to nothing, so that loads of constant power draw their nominal current."""

NONE = (0.0, 0.0, 0.0)
_PHASES = "abc"
_SHORT_CIRCUIT_MVA = 1e5

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Point:
    """A place on the feeder, with the cable that feeds it and the loads that hang on it.

    Attributes
    ----------
    name
        How the results are asked for.
    fed_by
        Name of the point before it, or ``SOURCE``.
    branch
        The cable from there to here.
    star_w
        Loads from L1, L2, L3 to neutral [W].
    delta_w
        Loads on L1-L2, L2-L3, L3-L1 [W].
    """

    name: str
    fed_by: str = SOURCE
    branch: Branch = STIFF
    star_w: Sequence[float] = NONE
    delta_w: Sequence[float] = NONE


def load_amps(
    loads_w: Sequence[float], volts: float | Sequence[float], power_factor: float
) -> Triple:
    """Currents of loads at a voltage, the same for all or one for each [A]: ``W / (V pf)``."""
    each = volts if isinstance(volts, Sequence) else (volts,) * 3
    a, b, c = (watts / volt / power_factor for watts, volt in zip(loads_w, each, strict=True))
    return a, b, c


@dataclass(frozen=True)
class Solved:
    """What pandapower found.

    Attributes
    ----------
    net
        pandapower's own network, with its result tables.
    points
        The points by name.
    volts_line_to_line
        Nominal [V].
    power_factor
        Of every load.
    """

    net: Any
    points: dict[str, Point]
    volts_line_to_line: float
    power_factor: float

    def path(self, name: str) -> list[Point]:
        """Return the points from the first after the source to this one."""
        point = self.points[name]
        before = [] if point.fed_by == SOURCE else self.path(point.fed_by)
        return [*before, point]

    def behind(self, name: str) -> list[Point]:
        """Return the points whose loads the cable to this one carries, itself among them."""
        return [
            point for point in self.points.values() if self.points[name] in self.path(point.name)
        ]

    def line_amps(self, name: str) -> Triple:
        """Return the current of each line of the cable that feeds a point [A]."""
        row = self._row("line", name)
        a, b, c = (float(row[f"i_{phase}_ka"]) * 1000 for phase in _PHASES)
        return a, b, c

    def neutral_amps(self, name: str) -> float:
        """Return the current of the neutral of the cable that feeds a point [A]."""
        return float(self._row("line", name)["i_n_ka"]) * 1000

    def star_volts(self, name: str) -> Triple:
        """Return the voltage from each line to neutral at a point [V]."""
        a, b, c = (abs(volts) for volts in self._phasors(name))
        return a, b, c

    def delta_volts(self, name: str) -> Triple:
        """Return the voltage of L1-L2, L2-L3, L3-L1 at a point [V]."""
        a, b, c = self._phasors(name)
        return abs(a - b), abs(b - c), abs(c - a)

    def star_amps(self, name: str) -> Triple:
        """Return what the loads to neutral of a point draw at the voltage they get [A]."""
        return load_amps(self.points[name].star_w, self.star_volts(name), self.power_factor)

    def delta_amps(self, name: str) -> Triple:
        """Return what the loads between lines of a point draw at the voltage they get [A]."""
        return load_amps(self.points[name].delta_w, self.delta_volts(name), self.power_factor)

    def _phasors(self, name: str) -> tuple[complex, complex, complex]:
        row = self._row("bus", name)
        nominal = self.volts_line_to_line / math.sqrt(3)
        a, b, c = (
            cmath.rect(nominal * row[f"vm_{phase}_pu"], math.radians(row[f"va_{phase}_degree"]))
            for phase in _PHASES
        )
        return a, b, c

    def _row(self, table: str, name: str) -> Any:
        index = self.net[table].index[self.net[table]["name"] == name].item()
        return self.net[f"res_{table}_3ph"].loc[index]


def build_feeder(points: Iterable[Point], volts_line_to_line: float, power_factor: float) -> Any:
    """Return pandapower's network of a feeder, not yet solved."""
    import pandapower as pp

    volts_kv = volts_line_to_line / 1000
    net = pp.create_empty_network(f_hz=60.0, sn_mva=0.1)
    buses = {SOURCE: pp.create_bus(net, vn_kv=volts_kv, name=SOURCE)}
    pp.create_ext_grid(
        net,
        buses[SOURCE],
        s_sc_max_mva=_SHORT_CIRCUIT_MVA,
        rx_max=0.1,
        r0x0_max=0.1,
        x0x_max=1.0,
    )
    for point in points:
        buses[point.name] = pp.create_bus(net, vn_kv=volts_kv, name=point.name)
        _add_cable(net, buses[point.fed_by], buses[point.name], point)
        for kind, loads_w in (("wye", point.star_w), ("delta", point.delta_w)):
            if any(loads_w):
                _add_load(net, buses[point.name], kind, loads_w, power_factor)
    return net


def _add_cable(net: Any, start: int, end: int, point: Point) -> None:
    import pandapower as pp

    branch = point.branch
    pp.create_line_from_parameters(
        net,
        start,
        end,
        name=point.name,
        length_km=branch.length_m / 1000,
        r_ohm_per_km=branch.resistance_ohm_km,
        x_ohm_per_km=branch.reactance_ohm_km,
        r0_ohm_per_km=4 * branch.resistance_ohm_km,
        x0_ohm_per_km=4 * branch.reactance_ohm_km,
        c_nf_per_km=0.0,
        c0_nf_per_km=0.0,
        max_i_ka=1.0,
    )


def _add_load(net: Any, bus: int, kind: str, loads_w: Sequence[float], power_factor: float) -> None:
    import pandapower as pp

    tangent = math.tan(math.acos(power_factor))
    powers = {
        key: value
        for phase, watts in zip(_PHASES, loads_w, strict=True)
        for key, value in (
            (f"p_{phase}_mw", watts / 1e6),
            (f"q_{phase}_mvar", watts * tangent / 1e6),
        )
    }
    pp.create_asymmetric_load(net, bus, type=kind, **powers)


def solve_feeder(
    points: Sequence[Point], volts_line_to_line: float, power_factor: float = 1.0
) -> Solved:
    """Build a feeder and solve it as an unbalanced load flow."""
    from pandapower.pf.runpp_3ph import runpp_3ph

    net = build_feeder(points, volts_line_to_line, power_factor)
    # From a flat start: the other one, by a DC load flow, cannot do with cable without reactance.
    runpp_3ph(net, init="flat", numba=False)
    by_name = {point.name: point for point in points}
    return Solved(net, by_name, volts_line_to_line, power_factor)
