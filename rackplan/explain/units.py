"""Rules in units a person would name: a family, then a device, then a single rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rackplan.formulation import FAMILIES, Rule, SiteRule

ORDER = ("demand", "placement", "nvlink", "power", "air", "liquid", "water", "fabric", "space")
"""Families most worth naming first: what is asked for, then what is scarce."""

Unit = tuple[Rule, ...]


def by_family(rules: Iterable[Rule]) -> list[Unit]:
    """One unit per family."""
    assert {family.name for family in FAMILIES} == set(ORDER)  # noqa: S101 - a defect of ours
    return _grouped(sorted(rules, key=lambda r: ORDER.index(r.family)), lambda r: r.family)


def by_device(rules: Iterable[Rule]) -> list[Unit]:
    """One unit per device; the same limit of all racks counts as one device."""
    return _grouped(rules, lambda r: (r.family, r.device if isinstance(r, SiteRule) else _what(r)))


def by_rule(rules: Iterable[Rule]) -> list[Unit]:
    """One unit per rule id; normal operation first, the same rule of all racks together.

    The lines of one circuit are one unit: what one of them cannot take, cords put on another.
    """
    return _grouped(sorted(rules, key=lambda r: "@" in r.id), lambda r: _without_line(r.id))


def by_racks(rules: Iterable[Rule]) -> list[Unit]:
    """One unit per group of racks that no limit can tell apart; shared limits are left out."""
    inside = [rule for rule in rules if not isinstance(rule, SiteRule)]
    return _grouped(inside, lambda r: None if isinstance(r, SiteRule) else r.group)


def _what(rule: Rule) -> str:
    return _without_line(rule.id.partition("@")[0])


def _without_line(rule: str) -> str:
    return re.sub(r"/L[123](?=[/@]|$)", "/lines", rule)


def _grouped(rules: Iterable[Rule], key: Callable[[Rule], object]) -> list[Unit]:
    units: dict[object, list[Rule]] = {}
    for rule in rules:
        units.setdefault(key(rule), []).append(rule)
    return [tuple(unit) for unit in units.values()]
