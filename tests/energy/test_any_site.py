"""Any site on water circuits: a verified plan that states its energy, or a proven refusal."""

from __future__ import annotations

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_sites import sites
from small_sites import Document, facility_of
from water_sites import DESIGN_DAY, REJECTORS

import rackplan
from rackplan.solver import Result

PLACED = {"OPTIMAL", "FEASIBLE"}
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@st.composite
def water_sites(draw: st.DrawFn) -> Document:
    """A random site whose zones share a circuit, or whose second zone rejects heat by itself."""
    document: Document = draw(sites(most_racks=4))
    entries = copy.deepcopy(REJECTORS)
    entries["chiller"]["capacity"] = draw(st.sampled_from(["4 kW", "7 kW", "13 kW", "100 kW"]))
    entries["chiller"]["power"], entries["dry"]["power"] = "1 kW", "300 W"
    entries["dry"]["capacity"] = draw(st.sampled_from(["4 kW", "8 kW", "100 kW"]))
    document["catalog"]["rejectors"] = entries
    nodes = [node["id"] for node in document["power"]["nodes"]]
    driven = {"power_from": [nodes[-1], nodes[0]]} if draw(st.booleans()) else {}
    models = draw(st.sampled_from([["chiller"] * 2, ["dry", "chiller", "chiller"], ["dry"] * 3]))
    flow = draw(st.sampled_from(["15 L/min", "30 L/min", "500 L/min"]))
    units = [{"id": f"u{i}", "model": model, **driven} for i, model in enumerate(models)]
    pumps = [
        {"id": f"p{i}", "flow": flow, "power": "100 W", **driven}
        for i in range(draw(st.sampled_from([0, 2, 3])))
    ]
    circuit = {
        "id": "chw",
        "supply": "18 degC",
        "return": "28 degC",
        "units": units,
        "pumps": pumps,
    }
    zones = document["cooling"]["zones"]
    for zone in zones if draw(st.booleans()) else zones[:1]:
        zone["water"] = "chw"
    if draw(st.integers(0, 3)) == 0:
        document["power"]["nodes"][-1]["zone"] = zones[0]["id"]
    document["cooling"]["water"] = [circuit]
    # Coolers alone must keep the water colder than the air of the zones.
    days = [("2 degC", "1 degC"), ("12 degC", "8 degC"), ("35 degC", "20 degC")]
    dry_bulb, wet_bulb = draw(st.sampled_from(days if "chiller" in models else days[:1]))
    day = {**DESIGN_DAY, "dry_bulb": dry_bulb, "wet_bulb": wet_bulb}
    document["site"]["weather"] = {"design_day": day}
    return document


def solved(document: Document) -> Result:
    return rackplan.solve(facility_of(document), workers=1, time_limit_s=20)


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(water_sites())
def test_any_water_site_gives_a_verified_plan_or_a_conflict(document: Document) -> None:
    result = solved(document)
    if result.plan is None:
        assert "INFEASIBLE" == result.status
        assert result.conflict is not None
        return
    assert result.verdict is not None
    assert result.verdict.ok, str(result.verdict)
    energy = result.plan.energy
    assert 24 == energy.hours
    if energy.pue is not None:
        assert energy.pue >= 1
        assert energy.worst_pue is not None
        assert energy.worst_pue >= energy.pue


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(water_sites())
def test_one_unit_more_never_places_less(document: Document) -> None:
    document["objective"] = ["servers"]
    circuit = document["cooling"]["water"][0]
    more = copy.deepcopy(document)
    units = more["cooling"]["water"][0]["units"]
    units.append({**circuit["units"][-1], "id": "one-more", "power_from": []})
    more["catalog"]["rejectors"]["dry"]["power"] = "0 W"
    first, second = solved(document), solved(more)
    if first.status in PLACED and first.plan is not None:
        assert second.plan is not None
        before, after = first.plan.objective[0], second.plan.objective[0]
        if "OPTIMAL" == first.status == second.status:
            assert after.value >= before.value
