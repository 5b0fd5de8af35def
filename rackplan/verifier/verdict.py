"""What the verifier says: loads it computed, violations it found, and the verdict on a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.model import NORMAL
from rackplan.plan import LimitState
from rackplan.units import Quantity, show

Exact = int | Fraction
"""Loads are exact: whole numbers, or fractions where power supplies and inputs share."""

_QUANTITIES = {
    "W": Quantity.POWER,
    "VA": Quantity.APPARENT_POWER,
    "mA": Quantity.CURRENT,
    "g": Quantity.MASS,
    "L/s": Quantity.AIRFLOW,
    "mL/min": Quantity.FLOW,
    "mm": Quantity.LENGTH,
}


_MILLI = "milli-"
_MICRO = "micro-"
"""Thousandths of a unit, as limits of throughput count; people read the unit itself."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    Attributes
    ----------
    family
        First part of the rule's id: ``power``, ``space``, ...
    rule
        Id of the rule, with ``@state`` for a loss state.
    device
        What is overloaded or misplaced.
    state
        ``normal`` or ``loss:<device>``.
    amount, unit
        How far over (or short), in ``unit``.
    message
        One plain sentence with the figures.
    """

    family: str
    rule: str
    device: str
    state: str
    amount: float
    unit: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgment on a plan.

    Attributes
    ----------
    violations
        Every broken rule, in the order of the checks.
    checks
        Number of judgments made, by family.
    loads
        Every limit judged, in every state it was judged in, with the load found. Loads are rounded
        up to whole units for display; the judgment itself is exact.
    """

    violations: tuple[Violation, ...]
    checks: Mapping[str, int]
    loads: tuple[LimitState, ...]

    @property
    def ok(self) -> bool:
        """Whether the plan keeps every rule in every state."""
        return not self.violations

    def __str__(self) -> str:
        made = sum(self.checks.values())
        if self.ok:
            return f"verified: {made:,} checks, no violation"
        lines = [f"{len(self.violations):,} of {made:,} checks fail:"]
        return "\n".join([*lines, *(f"- {violation}" for violation in self.violations)])


Finding = LimitState | Violation
"""What a check yields: each limit it judges and, after it, the violation if it is broken."""


def when(state: str) -> str:
    """The state in words, to end a sentence with.

    >>> when("loss:ups-a")
    'when ups-a is lost'
    """
    if state == NORMAL:
        return "in normal operation"
    if state.startswith("state:"):
        return f"in the state {state.removeprefix('state:')}"
    lost = state.removeprefix("loss:")
    for part in ("module", "pump"):
        if lost.endswith(f"/{part}"):
            return f"when a {part} of {lost.removesuffix(f'/{part}')} is lost"
    return f"when {lost} is lost"


def figure(value: Exact, unit: str, digits: int = 4) -> str:
    """A load for people: ``812 kW``."""
    return show(float(value), _QUANTITIES[unit], digits)


def of(load: Exact, capacity: int, unit: str) -> str:
    """``812 kW of 800 kW``, with as many digits as it takes to tell the two apart."""
    if unit.startswith(_MICRO):
        whole = unit.removeprefix(_MICRO)
        return f"{float(load) / 1e6:,.6f} of {capacity / 1e6:,.6f} {whole}"
    if unit.startswith(_MILLI):
        whole = unit.removeprefix(_MILLI)
        return f"{float(load) / 1000:,.3f} of {capacity / 1000:,.3f} {whole}"
    if unit not in _QUANTITIES:
        have = f"{load:,}" if isinstance(load, int) else f"{float(load):,.3f}"
        return f"{have} of {capacity:,} {unit}"
    for digits in range(4, 16):
        have, limit = figure(load, unit, digits), figure(capacity, unit, digits)
        if have != limit or load == capacity:
            return f"{have} of {limit}"
    return f"{float(load)!r} {unit} of {capacity} {unit}"


def counted(number: int, noun: str) -> str:
    """``1 server``, ``2 servers``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def rule_id(rule: str, state: str) -> str:
    """The id of a rule in a state; the normal state is not written."""
    return rule if state == NORMAL else f"{rule}@{state}"


def violation(
    rule: str,
    device: str,
    message: str,
    *,
    amount: Exact | float = 1,
    unit: str = "",
    state: str = NORMAL,
) -> Violation:
    """A broken rule that is not a load over a capacity."""
    return Violation(
        _family(rule), rule_id(rule, state), device, state, _float(amount), unit, message
    )


def at_most(
    rule: str,
    device: str,
    load: Exact,
    capacity: int,
    unit: str,
    *,
    state: str = NORMAL,
    before: str = "",
    after: str = "",
) -> Iterator[Finding]:
    """Judge ``load <= capacity``.

    Parameters
    ----------
    rule
        Id without its state.
    device
        What carries the load.
    load, capacity
        In ``unit``.
    state
        State the load is found in.
    before, after
        Words of the message around "812 kW of 800 kW"; by default "<device> carries" and the state.
    """
    name = rule_id(rule, state)
    yield LimitState(name, _family(rule), device, state, unit, math.ceil(load), capacity)
    if load > capacity:
        message = _sentence(
            before or f"{device} carries", of(load, capacity, unit), after or when(state)
        )
        yield violation(rule, device, message, amount=load - capacity, unit=unit, state=state)


def at_least(
    rule: str, device: str, load: Exact, capacity: int, unit: str, *, before: str, after: str = ""
) -> Iterator[Finding]:
    """Judge ``load >= capacity``, for demands; see :func:`at_most`."""
    yield LimitState(rule, _family(rule), device, NORMAL, unit, math.floor(load), capacity)
    if load < capacity:
        message = _sentence(before, of(load, capacity, unit), after)
        yield violation(rule, device, message, amount=capacity - load, unit=unit)


def none_may(
    rule: str, device: str, wrong: int, message: str, *, state: str = NORMAL
) -> Iterator[Finding]:
    """Judge that no server does what it may not."""
    name = rule_id(rule, state)
    yield LimitState(name, _family(rule), device, state, "servers", wrong, 0)
    if wrong:
        yield violation(rule, device, message, amount=wrong, unit="servers", state=state)


def _float(amount: Exact | float) -> float:
    """A tampered plan may hold numbers beyond every float."""
    try:
        return float(amount)
    except OverflowError:
        return math.inf


def _family(rule: str) -> str:
    return rule.split("/", 1)[0]


def _sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part) + "."
