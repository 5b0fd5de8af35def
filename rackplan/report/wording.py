"""Ids, states and quantities in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rackplan.facility.model import NORMAL
from rackplan.plan import Plan
from rackplan.report.table import ABSENT, Cell, clean, significant

_MEANINGS = {
    ("power", ""): "power",
    ("power", "va"): "apparent power",
    ("power", "L1"): "line L1 current",
    ("power", "L2"): "line L2 current",
    ("power", "L3"): "line L3 current",
    ("power", "psu"): "power supplies",
    ("power", "supply"): "voltage and connectors",
    ("power", "outlets"): "outlets for cords",
    ("power", "outlet"): "current of an outlet",
    ("air", ""): "heat to air",
    ("air", "airflow"): "airflow",
    ("air", "inlet"): "inlet temperature",
    ("air", "zone"): "no cooling zone",
    ("air", "door"): "heat to the rear door",
    ("air", "door-airflow"): "airflow of the rear door",
    ("air", "tiles"): "airflow of tiles",
    ("air", "return"): "return temperature",
    ("air", "humidity"): "humidity",
    ("liquid", ""): "heat to liquid",
    ("liquid", "flow"): "coolant flow",
    ("liquid", "loop"): "no coolant loop",
    ("liquid", "supply"): "coolant temperature",
    ("liquid", "return"): "coolant return temperature",
    ("liquid", "coolant"): "kind of coolant",
    ("liquid", "dew-point"): "dew point",
    ("water", ""): "heat to facility water",
    ("water", "flow"): "facility water flow",
    ("space", ""): "rack units",
    ("space", "weight"): "weight in rack",
    ("space", "floor"): "weight on floor",
    ("space", "slab"): "weight on slab",
    ("space", "tile"): "load on a floor tile",
    ("space", "rolling"): "load on a wheel on the way in",
    ("space", "lift"): "weight on the lift",
    ("space", "gravity"): "height of the center of gravity",
    ("space", "heavy-low"): "heavier servers lower",
    ("space", "service"): "room to serve it",
    ("space", "door"): "doors on the way in",
    ("space", "depth"): "depth",
    ("space", "kind"): "kind of position",
    ("fabric", ""): "leaf ports",
    ("fabric", "reach"): "cable reach",
    ("demand", "min"): "fewest asked",
    ("demand", "max"): "most asked",
    ("demand", ""): "throughput asked",
    ("placement", ""): "decided placement",
}

_SHORT = {"peak": "{} at electrical peak", "transfer": "{} until servers react"}
"""Loads that last a short time, by the last part of a limit's id."""

_CASES = {**_SHORT, "capped": "{} with every server capped"}

_NAMED = {
    "ride-through": "heat until cooling is back, {} to spare",
    "inlet-rise": "inlet temperature, {} to spare",
    "pressure": "pressure for {}",
}
"""Limits of air and liquid for a margin or a server, which their id ends in."""

_BANK = "bank-"

# Base unit -> (unit for people, base units in one of it).
_SHOWN_UNITS = {
    "W": ("kW", 1000),
    "VA": ("kVA", 1000),
    "mA": ("A", 1000),
    "g": ("kg", 1000),
    "mL/min": ("L/min", 1000),
}


def scaled(value: int | float, quantity: str) -> tuple[Cell, str]:
    """A figure in base units for people: ``(812000, "W")`` is ``(812.0, "kW")``."""
    unit, scale = _SHOWN_UNITS.get(quantity, (quantity, 1))
    if quantity.startswith("micro-"):
        return round(value / 1e6, 2), clean(quantity.removeprefix("micro-"))
    if quantity.startswith("milli-"):
        # A throughput: no prediction is better than three significant digits.
        rate = float(f"{value / 1000:.3g}")
        whole = int(rate) if rate.is_integer() else rate
        return whole, clean(quantity.removeprefix("milli-"))
    return (value if scale == 1 else value / scale), clean(unit)


def state_text(state: str) -> str:
    """A state in words: ``normal``, ``ups-a lost``, ``a module of ups-a lost``, ``state NAME``."""
    return _state(state, lambda device: device)


def _state(state: str, called: Callable[[str], str]) -> str:
    if state in ("", NORMAL):
        return NORMAL
    kind, _, rest = state.partition(":")
    if kind == "state":
        name, plus, device = rest.partition("+")
        return f"state {clean(name)}" + (f" with {called(clean(device))} lost" if plus else "")
    lost = clean(state.removeprefix("loss:"))
    for part in ("module", "pump"):
        if lost.endswith(f"/{part}"):
            return f"a {part} of {called(lost.removesuffix(f'/{part}'))} lost"
    return f"{called(lost)} lost"


def state_text_at(device: str, state: str) -> str:
    """A state in words where ``device`` is known: a circuit of its own rack is ``feed B lost``."""
    rack, colon, _ = device.rpartition(":")
    own = f"loss:{rack}:"
    if colon and state.startswith(own):
        return f"feed {clean(state[len(own) :])} lost"
    return state_text(state)


def split_rule(rule: str) -> tuple[str, str, str]:
    """(family, device and what, state) of a rule id; ``normal`` where it names no state."""
    body, _, state = rule.partition("@")
    family, _, rest = body.partition("/")
    return family, rest, state or NORMAL


