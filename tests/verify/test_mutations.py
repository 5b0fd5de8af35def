"""From a good plan, one mutation per family: the judge names exactly that family."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rackplan.facility.demand import Forbid
from rackplan.facility.water import Circuit, Rejector
from rackplan.verifier import CHECKS, verify


def moved(server, place, u=1):
    """A server restated at another place."""
    rack = f"row-1/{place}"
    return replace(server, id=f"{rack}/u{u:02d}", rack=rack, u=u)


@pytest.fixture
def good(bench):
    """Four servers that use up ups-a, ups-b and the demand; racks with one thing wrong each.

    r1: a working server at U1 and an idle one at U9. r2: an idle one, and room for the heat of one
    only. r3: a liquid-cooled one. r4 has no loop, r5 is out of reach, r6 is forbidden,
    r7 is on chillers of 5 kW.
    """
    site = replace(bench.facility(), workloads={"chat": bench.parts.workload(tensor_parallel=4)})
    racks = {
        f"row-1/{name}": bench.parts.rack(name)
        for name in ("r1", "r2", "r3", "r4", "r5", "r6", "r7")
    }
    site = replace(site, racks=racks)
    site = bench.with_rack(site, "r2", air_limit_w=6000)
    site = bench.with_rack(site, "r4", loop=None)
    site = bench.with_rack(site, "r5", cable_mm=99_000)
    site = bench.with_rack(site, "r7", zone="zone-2")
    chillers = tuple(
        Rejector(bench.parts.CoolingUnit(f"chiller-{i}", 2500, 0, 0, ()), "chiller-air", 12.0)
        for i in (1, 2)
    )
    site = replace(
        site,
        zones={**site.zones, "zone-2": replace(site.zones["zone-1"], id="zone-2", water="chw")},
        water={"chw": Circuit("chw", "", 17.0, 17.0, 0, None, 0, chillers)},
    )
    for name in ("ups-a", "ups-b"):
        site = bench.limited(site, name, limit_w=24_000)
    line = replace(site.demands["air8-full"], minimum=3)
    site = replace(
        site,
        demands={**site.demands, "air8-full": line},
        forbids=(Forbid("f1", frozenset({"row-1/r6"}), frozenset(), ""),),
    )
    plan = bench.plan(
        site,
        [
            bench.server(site, "r1", 1, work="chat"),
            bench.server(site, "r1", 9),
            bench.server(site, "r2", 1),
            bench.server(site, "r3", 1, "wet8"),
        ],
    )
    assert verify(site, plan).ok, str(verify(site, plan))
    return site, plan


def overlap(bench, site, servers):
    return [servers[0], moved(servers[1], "r1", 8), *servers[2:]]


def one_more(bench, site, servers):
    return [*servers, bench.server(site, "r3", 9)]


def hot_rack(bench, site, servers):
    return [servers[0], moved(servers[1], "r2", 9), *servers[2:]]


def dry_rack(bench, site, servers):
    return [*servers[:3], moved(servers[3], "r4")]


def chilled_rack(bench, site, servers):
    return [*servers[:2], moved(servers[2], "r7"), servers[3]]


def wide_group(bench, site, servers):
    return [replace(servers[0], tensor_parallel=16), *servers[1:]]


def other_layout(bench, site, servers):
    parallel, replicas = servers[0].tensor_parallel, servers[0].replicas
    return [replace(servers[0], tensor_parallel=parallel * 2, replicas=replicas // 2), *servers[1:]]


def far_rack(bench, site, servers):
    return [*servers[:2], moved(servers[2], "r5"), servers[3]]


def one_less(bench, site, servers):
    return [servers[0], *servers[2:]]


def forbidden_rack(bench, site, servers):
    return [*servers[:2], moved(servers[2], "r6"), servers[3]]


def wrong_cords(bench, site, servers):
    return [replace(servers[0], feeds={"A": 4}), *servers[1:]]


MUTATIONS = {
    "space": overlap,
    "power": one_more,
    "air": hot_rack,
    "liquid": dry_rack,
    "water": chilled_rack,
    "nvlink": wide_group,
    "workload": other_layout,
    "fabric": far_rack,
    "demand": one_less,
    "placement": forbidden_rack,
    "plan": wrong_cords,
}


@pytest.mark.parametrize("family", MUTATIONS)
def test_a_mutation_is_named_by_its_family_alone(bench, good, family):
    site, plan = good
    servers = MUTATIONS[family](bench, site, list(plan.servers))
    verdict = verify(site, replace(plan, servers=tuple(servers)))
    assert {family} == {violation.family for violation in verdict.violations}


def test_every_check_has_a_mutation():
    # The NVLink check speaks of workloads too: whether one can run on a server at all.
    assert {*CHECKS, "workload"} == set(MUTATIONS)


def test_the_verdict_counts_its_judgments(good):
    verdict = verify(*good)
    assert set(CHECKS) == set(verdict.checks)
    assert str(verdict).startswith("verified: ")


MESSAGES = {
    "space": "row-1/r1/u08 takes 1 U already taken by row-1/r1/u01.",
    "power": "ups-b carries 30 kW of 24 kW when ups-a is lost.",
    "air": "row-1/r2 heats the air by 12 kW of 6 kW allowed.",
    "liquid": "row-1/r4 has no loop and holds 1 liquid-cooled server.",
    "water": "chw carries 6 kW of 5 kW in normal operation.",
    "nvlink": "one replica of chat on air8 spans 16 of 8 GPUs in its NVLink domain.",
    "workload": "chat on air8 runs 2 replicas of 4 GPUs; the plan says 1 replica of 8 GPUs.",
    "fabric": "row-1/r5 is 99 m of cable from its leaf rack; leaf-1 reaches 30 m.",
    "demand": "air8-full gets 2 of 3 servers.",
    "placement": "1 new server placed where f1 allows none.",
    "plan": "row-1/r1/u01 states feeds {'A': 4}; it is {'A': 2, 'B': 2}.",
}


def test_messages_are_plain_sentences_with_figures(bench, good):
    site, plan = good
    said = {}
    for family, mutate in MUTATIONS.items():
        servers = mutate(bench, site, list(plan.servers))
        violations = verify(site, replace(plan, servers=tuple(servers))).violations
        said[family] = violations[0].message
    assert MESSAGES == said
