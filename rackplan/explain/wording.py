"""A conflict in an engineer's words."""

from __future__ import annotations

from collections.abc import Sequence

from rackplan.facility.limits import SiteLimit
from rackplan.facility.model import NORMAL
from rackplan.facility.phases import LINES
from rackplan.formulation import (
    GravityRule,
    InsideRule,
    Instance,
    OutletRule,
    RackRule,
    Rule,
    SiteRule,
)
from rackplan.plan import ConflictRule
from rackplan.units import Quantity, show

_QUANTITIES = {quantity.unit: quantity for quantity in Quantity}
_WHAT = {
    "W": "carry",
    "VA": "carry",
    "L/s": "move",
    "mL/min": "move",
    "ports": "offer",
    "mA": "carry",
    "micro-K": "warm up by",
    "g": "carry",
}
_LOADS = {"peak": "short peak on ", "transfer": "load before servers react on "}
_IN_RACKS = {
    "space": {"": "rack units", "weight": "weight inside", "floor": "weight on the floor"}
    | {"depth": "server depth", "kind": "the kind of position"}
    | {"slab": "weight on the slab", "tile": "weight on a floor tile"}
    | {"rolling": "weight on a wheel on the way in", "lift": "weight on the lift"}
    | {"gravity": "height of the center of gravity"}
    | {"service": "room to serve it", "door": "a door on the way in"},
    "power": {"psu": "live power supplies", "supply": "voltage and connectors"}
    | {"outlets": "outlets of the rack PDUs"},
    "air": {"": "heat to air", "inlet": "inlet temperature"}
    | {"door": "heat to the rear door", "door-airflow": "air through the rear door"}
    | {"tiles": "air through floor tiles", "return": "exhaust air", "humidity": "moisture of air"},
    "liquid": {"loop": "the missing coolant loop", "supply": "coolant temperature"}
    | {"return": "temperature of returning coolant", "coolant": "the kind of coolant"}
    | {"dew-point": "condensation on coolant lines"},
    "fabric": {"reach": "cable length"},
}
"""What the limits inside racks are about, by family and the last part of their ids."""

NAMED = 3
"""Racks named one by one."""


def conflict_rules(instance: Instance, rules: Sequence[Rule]) -> tuple[ConflictRule, ...]:
    """Each rule of a conflict once, with its meaning; equal rules of many racks as one line.

    A rule of a single rack has that rack in its id, one of several ``{rack}``.
    """
    alike: dict[str, list[Rule]] = {}
    for rule in rules:
        alike.setdefault(rule.id, []).append(rule)
    wanted = _wanted(instance, rules)
    return tuple(_conflict_rule(instance, same, wanted) for same in alike.values())


def _wanted(instance: Instance, rules: Sequence[Rule]) -> frozenset[int]:
    """Footprints of the servers that a conflict asks for: why others may not stand is no matter."""
    asked = [rule for rule in rules if isinstance(rule, SiteRule) and rule.low is not None]
    options = {option for rule in asked for _, option in rule.terms}
    return frozenset(instance.menu[option].footprint.index for option in options)


def _conflict_rule(
    instance: Instance, same: Sequence[Rule], wanted: frozenset[int]
) -> ConflictRule:
    first, racks = same[0], _racks(instance, same)
    texts = list(dict.fromkeys(filter(None, (_text(instance, r, wanted) for r in same))))
    if isinstance(first, RackRule):  # the subject is said once
        texts[1:] = [text.removeprefix(f"{_subject(first)}: ") for text in texts[1:]]
    where = f", in {_named(racks)}" if racks else ""
    name = first.id.replace("{rack}", racks[0] if len(racks) == 1 else "<rack>")
    return ConflictRule(name, first.family, "; ".join(texts) + where + _suffix(first, racks))


def sentence(instance: Instance, rules: Sequence[Rule]) -> str:
    """What is asked for, and what keeps it from fitting."""
    asked = [rule for rule in rules if isinstance(rule, SiteRule) and rule.low is not None]
    limits = [rule for rule in rules if rule not in asked]
    devices = dict.fromkeys(
        _device(rule, _racks(instance, [r for r in rules if r.id == rule.id])) for rule in limits
    )
    wanted = _listed([rule.text for rule in asked]) if asked else "What already stands there"
    wanted = wanted[0].upper() + wanted[1:]
    if not devices:
        return f"{wanted}: that cannot be, whatever the limits."
    return f"{wanted} cannot be met together with {_listed(list(devices))}."


def _text(instance: Instance, rule: Rule, wanted: frozenset[int]) -> str:
    if isinstance(rule, SiteRule):
        return _site_text(instance, rule)
    if isinstance(rule, RackRule):
        return _rack_text(rule, wanted)
    if isinstance(rule, OutletRule):
        return "every cord takes an outlet of its own that fits, and its bank carries it"
    if isinstance(rule, GravityRule):
        most = shown(rule.most_mm, "mm")
        return f"center of gravity of each rack with servers: at most {most} above the floor"
    return "servers stack on contiguous free units"


