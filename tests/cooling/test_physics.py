"""Physics of air and coolant at the figures of published examples, and by hand."""

from __future__ import annotations

import pytest
from cooled_sites import cooled_site
from hypothesis import given
from hypothesis import strategies as st
from small_sites import facility_of

from rackplan.catalog.load import builtin
from rackplan.facility.air import (
    CP_AIR_J_KG_K,
    HUMIDITY_BY_CLASS,
    coil_capacity_w,
    humidity_misfit,
    moist_density,
    relative_humidity,
    rise_k,
)
from rackplan.facility.cooling import PipeDrop

CFM_L_S = 0.4719474432


@pytest.mark.parametrize(
    ("elevation_m", "air_c", "density"),
    [
        (0, 20.0, 1.1989),
        (1600, 20.0, 0.9873),  # CoolProp 8: 0.9877
        (0, 35.0, 1.1340),
    ],
)
def test_density_follows_room_temperature_and_local_pressure(elevation_m, air_c, density):
    from rackplan.facility.air import site_air

    pressure_pa = site_air(elevation_m).pressure_pa
    assert pytest.approx(density, abs=2e-3) == moist_density(air_c, pressure_pa)


@given(st.floats(0, 3050), st.floats(15, 45), st.floats(0.1, 0.8))
def test_density_is_that_of_dry_air_and_vapor(elevation_m, air_c, humidity):
    """Ideal gases with the saturation pressure of ASHRAE Fundamentals 2017, ch. 1, eq. 6."""
    import math

    kelvin = air_c + 273.15
    ln_pws = (
        -5.8002206e3 / kelvin
        + 1.3914993
        - 4.8640239e-2 * kelvin
        + 4.1764768e-5 * kelvin**2
        - 1.4452093e-8 * kelvin**3
        + 6.5459673 * math.log(kelvin)
    )
    pressure = 101325 * (1 - 2.25577e-5 * elevation_m) ** 5.2559
    vapor = humidity * math.exp(ln_pws)
    dry = (pressure - vapor) / (287.042 * kelvin)
    expected = dry + vapor / (461.524 * kelvin)
    assert pytest.approx(expected, rel=5e-5) == moist_density(air_c, pressure, humidity=humidity)


def test_rise_of_a_published_server():
    # DGX H100: 10.2 kW and 1,105 CFM; NVIDIA's 108 CFM/kW is a rise of 16.2 K.
    density = moist_density(20.0, 101325)
    assert pytest.approx(16.2, abs=0.2) == rise_k(10_200, round(1105 * CFM_L_S), density)


def test_heat_of_a_coil_by_hand():
    # 100 kW with air of 36 degC on water of 10 degC: 3,846.2 W/K. 8,000 L/s at 1.2 kg/m3 carry
    # 9,657.6 W/K. Supply 6 K above the water: 3846.2 x 6 / (1 - 0.39825) = 38,349 W.
    unit = builtin().air_unit("crah-100kw")
    per_k = unit.capacity.value / unit.rated_difference_k
    of_air = 1.2 * CP_AIR_J_KG_K * unit.airflow.value / 1000
    expected = per_k * 6 / (1 - per_k / of_air)
    assert expected < unit.capacity.value
    assert pytest.approx(expected, rel=1e-9) == coil_capacity_w(unit, 6.0, 1.2)
    assert 0.0 == coil_capacity_w(unit, 0.0, 1.2)
    # At the rating: the supply is the return less what the heat takes off it.
    rated = unit.return_temperature.value - unit.capacity.value / of_air
    at_rating = coil_capacity_w(unit, rated - unit.water_temperature.value, 1.2)
    assert pytest.approx(unit.capacity.value, rel=1e-6) == at_rating


@given(st.floats(0.1, 30), st.floats(0.1, 5), st.floats(0.8, 1.3))
def test_a_supply_further_above_the_water_carries_more(approach_k, more_k, density):
    unit = builtin().air_unit("in-row-30kw")
    less = coil_capacity_w(unit, approach_k, density)
    assert less <= coil_capacity_w(unit, approach_k + more_k, density) <= unit.capacity.value


def test_moisture_by_class():
    # ASHRAE TC 9.9, 2021: A1 up to 17 degC dew point, A2 up to 21.
    a1, a2 = HUMIDITY_BY_CLASS["A1"], HUMIDITY_BY_CLASS["A2"]
    assert humidity_misfit(a1, 27.0, 17.0) is None
    assert "dew point of 17 degC; it is 17.1" in str(humidity_misfit(a1, 27.0, 17.1))
    assert humidity_misfit(a2, 27.0, 21.0) is None
    assert "80% relative humidity" in str(humidity_misfit(a2, 20.0, 19.0))
    assert "8% relative humidity" in str(humidity_misfit(a1, 35.0, -10.0))


def test_relative_humidity_of_a_published_state():
    # Saturation pressure 3,169.7 Pa at 25 degC and 12,351.3 Pa at 50 degC (ASHRAE Fundamentals
    # 2017, ch. 1, table 3): air of 50 degC with a dew point of 25 degC.
    assert pytest.approx(3169.7 / 12351.3, rel=3e-4) == relative_humidity(50.0, 25.0)


@pytest.mark.parametrize(("per_kw", "kelvin"), [(1.5, 10.0), (1.35, 11.1), (1.0, 15.0)])
def test_coolant_rise_of_published_flows(per_kw, kelvin):
    # PG25 at 30 degC: 1.5 L/min per kW is 10 K (OCP), 1.35 is 11.1 K (Vertiv), 1.0 is 15 K.
    document = cooled_site()
    server = document["catalog"]["servers"]["wet8"]
    server |= {"liquid_fraction": 1.0, "coolant_flow": f"{6 * per_kw} L/min"}
    document["demand"] = [{"server": "wet8"}]
    site = facility_of(document)
    footprint, loop = site.footprints[0], site.loops["loop"]
    assert 30.0 == loop.supply_c
    rise = loop.rise_k(footprint.liquid_w, footprint.flow_ml_min)
    assert pytest.approx(kelvin, abs=0.05) == rise


def test_pressure_grows_with_the_square_of_the_flow():
    # 60 kPa at 900 L/min: of 150 kPa a server of 90 kPa leaves just that; one of 135 kPa a quarter
    # of it, half the flow.
    pipes = PipeDrop(60_000, 900_000, 150_000)
    assert 900_000 == pipes.most_flow(90_000)
    assert 450_000 == pipes.most_flow(135_000)
    assert 0 == pipes.most_flow(150_001)


def test_thin_air_and_what_it_does():
    # 1,600 m: air units carry 82.3 % of their rating, servers take in 21 % more.
    low, high = cooled_site(), cooled_site()
    high["site"]["elevation"] = "1600 m"
    units = [facility_of(document).zones["zone"].units[0] for document in (low, high)]
    assert pytest.approx(0.823, abs=0.001) == units[1].capacity_w / units[0].capacity_w
    boxes = [facility_of(document).footprints[0] for document in (low, high)]
    assert pytest.approx(1.214, abs=0.003) == boxes[1].airflow_l_s / boxes[0].airflow_l_s
    assert pytest.approx(boxes[0].rise_k, rel=0.005) == boxes[1].rise_k
    assert boxes[1].inlet_max_c == boxes[0].inlet_max_c - (1600 - 900) / 175
