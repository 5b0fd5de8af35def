"""Hours of a water circuit, worked out by hand: free, partly free, by chillers; fans and water.

Water is held at 20 degC and comes back at 30. A dry cooler of 100 kW has an approach of 10 K and
fans of 3 kW. A chiller of 100 kW reaches half the Carnot COP, condenses 12 K above the air and
evaporates 2 K below the water, with a lift of 10 K at least.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weather_years import weather

from rackplan.energy import plant_hours
from rackplan.facility.cooling import CoolingUnit
from rackplan.facility.water import Circuit, Rejector


def unit(name, capacity_w=100_000, power_w=3_000):
    return CoolingUnit(name, capacity_w, 0, power_w, ())


def cooler(name="dry", kind="dry-cooler", power_w=3_000, **more):
    return Rejector(unit(name, power_w=power_w), kind, **{"approach_k": 10.0, **more})


def chiller(name="ch", kind="chiller-air", **more):
    values = {"approach_k": 12.0, "evaporator_k": 2.0, "carnot_share": 0.5, "minimum_lift_k": 10.0}
    return Rejector(unit(name, power_w=30_000), kind, **{**values, **more})


def circuit(*rejectors, setpoint_c=20.0, rise_k=10.0, **more):
    return Circuit("chw", "", setpoint_c, setpoint_c, 0, rise_k, 0, rejectors, **more)


def hours(circuit, heat_w, dry_c, wet_c=None):
    dry = list(dry_c)
    return plant_hours(circuit, heat_w, weather(dry, dry if wet_c is None else wet_c))


def test_a_cold_hour_is_free():
    # It reaches 5 + 10 = 15 degC. The approach takes 10 of the 15 K between air and setpoint, and
    # 60 of 100 kW: fans turn at 2/3 x 0.6 = 0.4, 3,000 x 0.4^3 = 192 W.
    found = hours(circuit(cooler(), chiller()), 60_000, [5.0])
    assert [60_000] == list(found.cooler_w)
    assert [0] == list(found.compressors_w)
    assert found.fans_w[0] == pytest.approx(192)
    assert (1, 0, 0) == (found.free[0], found.partial[0], found.mechanical[0])


def test_a_mild_hour_is_partly_free():
    # It reaches 25 degC, half way from 30 to 20: 30 kW, fans 3,000 x 0.3^3 = 81 W. Chillers take
    # 30 kW at a lift of 15 + 12 - 18 = 9 K, taken as 10: COP 0.5 x 291.15 / 10 = 14.56.
    found = hours(circuit(cooler(), chiller()), 60_000, [15.0])
    assert found.cooler_w[0] == pytest.approx(30_000)
    assert found.fans_w[0] == pytest.approx(81)
    assert found.compressors_w[0] == pytest.approx(30_000 / 14.5575)
    assert (0, 1, 0) == (found.free[0], found.partial[0], found.mechanical[0])


def test_a_hot_hour_is_mechanical():
    # 35 + 10 = 45 degC is above the return. Lift 47 - 18 = 29 K: COP 0.5 x 291.15 / 29 = 5.02.
    found = hours(circuit(cooler(), chiller()), 60_000, [35.0])
    assert [0] == list(found.cooler_w)
    assert [0] == list(found.fans_w)
    assert found.compressors_w[0] == pytest.approx(60_000 * 29 / 145.575)
    assert (0, 0, 1) == (found.free[0], found.partial[0], found.mechanical[0])


def test_fans_run_no_faster_than_chillers_are_cheap():
    # Fans of 300 kW: 3 P a^3 q^2 / C^3 = 1 / COP, q = sqrt(1e15 / 14.5575 / (9e5 x 8/27)) W.
    found = hours(circuit(cooler(power_w=300_000), chiller()), 60_000, [5.0])
    q = (1e15 / 14.5575 / (9e5 * 8 / 27)) ** 0.5
    assert found.cooler_w[0] == pytest.approx(q)
    either_side = [
        300_000 * (2 / 3 * part / 100_000) ** 3 + (60_000 - part) / 14.5575
        for part in (q - 100, q, q + 100)
    ]
    assert min(either_side) == either_side[1]
    assert found.fans_w[0] + found.compressors_w[0] == pytest.approx(either_side[1])


def test_coolers_take_all_or_nothing_without_a_return():
    # 10 + 10 = 20 degC is the setpoint; a tenth more is above it.
    found = hours(circuit(cooler(), chiller(), rise_k=None), 60_000, [10.0, 10.1])
    assert [60_000, 0] == list(found.cooler_w)


def test_without_chillers_the_water_gets_warm():
    found = hours(circuit(cooler()), 60_000, [5.0, 10.0, 18.5])
    assert [20.0, 20.0, 28.5] == list(found.supply_c)
    assert [0, 0, 1] == list(found.warm)
    assert found.fans_w[2] == pytest.approx(3_000 * 0.6**3)


def test_a_tower_goes_by_the_wet_bulb_and_evaporates_its_heat():
    # 12 + 7 = 19 degC. 100 kWh = 360 MJ over 2.442 MJ/kg evaporate 147.4 L; with five cycles of
    # concentration 5/4 of it is made up: 184.3 L, 1.84 L for each kWh rejected.
    tower = cooler(kind="tower", approach_k=7.0, cycles=5.0)
    found = hours(circuit(tower), 100_000, [30.0], [12.0])
    assert [20.0] == list(found.supply_c)
    assert found.water_l[0] == pytest.approx(360 / 2.442 * 5 / 4)
    assert 1.8 < found.water_l[0] / 100 < 1.9


def test_an_adiabatic_cooler_is_wet_only_where_dry_is_too_warm():
    # Dry it reaches 9 + 10 = 19 and 25 + 10 = 35 degC; wet, in the second hour, 12 + 8 = 20.
    adiabatic = cooler(kind="adiabatic-cooler", approach_k=8.0, dry_approach_k=10.0, cycles=3.0)
    found = hours(circuit(adiabatic), 100_000, [9.0, 25.0], [5.0, 12.0])
    assert [20.0, 20.0] == list(found.supply_c)
    assert 0 == found.water_l[0]
    assert found.water_l[1] == pytest.approx(360 / 2.442 * 3 / 2)


def test_a_water_cooled_chiller_evaporates_its_power_too():
    # Lift 24 + 12 - 18 = 18 K: e = 18 / 145.575 = 0.12365; (1 + e) x 100 kWh evaporate.
    found = hours(circuit(chiller(kind="chiller-water", cycles=5.0)), 100_000, [35.0], [24.0])
    power = 18 / 145.575
    assert found.compressors_w[0] == pytest.approx(100_000 * power)
    assert found.water_l[0] == pytest.approx((1 + power) * 360 / 2.442 * 5 / 4)


def test_pumps_run_all_the_time():
    pump = CoolingUnit("p", 0, 1000, 750, ())
    assert 1500 == hours(circuit(cooler(), pumps=(pump, pump)), 60_000, [5.0]).pumps_w


KINDS = ["dry-cooler", "tower", "adiabatic-cooler"]
temperatures = st.lists(st.floats(-20, 40), min_size=1, max_size=6)


@st.composite
def plants(draw):
    """A circuit with coolers or chillers or both, each kind of one model."""
    kind = draw(st.sampled_from(KINDS))
    approach_k, fans_w = draw(st.floats(4, 12)), draw(st.integers(0, 200_000))
    dry_k = draw(st.floats(5, 12)) if kind == "adiabatic-cooler" else 0.0
    coolers = [
        cooler(f"c{i}", kind, fans_w, approach_k=approach_k, dry_approach_k=dry_k)
        for i in range(draw(st.integers(0, 3)))
    ]
    lift_k, wet = draw(st.floats(5, 20)), draw(st.sampled_from(["chiller-air", "chiller-water"]))
    many = draw(st.integers(0 if coolers else 1, 2))
    chillers = [chiller(f"m{i}", wet, minimum_lift_k=lift_k) for i in range(many)]
    rise_k = draw(st.one_of(st.none(), st.floats(2, 15)))
    return circuit(*coolers, *chillers, setpoint_c=draw(st.floats(8, 45)), rise_k=rise_k)


def power(plant):
    return plant.fans_w + plant.compressors_w


def no_less(more, less):
    return bool(np.all(more >= less * (1 - 1e-9) - 1e-9))


@settings(max_examples=200, deadline=None)
@given(plants(), st.integers(1, 200_000), temperatures, st.floats(0, 15), st.floats(0, 5))
def test_hotter_weather_never_takes_less(plant, heat_w, dry, hotter, depression):
    wet = [t - depression for t in dry]
    before = hours(plant, heat_w, dry, wet)
    after = hours(plant, heat_w, [t + hotter for t in dry], [t + hotter for t in wet])
    assert no_less(power(after), power(before))
    assert no_less(after.supply_c, before.supply_c)


@settings(max_examples=200, deadline=None)
@given(plants(), st.integers(1, 200_000), temperatures, st.floats(0, 10))
def test_a_warmer_setpoint_never_takes_more(plant, heat_w, dry, warmer):
    setpoint_c = plant.setpoint_c + warmer
    after = hours(replace(plant, setpoint_c=setpoint_c, supply_c=setpoint_c), heat_w, dry)
    assert no_less(power(hours(plant, heat_w, dry)), power(after))


@settings(max_examples=200, deadline=None)
@given(plants(), st.integers(1, 90_000), temperatures)
def test_one_cooler_less_never_takes_less(plant, heat_w, dry):
    coolers = [r for r in plant.rejectors if not r.chills]
    chillers = [r for r in plant.rejectors if r.chills]
    if len(coolers) > 1 or (coolers and chillers):
        fewer = replace(plant, rejectors=(*coolers[1:], *chillers))
        assert no_less(power(hours(fewer, heat_w, dry)), power(hours(plant, heat_w, dry)))
