"""Checks of rack PDUs and of conductors: what hangs on a line, a breaker and an outlet fits it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.connectors import outlet_amps
from rackplan.catalog.entries import Bank, Conductor, RackPdu

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

POSITIONS = {
    "single": ("L",),
    "wye": ("L1", "L2", "L3"),
    "delta": ("L1-L2", "L2-L3", "L3-L1"),
}
"""Positions of banks by wiring."""

NEC_CONTINUOUS = 0.8
"""Share of a plug's rating that lasting load may take under the NEC (210.20(A); UL 62368-1 asks
for a plug of 125 % of the rated current)."""

BANKS_OVER_INPUT = (1.0, 2.5)
"""Current that the banks on a line allow, over the current of the line: less and the strip cannot
give what its input carries, more and a rating is likely wrong."""

OUTLET_VOLTS = 250
"""Highest voltage of IEC 60320 connectors [V]."""

REACTANCE_OHM_KM = (0.05, 0.30)
"""Reactance of conductors of low-voltage cables and conduits [ohm/km]: 0.07 to 0.24."""

LOSS_W_M = (2.0, 30.0)
"""Heat of a conductor at its ampacity [W/m]: copper from 12 AWG (4) to 500 kcmil (14)."""


def positions_fit_wiring(strip: RackPdu, _: Catalog) -> Iterator[str]:
    """Banks sit on one phase, between a line and neutral, or between two lines, as wired."""
    if (strip.phases == 1) != (strip.wiring == "single"):
        yield f"wiring {strip.wiring} with {strip.phases} phases"
    allowed = POSITIONS[strip.wiring]
    for bank in strip.banks:
        if bank.position not in allowed:
            yield f"bank {bank.id} at {bank.position}: wiring {strip.wiring} has {_or(allowed)}"


def plug_carries_input(strip: RackPdu, _: Catalog) -> Iterator[str]:
    """The input current is within the plug's rating: 80 % of it where the NEC rules."""
    nec = any(_is_nec(bank) for bank in strip.banks)
    share = NEC_CONTINUOUS if nec else 1.0
    if strip.input_amps.value > share * strip.plug_amps.value:
        limit = f"{share:.0%} of plug_amps {strip.plug_amps.text}"
        yield f"input_amps {strip.input_amps.text} is above {limit}"


def banks_carry_input(strip: RackPdu, _: Catalog) -> Iterator[str]:
    """The banks on each line together allow 1 to 2.5 times the line's current."""
    low, high = (share * strip.input_amps.value / 1000 for share in BANKS_OVER_INPUT)
    lines = _line_amps(strip).items()
    wrong = {line: amps for line, amps in lines if not low <= round(amps, 2) <= high}
    if wrong:
        allowed = ", ".join(f"{amps:.1f} A on {line}" for line, amps in wrong.items())
        yield (
            f"the banks allow {allowed}: outside {BANKS_OVER_INPUT[0]:g} to "
            f"{BANKS_OVER_INPUT[1]:g} times input_amps {strip.input_amps.text}"
        )


def breaker_carries_outlet(strip: RackPdu, _: Catalog) -> Iterator[str]:
    """A bank's breaker lets its largest outlet carry its full current."""
    for bank in strip.banks:
        known = {one: outlet_amps(one, _is_nec(bank)) or 0 for one in bank.outlets}
        largest = max(known, key=lambda one: known[one])
        if bank.breaker is not None and _bank_amps(bank) < known[largest]:
            yield (
                f"bank {bank.id}: {bank.continuous.text} x breaker {bank.breaker.text} = "
                f"{_bank_amps(bank):g} A is below the {known[largest]} A of one {largest}"
            )


def outlets_are_known(strip: RackPdu, _: Catalog) -> Iterator[str]:
    """Without a known connector nobody can say what plugs into an outlet, and what it carries."""
    for outlet in sorted({one for bank in strip.banks for one in bank.outlets}):
        if outlet_amps(outlet, continuous_nec=False) is None:
            yield f"outlet {outlet!r} is not known here: no server's cord is taken to fit it"


def outlets_bear_voltage(strip: RackPdu, _: Catalog) -> Iterator[str]:
    """IEC 60320 connectors are made for up to 250 V, so 400 V strips are wired line to neutral."""
    volts = strip.volts.value / (math.sqrt(3) if strip.wiring == "wye" else 1)
    if volts > OUTLET_VOLTS:
        wired = f"{strip.volts.text} {strip.wiring}"
        yield f"{wired} puts {volts:.1f} V on outlets that are made for {OUTLET_VOLTS} V"


def conductor_is_plausible(conductor: Conductor, _: Catalog) -> Iterator[str]:
    """Reactance, and the heat at the ampacity, are those of a low-voltage conductor."""
    low, high = REACTANCE_OHM_KM
    if not low <= conductor.reactance.value <= high:
        yield f"reactance {conductor.reactance.text} is outside {low:g} to {high:g} ohm/km"
    if conductor.ampacity is None:
        return
    low, high = LOSS_W_M
    amps, ohm_m = conductor.ampacity.value / 1000, conductor.resistance.value / 1000
    if not low <= amps * amps * ohm_m <= high:
        yield (
            f"ampacity {conductor.ampacity.text} at {conductor.resistance.text} is "
            f"{amps * amps * ohm_m:.1f} W/m of heat, outside {low:g} to {high:g}"
        )


def _is_nec(bank: Bank) -> bool:
    return bank.continuous.value < 1


def _bank_amps(bank: Bank) -> float:
    """Lasting current the bank's breaker allows [A]; without end when it has none."""
    return math.inf if bank.breaker is None else bank.continuous.value * bank.breaker.value / 1000


def _line_amps(strip: RackPdu) -> dict[str, float]:
    """Current on each line with all its banks at their limit [A]; lines without end left out."""
    on = dict.fromkeys(POSITIONS[strip.wiring], 0.0)
    for bank in strip.banks:
        if bank.position in on:
            on[bank.position] += _bank_amps(bank)
    if strip.wiring == "delta":
        a, b, c = on.values()
        # I1 = sqrt(I12^2 + I31^2 + I12 I31), HP "Power basics for IT professionals"
        pairs = {"L1": (a, c), "L2": (b, a), "L3": (c, b)}
        on = {line: math.sqrt(x * x + y * y + x * y) for line, (x, y) in pairs.items()}
    return {line: amps for line, amps in on.items() if math.isfinite(amps)}


def _or(words: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


CHECKS = (
    Check("RPC107", "positions fit the wiring", "error", RackPdu, positions_fit_wiring),
    Check("RPC108", "the plug carries the input", "error", RackPdu, plug_carries_input),
    Check("RPC109", "the banks carry the input", "warning", RackPdu, banks_carry_input),
    Check("RPC110", "the breaker carries an outlet", "warning", RackPdu, breaker_carries_outlet),
    Check("RPC111", "outlets are known", "warning", RackPdu, outlets_are_known),
    Check("RPC112", "outlets bear the voltage", "error", RackPdu, outlets_bear_voltage),
    Check("RPC113", "the conductor is plausible", "error", Conductor, conductor_is_plausible),
)