def meaning(family: str, rest: str) -> tuple[str, str]:
    """(device, what is limited) for the part of a rule id after its family.

    >>> meaning("power", "row-1/r02:A/L3/transfer")
    ('row-1/r02:A', 'line L3 current until servers react')
    """
    device, what, case = rest, "", ""
    before, _, last = device.rpartition("/")
    above, _, named = before.rpartition("/")
    if family in {"air", "liquid"} and above and named in _NAMED:
        return clean(above), _NAMED[named].format(clean(last))
    if family == "power" and before and last in _CASES:
        device, case = before, last
        before, _, last = device.rpartition("/")
    if before and last and (family, last) in _MEANINGS:
        device, what = before, last
    text = _MEANINGS.get((family, what), family)
    if family == "power" and ":" in before and last.startswith(_BANK):
        device, text = before, f"current of bank {clean(last.removeprefix(_BANK))}"
    return clean(device), _CASES.get(case, "{}").format(text)


def rule_text(rule: str) -> str:
    """A rule id in words: ``power/ups-a@loss:ups-b`` is ``ups-a power, ups-b lost``."""
    family, rest, state = split_rule(rule)
    device, what = meaning(family, rest)
    return f"{device} {what}" + ("" if state == NORMAL else f", {state_text(state)}")


_LINE = re.compile(r"(power/[^@]+)/(L[123])((?:/peak|/transfer|/capped)?(?:@.*)?)", re.DOTALL)


def line_of(rule: str) -> tuple[str, str]:
    """What a rule id says beside its line, and the line; no line for other rules.

    >>> line_of("power/row-1/r02:A/L3/transfer@loss:ups-a")
    ('power/row-1/r02:A/transfer@loss:ups-a', 'L3')
    """
    found = _LINE.fullmatch(rule)
    return (f"{found[1]}{found[3]}", found[2]) if found else (rule, "")


def is_short(rule: str) -> bool:
    """Whether a rule is about a load that lasts a short time."""
    body = rule.partition("@")[0]
    return body.startswith("power/") and body.rpartition("/")[2] in _SHORT


def bindings_text(rack: str, rules: Iterable[str]) -> str:
    """What keeps one more server out of ``rack``; the lines of one device are told together."""
    alike: dict[tuple[str, bool], list[str]] = {}
    for rule in rules:
        others, line = line_of(rule)
        alike.setdefault((others, bool(line)), []).append(rule)
    texts = []
    for (_, has_line), same in alike.items():
        text = binding_text(rack, same[0])
        if has_line and len(same) > 1:
            lines = [line_of(rule)[1] for rule in same]
            text = text.replace(f"line {lines[0]} ", f"lines {', '.join(lines)} ", 1)
        texts.append(text)
    return "; ".join(texts)


def binding_text(rack: str, rule: str) -> str:
    """What keeps one more server out of ``rack``, as short as it stays clear.

    >>> binding_text("row-01/r01", "power/row-01/r01:A@loss:row-01/r01:B")
    'feed A power, feed B lost'
    >>> binding_text("row-01/r01", "space/row-01/r01")
    'rack units'
    """
    family, rest, state = split_rule(rule)
    device, what = meaning(family, rest)
    if family == "demand" and what == "most asked":
        return f"all asked {device} placed"
    place = _within(rack, device)
    text = f"{place} {what}".strip()
    if state == NORMAL:
        return text
    return f"{text}, {_state(state, lambda device: _within(rack, device))}"


def _within(rack: str, device: str) -> str:
    """``device`` without the rack's own id: ``feed A`` for ``row-01/r01:A``."""
    own = clean(rack)
    if device == own:
        return ""
    return f"feed {device[len(own) + 1 :]}" if device.startswith(f"{own}:") else device


def gap_text(plan: Plan) -> str:
    """The gap of the most important goal that is not proven: ``0.40 %``, ``25 % on racks``.

    Goals come in order: one that is open behind a proven one says nothing against the first.
    """
    place, goal = next(
        ((place, goal) for place, goal in enumerate(plan.objective) if goal.gap > 0), (0, None)
    )
    if goal is None:
        return "0 %"
    gap = goal.gap
    text = f"{significant(gap * 100, 2)} %" if gap < 0.1 else f"{gap * 100:,.0f} %"
    if gap < 0.001:
        text = "under 0.1 %"
    return f"{text} on {clean(goal.name)}" if place else text


def verdict_text(plan: Plan) -> str:
    """The answer in a few words: does it fit, how sure is that, and what does it hang on."""
    return f"{_fit_text(plan)}{_caps_text(plan)}"


def _caps_text(plan: Plan) -> str:
    names = [clean(item.node) for item in plan.power.oversubscribed]
    if not names:
        return ""
    held = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    return f"; oversubscribed: only caps keep {held} within rating"


def _fit_text(plan: Plan) -> str:
    if plan.status == "OPTIMAL":
        return "FITS, proven optimal"
    if plan.status == "FEASIBLE":
        first, *_ = plan.objective or (None,)
        proven = first is not None and first.gap == 0 and any(g.gap for g in plan.objective)
        best = f"{clean(first.name)} proven best, " if first is not None and proven else ""
        return f"FITS, {best}gap {gap_text(plan)}"
    return "DOES NOT FIT" if plan.status == "INFEASIBLE" else "UNDECIDED"


def asked_text(minimum: str, maximum: str) -> str:
    """How many were asked for, from figures as written: ``at least 4, at most 14``."""
    if minimum == maximum:
        return f"{maximum} asked"
    parts = [f"at least {minimum}"] if minimum != "0" else []
    parts.append(f"at most {maximum}" if maximum != ABSENT else "as many as fit")
    return ", ".join(parts)


def counted(count: int, noun: str) -> str:
    """``1 server``, ``12 servers``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
