"""Capacity by temperature difference, coolants between the rows of their tables, couplings."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from rackplan.catalog.describe import as_data, summary
from rackplan.catalog.entries import AirUnit, Cdu
from rackplan.catalog.kinds import REFERENCES, references
from rackplan.catalog.load import builtin
from rackplan.catalog.written import load_yaml
from rackplan.errors import InputError, UnknownFigureError


def air_unit(**fields: Any) -> AirUnit:
    ours = {"like": "crah-100kw", **fields}
    return builtin().extended({"air_units": {"ours": ours}}).air_unit("ours")


def cdu(**fields: Any) -> Cdu:
    ours = {"like": "vertiv-xdu121", **fields}
    return builtin().extended({"cdus": {"ours": ours}}).cdu("ours")


def problems(kind: str, like: str, **fields: Any) -> list[str]:
    """Problems of an entry like another one, as ``place: message``."""
    with pytest.raises(InputError) as caught:
        builtin().extended({kind: {"ours": {"like": like, **fields}}})
    place = f"catalog.{kind}.ours."
    return [f"{one.path.removeprefix(place)}: {one.message}" for one in caught.value.problems]


CURVE = {"points": {"6 K": "40 kW", "12 K": "70 kW"}}


# The rating of crah-100kw is 100 kW with air at 36 and water at 18 degC.
@pytest.mark.parametrize(
    ("difference_k", "kilowatts"),
    [(-5, 0), (0, 0), (4.5, 25), (9, 50), (17.9, 99.444), (18, 100), (18.1, 100), (40, 100)],
)
def test_an_air_unit_moves_heat_in_proportion_up_to_its_rating(
    difference_k: float, kilowatts: float
) -> None:
    assert 18 == air_unit().rated_difference_k
    assert 1000 * kilowatts == pytest.approx(air_unit().capacity_at(difference_k), abs=0.5)


# 0 to 6 K: 40 / 6 = 6.667 kW/K; 6 to 12 K: 30 / 6 = 5 kW/K; then no more.
@pytest.mark.parametrize(
    ("difference_k", "kilowatts"),
    [(-1, 0), (0, 0), (3, 20), (6, 40), (7, 45), (11, 65), (12, 70), (12.1, 70), (30, 70)],
)
def test_a_curve_goes_straight_between_its_points(difference_k: float, kilowatts: float) -> None:
    assert 1000 * kilowatts == pytest.approx(air_unit(curve=CURVE).capacity_at(difference_k))


@pytest.mark.parametrize("absent", ["return_temperature", "water_temperature"])
def test_without_rating_temperatures_the_rating_counts(absent: str) -> None:
    unit = air_unit(**{absent: None})
    assert unit.rated_difference_k is None
    assert 100_000 == unit.capacity_at(2) == unit.capacity_at(30)


# 121 kW at 4 K.
@pytest.mark.parametrize(
    ("approach_k", "kilowatts"), [(0, 0), (1, 30.25), (2, 60.5), (3.9, 117.975), (4, 121), (8, 121)]
)
def test_a_cdu_moves_heat_in_proportion_to_its_approach(
    approach_k: float, kilowatts: float
) -> None:
    assert 1000 * kilowatts == pytest.approx(cdu().capacity_at(approach_k))


def test_a_cdu_never_moves_more_than_its_rating() -> None:
    unit = cdu(curve={"points": {"2 K": "70 kW", "6 K": "150 kW"}})
    # 70 + 80 x 2 / 4 = 110 kW at 4 K, 130 kW at 5 K
    assert [110_000, 121_000] == [unit.capacity_at(4), unit.capacity_at(5)]


def test_a_curve_is_sorted_and_keeps_where_it_comes_from() -> None:
    curve = {"points": {"12 K": "70 kW", "6 K": "40 kW"}, "source": "our own test bench"}
    unit = air_unit(defaults={"basis": "measured", "date": "2026-10"}, curve=curve)
    assert unit.curve is not None
    figure = unit.curve.figure
    assert ("2 points, 6 to 12 K", "measured", "our own test bench", "2026-10") == (
        figure.text,
        figure.basis,
        figure.source,
        figure.date,
    )
    assert [(6, 40_000), (12, 70_000)] == [
        (point.difference_k, point.capacity_w) for point in unit.curve.points
    ]
    again = builtin().extended({"air_units": {"a": {"like": "rear-door-passive-18kw"}}})
    assert builtin().air_unit("rear-door-passive-18kw").curve == again.air_unit("a").curve


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ("70 kW", "curve: must hold fields"),
        ({"points": {}}, "curve.points: a curve has two points or more"),
        ({"points": {"6 K": "40 kW"}}, "curve.points: a curve has two points or more"),
        ({"points": {"6 K": "40 kW", "6 degC": "41 kW"}}, "curve.points: a difference is there"),
        ({"points": {"6 K": 40, "12 K": "70 kW"}}, "curve.points: a difference and its capacity"),
        ({"points": {6: "40 kW", "12 K": "70 kW"}}, "curve.points: a difference and its capacity"),
        ({"points": {"6 L": "40 kW", "12 K": "70 kW"}}, "curve.points: 6 L: 'L' is no temperature"),
        ({"points": {"6 K": "40 A", "12 K": "70 kW"}}, "curve.points: 6 K: 'A' is no unit of"),
        ({"points": {"0 K": "0 kW", "12 K": "70 kW"}}, "curve.points: 0 K: a difference on a"),
        ({"points": ["6 K"]}, "curve.points: a curve holds capacities by temperature difference"),
        ({"flow": "1 L/min", **CURVE}, "curve.flow: there is no such field"),
    ],
)
def test_what_is_wrong_with_a_curve_is_said(curve: Any, message: str) -> None:
    (problem,) = problems("air_units", "crah-100kw", curve=curve)
    assert problem.startswith(message)


ROW = {
    "temperature_c": 20,
    "density_kg_m3": 1000,
    "heat_capacity_j_kg_k": 4000,
    "viscosity_mpa_s": 2,
    "conductivity_w_m_k": 0.5,
}
WARM = {**ROW, "temperature_c": 30, "density_kg_m3": 990, "viscosity_mpa_s": 1}


def test_a_coolant_between_its_rows() -> None:
    ours = {"like": "pg25", "properties": {"points": [ROW, WARM], "source": "a maker's table"}}
    coolant = builtin().extended({"coolants": {"ours": ours}}).coolant("ours")
    at = coolant.at(22.5)
    # a quarter of the way: 1,000 - 2.5 kg/m3, 2 - 0.25 mPa s
    assert (997.5, 4000, 1.75, 0.5) == (
        at.density_kg_m3,
        at.heat_capacity_j_kg_k,
        at.viscosity_mpa_s,
        at.conductivity_w_m_k,
    )
    assert 3.99 == pytest.approx(at.joules_per_ml_k)  # 997.5 x 4,000 / 1e6
    assert (ROW["density_kg_m3"], WARM["density_kg_m3"]) == (
        coolant.at(20).density_kg_m3,
        coolant.at(30).density_kg_m3,
    )


@pytest.mark.parametrize("celsius", [4.9, 65.1, -10.0, float("nan")])
def test_a_coolant_says_nothing_outside_its_table(celsius: float) -> None:
    with pytest.raises(UnknownFigureError, match=r"Propylene glycol 25 %: .* from 5 to 65 degC"):
        builtin().coolant("pg25").at(celsius)
    assert 1024.5 == pytest.approx(builtin().coolant("pg25").at(5).density_kg_m3, abs=0.1)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([ROW], "properties.points: a table of a coolant has two rows or more"),
        ([ROW, ROW], "properties.points: temperatures rise from row to row: 20 degC stands after"),
        ([WARM, ROW], "properties.points: temperatures rise from row to row: 20 degC stands after"),
        ([ROW, {**WARM, "density_kg_m3": 1.0}], "properties.points.1.density_kg_m3: must be gre"),
        ([ROW, {**WARM, "temperature_c": "30 degC"}], "properties.points.1.temperature_c: must be"),
        ([ROW, {**WARM, "ph": 8}], "properties.points.1.ph: there is no such field"),
        ("a table", "properties.points: must be a list"),
    ],
)
def test_what_is_wrong_with_a_coolant_is_said(points: Any, message: str) -> None:
    (problem,) = problems("coolants", "pg25", properties={"points": points})
    assert problem.startswith(message)


def test_pressure_drop_of_a_coupling() -> None:
    # 1.7 gpm through Cv 0.80: (1.7 / 0.8)^2 = 4.516 psi = 31.1 kPa of water
    coupling = builtin().coupling("uqd-04")
    assert coupling.flow_max is not None
    assert 31_100 == pytest.approx(coupling.drop_pa(6435, 1000), rel=0.005)
    # Twice the flow has four times the drop; PG25 is 1.5 % denser than water.
    assert 4 * coupling.drop_pa(3000, 1000) == pytest.approx(coupling.drop_pa(6000, 1000))
    assert 1.015 * coupling.drop_pa(3000, 1000) == pytest.approx(coupling.drop_pa(3000, 1015))
    assert ["kv: must be between 0.001 and 10000"] == problems("couplings", "uqd-04", kv=0)


def test_larger_couplings_carry_more() -> None:
    couplings = [builtin().coupling(f"uqd-{size}") for size in ("02", "04", "06", "08")]
    for smaller, larger in pairwise(couplings):
        assert smaller.kv.value < larger.kv.value
        assert smaller.flow_max is not None
        assert larger.flow_max is not None
        assert smaller.flow_max.value < larger.flow_max.value


def test_entries_name_others_that_are_there() -> None:
    for kind, field, named_kind in REFERENCES:
        for entry_id in builtin().ids(kind):
            for named in references(builtin().get(kind, entry_id), field):
                assert named in builtin().ids(named_kind), (entry_id, field)


def test_a_reference_to_nothing_is_refused() -> None:
    assert [
        "coolants: the catalog has no such coolant",
        "coupling: the catalog has no such coupling",
    ] == problems("servers", "gb200-nvl72", coolants=["pg25", "pg26"], coupling="uqd04")
    assert ["coolant: the catalog has no such coolant"] == problems(
        "cdus", "cdu-row-1mw", coolant="glycol"
    )
    assert ["coolants: must be a list"] == problems("servers", "gb200-nvl72", coolants="pg25")


def test_a_reference_to_the_users_own_entry_is_fine() -> None:
    catalog = builtin().extended(
        {
            "coolants": {"our-mix": {"like": "pg30"}},
            "servers": {"ours": {"like": "gb200-nvl72", "coolants": ["our-mix"]}},
        }
    )
    assert ("our-mix",) == catalog.server("ours").coolants


def test_published_figures_are_in_base_units() -> None:
    rack, b200 = builtin().server("gb200-nvl72"), builtin().server("dgx-b200")
    assert rack.coolant_pressure_drop is not None
    assert b200.room_airflow is not None
    assert b200.airflow is not None
    assert (68_948, "Pa") == (rack.coolant_pressure_drop.whole, rack.coolant_pressure_drop.unit)
    assert 1013 == b200.room_airflow.whole  # 2,145 cfm x 0.471947 = 1,012.3 L/s
    assert b200.airflow.whole < b200.room_airflow.whole


def show(kind: str, entry_id: str) -> dict[str, Any]:
    return as_data(builtin(), kind, entry_id)


def test_a_coolant_is_shown_with_its_rows() -> None:
    data = show("coolants", "pg25")
    assert (
        "1,014.9 kg/m3, 3,945 J/(kg K), 1.776 mPa s, 0.477 W/(m K)" == data["fields"]["at 30 degC"]
    )
    assert "13 rows, 5 to 65 degC" == data["figures"]["properties"]["text"]
    assert "1,014.9 kg/m3, 3,945 J/(kg K), 1.776 mPa s, 0.477 W/(m K) at 30 degC" == summary(
        builtin().coolant("pg25")
    )


def test_a_passive_door_is_shown_with_its_curve() -> None:
    data = show("air_units", "rear-door-passive-18kw")
    assert data["fields"]["passive"] is True
    assert "3 points, 11 to 30 K" == data["figures"]["curve"]["text"]
    assert ["9 kW", "18 kW", "24.5 kW"] == [
        data["fields"][f"curve at {kelvin} K"] for kelvin in (11, 22, 30)
    ]
    assert [] == data["absent"]
    door = builtin().air_unit("rear-door-passive-18kw")
    assert "passive rear-door, 18 kW, 1340 L/s" == summary(door)
    assert "passive" not in show("air_units", "crah-100kw")["fields"]


def test_what_a_unit_has_no_use_for_is_not_called_absent() -> None:
    assert "width" not in show("air_units", "crah-100kw")["absent"]
    assert "coolant_flow" not in show("servers", "dgx-b200")["absent"]
    assert "coolant_volume" in show("servers", "gb200-nvl72")["absent"]
    assert "water, pg25" == show("servers", "gb300-nvl72")["fields"]["coolants"]
    assert "Kv 0.692 m3/h, 6.43 L/min" == summary(builtin().coupling("uqd-04"))


def test_a_catalog_file_may_hold_a_curve() -> None:
    written = load_yaml(
        b"""
air_units:
  measured-door:
    like: rear-door-40kw
    curve: {points: {11 K: 18 kW, 24 K: 40 kW}, basis: measured, source: commissioning 2026-10}
"""
    )
    unit = builtin().extended(written).air_unit("measured-door")
    # 18 + (40 - 18) x 1 / 13 = 19.692 kW at 12 K
    assert 19_692 == pytest.approx(unit.capacity_at(12), abs=1)
