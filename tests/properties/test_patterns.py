"""Patterns say everything a rack admits: each admitted set is part of one, and none can grow."""

from __future__ import annotations

import time
from collections import defaultdict

from enumeration import choices_of, stackings
from hypothesis import given, settings
from random_sites import sites
from small_sites import Document, facility_of, small_site

from rackplan.facility import Facility
from rackplan.formulation import Instance, RackRule, SiteRule, all_rules, build_instance
from rackplan.formulation.model import formulate


def admitted(site: Facility, instance: Instance, index: int) -> set[tuple[int, ...]]:
    """Every set of servers, by footprint, that one rack of a group admits."""
    group = instance.groups[index]
    rules = [r for r in all_rules(instance) if isinstance(r, RackRule) and r.group == index]
    found = set()
    for counts in stackings(site, group.rack, choices_of(site)):
        many: dict[int, int] = defaultdict(int)
        for option, count in zip(instance.menu, counts, strict=True):
            many[option.footprint.index] += count
        loads = [sum(r.limit.loads.get(f, 0) * n for f, n in many.items()) for r in rules]
        if all(load <= rule.room for load, rule in zip(loads, rules, strict=True)):
            found.add(tuple(many[f.index] for f in site.footprints))
    return found


def part_of(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


@settings(max_examples=40)
@given(sites(most_racks=3, rack_units=12, most=4))
def test_patterns_are_the_maximal_admitted_sets(document: Document) -> None:
    site = facility_of(document)
    instance = build_instance(site)
    patterns = formulate(instance, all_rules(instance)).patterns
    for group in instance.groups:
        sets = admitted(site, instance, group.index)
        maximal = {
            one for one in sets if not any(one != other and part_of(one, other) for other in sets)
        }
        assert sorted(maximal, reverse=True) == list(patterns[group.index])


def test_many_server_models_do_not_take_minutes() -> None:
    # Six models of odd sizes make thousands of patterns in a rack of 48 U.
    document = small_site(1, demand=[])
    document["catalog"]["racks"]["cabinet"]["rack_units"] = 48
    document["catalog"]["circuits"]["circuit"]["amps"] = "150 A"
    servers = document["catalog"]["servers"]
    for i in range(6):
        servers[f"odd-{i}"] = {
            **servers["box4"],
            "rack_units": 2 + i % 5,
            "weight": f"{40 + 7 * i} kg",
            "max_draw": f"{2000 + 531 * i} W",
            "psu_rating": "9000 W",
        }
        document["demand"].append({"server": f"odd-{i}"})
    instance = build_instance(facility_of(document))
    rules = [rule for rule in all_rules(instance) if not isinstance(rule, SiteRule)]
    started = time.monotonic()
    (patterns,) = formulate(instance, rules).patterns
    assert len(patterns) > 1000
    assert time.monotonic() - started < 20