def _site_text(instance: Instance, rule: SiteRule) -> str:
    limit = next((limit for limit in instance.site_limits if limit.id == rule.id), None)
    if limit is None:
        return rule.text
    what = _WHAT[limit.quantity]
    name = _of_device(limit)
    capacity = shown(limit.capacity, limit.quantity)
    base = f", of which {shown(limit.base, limit.quantity)} is taken" if limit.base else ""
    return f"{name} can {what} {capacity}{base}, {_when(limit.state)}"


def _of_device(limit: SiteLimit) -> str:
    """``line L2 of rpp-a``, ``ups-a for a short time``, ``ups-a``."""
    parts = limit.id.partition("@")[0].removeprefix(f"{limit.family}/{limit.device}").split("/")
    line = next((f"line {part} of " for part in parts if part in LINES), "")
    short = " for a short time" if _LOADS.keys() & set(parts) else ""
    if "near" in parts:
        return f"{', '.join(parts[parts.index('near') + 1].split('+'))} of {limit.device}"
    if "ride-through" in parts:
        return f"{limit.device}, until cooling is back,"
    if "pressure" in parts:
        return f"{limit.device}, with the pressure it has,"
    return f"{line}{limit.device}{short}"


def _rack_text(rule: RackRule, wanted: frozenset[int]) -> str:
    limit = rule.limit
    if not limit.capacity:
        told = {f: why for f, why in limit.reason.items() if f in wanted} or limit.reason
        reasons = list(dict.fromkeys(filter(None, told.values())))
        return "; ".join(reasons[:3]) + ("; ..." if len(reasons) > 3 else "")
    capacity = shown(limit.capacity, limit.quantity)
    base = f", of which {shown(limit.base, limit.quantity)} is taken" if limit.base else ""
    return f"{_subject(rule)}: at most {capacity}{base}"


def _suffix(rule: Rule, racks: Sequence[str]) -> str:
    """The state of a limit inside racks, where it is not normal operation."""
    if isinstance(rule, SiteRule) or "@" not in rule.id:
        return ""
    return f", {_when(rule.id.partition('@')[2], racks)}"


def _racks(instance: Instance, same: Sequence[Rule]) -> list[str]:
    """Racks that rules are about, in the order of the site file; none for shared limits."""
    groups = {rule.group for rule in same if not isinstance(rule, SiteRule)}
    members = {rack.id for group in groups for rack in instance.groups[group].racks}
    return [rack for rack in instance.facility.racks if rack in members]


def _device(rule: Rule, racks: Sequence[str]) -> str:
    if not isinstance(rule, SiteRule):
        state = f" ({_when(rule.id.partition('@')[2], racks)})" if "@" in rule.id else ""
        return f"{_subject(rule)} in {_named(racks)}{state}"
    if rule.quantity == "servers":
        return rule.text  # a demand line, or what a workload needs: no device
    return rule.device if rule.state == NORMAL else f"{rule.device} ({_when(rule.state)})"


def _subject(rule: InsideRule) -> str:
    """What a limit inside racks is about: ``feed A``, ``line L1 of feed A``, ``rack units``."""
    rest = rule.id.partition("@")[0].removeprefix(rule.family).removeprefix("/")
    if rest.startswith("{rack}:"):
        side, *what = rest.removeprefix("{rack}:").split("/")
        line = f"line {what[0]} of " if what and what[0] in LINES else ""
        load = _LOADS.get(what[-1], "") if what else ""
        return f"{load}{line}feed {side}"
    if not rest.startswith("{rack}"):
        return f"the forbidden place {rest}"
    return _IN_RACKS[rule.family][rest.removeprefix("{rack}").removeprefix("/")]


def _when(state: str, racks: Sequence[str] = ()) -> str:
    if state == NORMAL:
        return "in normal operation"
    if state.startswith("state:"):
        return f"in the state {state.removeprefix('state:')}"
    lost = state.removeprefix("loss:")
    for part in ("module", "pump"):
        if lost.endswith(f"/{part}"):
            return f"when a {part} of {lost.removesuffix(f'/{part}')} is lost"
    side = lost.rpartition(":")[2]
    own = lost in {f"{rack}:{side}" for rack in ("{rack}", *racks)}
    return f"when feed {side} is lost" if own else f"when {lost} is lost"


def shown(value: int, unit: str) -> str:
    """A figure for people, in the unit of its limit."""
    if unit.startswith("micro-"):
        return f"{value / 1e6:,.1f} {unit.removeprefix('micro-')}"
    if unit.startswith("milli-"):
        return f"{value / 1000:,.1f} {unit.removeprefix('milli-')}"
    quantity = _QUANTITIES.get(unit)
    return show(value, quantity, digits=5) if quantity else f"{value:,} {unit}"


def _named(racks: Sequence[str]) -> str:
    """``row-1/r01``, ``row-1/r01 and row-1/r02``, ``each of 7 racks``."""
    return _listed(list(racks)) if len(racks) <= NAMED else f"each of {len(racks)} racks"


def _listed(names: list[str]) -> str:
    shown = names[:4] + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
