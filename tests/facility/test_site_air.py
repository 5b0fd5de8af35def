"""Air at the site: pressure, density, airflow and inlet windows, against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.facility.air import CP_AIR_J_KG_K, airflow_l_s, inlet_derate_k, site_air

CFM_L_S = 0.4719474432


@pytest.mark.parametrize(
    ("elevation_m", "pressure_pa"),
    [(-500, 107_478), (0, 101_325), (500, 95_461), (1000, 89_875), (4000, 61_640)],
)
def test_standard_pressure(elevation_m, pressure_pa):
    # ASHRAE Fundamentals 2017, chapter 1, table 1.
    assert pytest.approx(pressure_pa, abs=1) == site_air(elevation_m).pressure_pa


@pytest.mark.parametrize(("elevation_m", "density"), [(0, 1.199), (1600, 0.9873)])
def test_density_of_room_air(elevation_m, density):
    # 20 degC and 50 % humidity at the local pressure: psychrolib 2.5.0 and CoolProp 8 agree on
    # 0.987 at 1,600 m. The standard atmosphere's own temperature would give 1.048.
    assert pytest.approx(density, abs=5e-4) == site_air(elevation_m).density


def test_thin_air_takes_a_fifth_more_volume_at_1600_m():
    # Volume grows as pressure falls: +21.3 %; the moisture at 50 % humidity adds a little.
    assert pytest.approx(1.213, abs=0.003) == 1 / site_air(1600).ratio
    assert 1.0 == site_air(0).ratio


@pytest.mark.parametrize(
    ("heat_w", "rise_k", "cfm", "within"),
    [
        (10_200, 15.0, 1195, 0.002),  # 10.2 kW node; the source takes cp 1,005 where we have 1,006
        (100_000, 15.0, 11_700, 0.005),  # 117 CFM per kW, and 146 at 12 K, both rounded
        (100_000, 12.0, 14_600, 0.005),
        (4000, 20 / 1.8, 629, 0.01),  # 3412 kW / (1.085 dT): 4 kW at 20 degF
    ],
)
def test_airflow_of_heat(heat_w, rise_k, cfm, within):
    assert pytest.approx(cfm * CFM_L_S, rel=within, abs=1) == airflow_l_s(heat_w, rise_k, 1.2)


@given(st.integers(0, 10**6), st.floats(1, 40), st.floats(0.5, 1.3))
def test_airflow_is_enough_and_not_a_litre_too_much(heat_w, rise_k, density):
    flow = airflow_l_s(heat_w, rise_k, density)
    carried = flow / 1000 * density * CP_AIR_J_KG_K * rise_k
    one_litre = density * CP_AIR_J_KG_K * rise_k / 1000
    assert carried >= heat_w - 1e-3
    assert carried - heat_w <= one_litre + 1e-3


@pytest.mark.parametrize(
    ("ashrae_class", "elevation_m", "kelvin"),
    [
        ("A2", 900, 0.0),
        ("A2", 0, 0.0),
        ("A2", -400, 0.0),
        ("A2", 1200, 1.0),
        ("A2", 1600, 7 / 3),  # Lenovo: 35 degC become 32.7 degC
        ("A1", 1600, 7 / 3),
        ("A3", 1600, 4.0),
        ("A4", 1600, 5.6),
    ],
)
def test_the_warmest_inlet_falls_with_height(ashrae_class, elevation_m, kelvin):
    # ASHRAE TC 9.9 (2021): 1 K for each 300 m (A1, A2), 175 m (A3), 125 m (A4) above 900 m.
    assert pytest.approx(kelvin) == inlet_derate_k(ashrae_class, elevation_m)
