"""A conflict in an engineer's words."""

from __future__ import annotations

from collections.abc import Sequence

from rackplan.facility.model import NORMAL
from rackplan.formulation import Instance, RackRule, Rule, SiteRule
from rackplan.plan import ConflictRule
from rackplan.units import Quantity, show

_QUANTITIES = {quantity.unit: quantity for quantity in Quantity}
_WHAT = {
    "W": "carry",
    "VA": "carry",
    "L/s": "move",
    "mL/min": "move",
    "ports": "offer",
}


def conflict_rules(instance: Instance, rules: Sequence[Rule]) -> tuple[ConflictRule, ...]:
    """Each rule of a conflict once, with its meaning; equal rules of many racks as one line."""
    named: dict[str, ConflictRule] = {}
    for rule in rules:
        if isinstance(rule, SiteRule):
            named.setdefault(
                rule.id, ConflictRule(rule.id, rule.family, _site_text(instance, rule))
            )
        else:
            racks = [g for r in rules if r.id == rule.id for g in _racks(instance, r)]
            if isinstance(rule, RackRule):
                text = _rack_text(rule, len(racks))
            else:
                text = f"servers stack on contiguous free units in {_count(len(racks), 'rack')}"
            known = named.get(rule.id)
            if known is None or text not in known.text:
                text = f"{known.text}; {text}" if known else text
                named[rule.id] = ConflictRule(rule.id, rule.family, text)
    return tuple(named.values())


def sentence(instance: Instance, rules: Sequence[Rule]) -> str:
    """What is asked for, and what keeps it from fitting."""
    asked = [rule.text for rule in rules if isinstance(rule, SiteRule) and rule.low is not None]
    limits = [rule for rule in rules if not (isinstance(rule, SiteRule) and rule.low is not None)]
    devices = dict.fromkeys(_device(rule) for rule in limits)
    wanted = " and ".join(asked) if asked else "What already stands there"
    if not devices:
        return f"{wanted}: that cannot be, whatever the limits."
    return f"{wanted} cannot be met together with {_listed(list(devices))}."


def _site_text(instance: Instance, rule: SiteRule) -> str:
    limit = next((limit for limit in instance.site_limits if limit.id == rule.id), None)
    if limit is None:
        return rule.text
    what = _WHAT[limit.quantity]
    capacity = _shown(limit.capacity, limit.quantity)
    base = f", of which {_shown(limit.base, limit.quantity)} is taken" if limit.base else ""
    return f"{limit.device} can {what} {capacity}{base}, {_when(limit.state)}"


def _rack_text(rule: RackRule, racks: int) -> str:
    limit = rule.limit
    if not limit.capacity:
        reasons = list(dict.fromkeys(limit.reason.values()))
        shown = "; ".join(reasons[:3]) + ("; ..." if len(reasons) > 3 else "")
        return f"{shown} ({_count(racks, 'rack')})"
    capacity = _shown(limit.capacity, limit.quantity)
    base = f", of which {_shown(limit.base, limit.quantity)} is taken" if limit.base else ""
    return f"at most {capacity}{base} in each of {_count(racks, 'rack')}"


def _racks(instance: Instance, rule: Rule) -> tuple[object, ...]:
    return () if isinstance(rule, SiteRule) else instance.groups[rule.group].racks


def _device(rule: Rule) -> str:
    if isinstance(rule, SiteRule):
        return rule.device if rule.state == NORMAL else f"{rule.device} ({_when(rule.state)})"
    what = rule.id.partition("@")[0].replace("{rack}", "each rack")
    return f"the limit {what}"


def _when(state: str) -> str:
    if state == NORMAL:
        return "in normal operation"
    return f"when {state.removeprefix('loss:').replace('{rack}', 'its own rack')} is lost"


def _shown(value: int, unit: str) -> str:
    quantity = _QUANTITIES.get(unit)
    return show(value, quantity, digits=5) if quantity else f"{value:,} {unit}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(names: list[str]) -> str:
    shown = names[:4] + ([f"{len(names) - 4} more"] if len(names) > 4 else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
