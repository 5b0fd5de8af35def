"""Checks of power figures: heat is power, supplies carry the draw, inlets carry the supplies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.connectors import inlet_amps
from rackplan.catalog.entries import ServerModel

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

HEAT_TOLERANCE = 0.02
"""Share by which a heat figure may differ from a power figure: rounding of BTU/h figures."""

HIGHEST_VOLTS = 240
"""Supply voltage assumed where an entry states none [V]: the most single-phase gear gets."""


def heat_is_power(server: ServerModel, _: Catalog) -> Iterator[str]:
    """All electrical power becomes heat, so a heat figure repeats one of the power figures."""
    powers = [p.value for p in (server.max_draw, server.typical_draw, server.peak) if p]
    if server.heat_claim is None or not powers:
        return
    heat = server.heat_claim.value
    nearest = min(powers, key=lambda power: abs(power - heat))
    if abs(heat - nearest) > HEAT_TOLERANCE * nearest:
        yield (
            f"heat {server.heat_claim.text} = {heat:,.0f} W, but the nearest power figure is "
            f"{nearest:,.0f} W ({heat / nearest - 1:+.1%})"
        )


def inlet_carries_supply(server: ServerModel, _: Catalog) -> Iterator[str]:
    """A power supply cannot put out more than its inlet lets in."""
    amps = inlet_amps(server.inlet)
    if server.psu_rating is None or amps is None:
        return
    volts = _highest_volts(server.input_voltage)
    if server.psu_rating.value > amps * volts:
        yield (
            f"psu_rating {server.psu_rating.text} on inlet {server.inlet}: "
            f"{amps} A x {volts} V = {amps * volts:,} VA"
        )


def inlet_is_known(server: ServerModel, _: Catalog) -> Iterator[str]:
    """Without a rated current the inlet cannot be checked against the supply."""
    if server.inlet and inlet_amps(server.inlet) is None:
        yield f"inlet {server.inlet!r} has no rated current here: its supply is not checked"


def supplies_carry_draw(server: ServerModel, _: Catalog) -> Iterator[str]:
    """All supplies together, and the number that full performance needs, carry the maximum draw."""
    if server.psu_rating is None or server.max_draw is None:
        return
    rating, draw = server.psu_rating.value, server.max_draw.value
    for name in ("psu_count", "psu_min_full"):
        count = getattr(server, name)
        if count is not None and count.value * rating < draw:
            yield (
                f"{name} {count.value:.0f} x {rating:,.0f} W = {count.value * rating:,.0f} W "
                f"is below max_draw {draw:,.0f} W"
            )
    count, least = server.psu_count, server.psu_min_full
    if count is not None and least is not None and least.value > count.value:
        yield f"psu_min_full {least.value:.0f} is more than psu_count {count.value:.0f}"


def label_is_arithmetic(server: ServerModel, _: Catalog) -> Iterator[str]:
    """In a label N+M the N supplies carry the peak: N >= ceil(peak / rating)."""
    load = server.peak or server.max_draw
    if server.psu_rating is None or load is None:
        return
    needed = math.ceil(load.value / server.psu_rating.value)
    for carrying, spare in re.findall(r"(\d+)\+(\d+)", server.psu_label):
        if int(carrying) < needed:
            yield (
                f"label {carrying}+{spare}, but ceil({load.value:,.0f} W / "
                f"{server.psu_rating.value:,.0f} W) = {needed} supplies are needed"
            )


def powers_in_order(server: ServerModel, catalog: Catalog) -> Iterator[str]:
    """Accelerators at their TDP <= maximum draw, and typical <= maximum <= peak."""
    if server.max_draw is not None:
        tdp = catalog.accelerator(server.accelerator).tdp.value
        if server.gpus * tdp > server.max_draw.value:
            yield (
                f"{server.gpus} accelerators x {tdp:,.0f} W = {server.gpus * tdp:,.0f} W "
                f"is above max_draw {server.max_draw.value:,.0f} W"
            )
    names = ("typical_draw", "max_draw", "peak")
    known = [(name, figure) for name in names if (figure := getattr(server, name)) is not None]
    for (low, small), (high, large) in pairwise(known):
        if small.value > large.value:
            yield f"{low} {small.value:,.0f} W is above {high} {large.value:,.0f} W"


def _highest_volts(text: str) -> int:
    """The highest voltage of a text such as ``200-240 VAC 1ph`` [V]."""
    found = re.search(r"(\d+)(?:\s*-\s*(\d+))?\s*V", text[:200])
    return max(int(one) for one in found.groups() if one) if found else HIGHEST_VOLTS


CHECKS = (
    Check("RPC101", "heat equals a power figure", "error", ServerModel, heat_is_power),
    Check("RPC102", "the inlet carries the supply", "error", ServerModel, inlet_carries_supply),
    Check("RPC103", "the inlet is known", "warning", ServerModel, inlet_is_known),
    Check("RPC104", "supplies carry the draw", "error", ServerModel, supplies_carry_draw),
    Check("RPC105", "the label is true", "warning", ServerModel, label_is_arithmetic),
    Check("RPC106", "powers are in order", "error", ServerModel, powers_in_order),
)
