"""Cooling of any site: the verifier agrees, more cooling never harms, heat goes somewhere."""

from __future__ import annotations

import copy
from collections.abc import Callable

import networkx as nx
import pytest
from cooled_sites import cooled_site, cooled_sites
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from independent import can_hold_together, rules_of
from small_sites import Document, facility_of

import rackplan
from rackplan.errors import InputError
from rackplan.facility import Facility
from rackplan.facility.cooling import CoolingUnit
from rackplan.facility.resolve.pools import pools_of
from rackplan.solver import Result

Files = dict[str, str]


def solved(site: Facility) -> Result:
    result = rackplan.solve(site, workers=1, time_limit_s=20)
    assert result.status in {"OPTIMAL", "INFEASIBLE"}
    return result


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(cooled_sites(), st.integers(0, 4))
def test_a_verified_plan_or_a_minimal_conflict(found: tuple[Document, Files], least: int) -> None:
    document, files = found
    document["demand"][0]["min"] = least
    site = facility_of(document, files)
    result = solved(site)
    if result.status == "OPTIMAL":
        assert result.verdict is not None
        assert result.verdict.ok, str(result.verdict)
        return
    assert result.conflict is not None
    assert result.conflict.minimal
    named = rules_of(site, result.conflict)
    assert not can_hold_together(site, [rule for rules in named.values() for rule in rules])


def value(document: Document, files: Files) -> int:
    """Most servers; -1 without a plan or where the site is refused."""
    document["objective"] = ["servers"]
    try:
        result = solved(facility_of(document, files))
    except InputError:
        return -1
    return -1 if result.plan is None else len(result.plan.servers)


def warmer(document: Document) -> None:
    zone = document["cooling"]["zones"][0]
    zone["supply"] = f"{float(zone['supply'].split()[0]) + 3} degC"


def higher(document: Document) -> None:
    document["site"]["elevation"] = "2400 m"


def warmer_water(document: Document) -> None:
    document["cooling"]["loops"][0]["facility_water"] = "27 degC"


def one_unit_fewer(document: Document) -> None:
    zone = document["cooling"]["zones"][0]
    zone["units"] = zone["units"][:-1]
    if all("serves" in unit for unit in zone["units"]):
        zone["units"][0]["serves"] = ["row"]


def more_leakage(document: Document) -> None:
    zone = document["cooling"]["zones"][0]
    assume("heat_matrix" not in zone)
    zone["leakage"] = zone.get("leakage", 0.0) + 0.1


def more_moisture(document: Document) -> None:
    document["cooling"]["zones"][0]["dew_point_max"] = "19.9 degC"


@pytest.mark.slow
@pytest.mark.parametrize(
    "worse", [warmer, higher, warmer_water, one_unit_fewer, more_leakage, more_moisture]
)
@settings(max_examples=12, deadline=None)
@given(found=cooled_sites())
def test_worse_cooling_never_takes_more(
    worse: Callable[[Document], None], found: tuple[Document, Files]
) -> None:
    document, files = found
    if worse is one_unit_fewer:  # a unit that reached some racks only may have been replaced
        for unit in document["cooling"]["zones"][0]["units"]:
            unit.pop("serves", None)
    if worse is warmer:  # in warmer air the same moisture is a lower humidity
        document["cooling"]["zones"][0].pop("dew_point_max", None)
    changed = copy.deepcopy(document)
    worse(changed)
    assert value(changed, files) <= value(document, files)


@given(st.floats(0, 1), st.integers(1000, 200_000))
def test_captured_and_residual_heat_are_all_of_it(share: float, draw_w: int) -> None:
    document = cooled_site()
    server = document["catalog"]["servers"]["wet8"]
    server |= {"liquid_fraction": share, "max_draw": f"{draw_w} W", "psu_rating": f"{draw_w} W"}
    document["demand"] = [{"server": "wet8"}]
    footprint = facility_of(document).footprints[0]
    assert draw_w == footprint.air_w + footprint.liquid_w
    assert 0 <= share * draw_w - footprint.liquid_w < 1  # what is rounded stays in the room


class _NoProblems:
    """A context in which nothing may be wrong."""

    def problem(self, path: object, message: str, cure: str = "") -> None:
        raise AssertionError(message)


@settings(deadline=None)
@given(st.data())
def test_pools_say_what_the_largest_flow_says(data: st.DataObject) -> None:
    """Heat can be dealt out to units that reach it exactly when every pool carries its racks."""
    racks = [f"r{i}" for i in range(data.draw(st.integers(1, 5)))]
    units = [
        CoolingUnit(
            id=f"u{k}",
            capacity_w=data.draw(st.integers(0, 9)),
            flow=0,
            power_w=0,
            power_from=(),
            serves=data.draw(
                st.none() | st.frozensets(st.sampled_from(racks), min_size=1), label="serves"
            ),
        )
        for k in range(data.draw(st.integers(1, 4)))
    ]
    assume(all(any(u.serves is None or rack in u.serves for u in units) for rack in racks))
    heat = {rack: data.draw(st.integers(0, 9)) for rack in racks}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(["from", "to"])
    for rack, watts in heat.items():
        graph.add_edge("from", rack, capacity=watts)
        for unit in units:
            if unit.serves is None or rack in unit.serves:
                graph.add_edge(rack, unit.id)
    for unit in units:
        graph.add_edge(unit.id, "to", capacity=unit.capacity_w)
    dealt_out = nx.maximum_flow_value(graph, "from", "to") == sum(heat.values())
    pools = pools_of(_NoProblems(), units, racks, ())  # type: ignore[arg-type]
    carried = all(
        sum(heat[rack] for rack in pool.racks)
        <= sum(unit.capacity_w for unit in units if unit.id in pool.units)
        for pool in pools
    )
    whole = sum(heat.values()) <= sum(unit.capacity_w for unit in units)
    assert dealt_out == (carried and whole)
