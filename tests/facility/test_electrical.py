"""What a circuit may carry, against published tables."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.facility.electrical import CONTINUOUS, Rating, apparent_va, position_volts

NEC, IEC = CONTINUOUS["nec"], CONTINUOUS["iec"]
NVIDIA_PF = Fraction(19, 20)

shares = st.fractions(Fraction(1, 2), 1, max_denominator=100)
ratings = st.builds(
    Rating,
    volts=st.integers(100, 690),
    amps_ma=st.integers(1000, 5_000_000),
    phases=st.sampled_from([1, 3]),
    continuous=shares,
    thermal=shares,
)


def test_shares_of_the_standards():
    # NEC 210.20: 80 % for three hours or more, all of an assembly rated for 100 %; IEC: all.
    assert {"nec": Fraction(4, 5), "nec-100": 1, "iec": 1} == CONTINUOUS


@pytest.mark.parametrize(
    ("volts", "phases", "amps", "continuous_a", "volt_amperes"),
    [
        (120, 1, 20, 16, 1920),
        (120, 1, 30, 24, 2880),
        (240, 1, 20, 16, 3840),
        (240, 1, 30, 24, 5760),
        (240, 1, 40, 32, 7680),
        (240, 1, 50, 40, 9600),
        (208, 3, 20, 16, 5764),
        (208, 3, 30, 24, 8646),
        (208, 3, 60, 48, 17_292),
    ],
)
def test_circuits_in_north_america(volts, phases, amps, continuous_a, volt_amperes):
    # HP, "Power basics for IT professionals", page 22, table 4: k V A x 0.8. It takes 1.7320 for
    # sqrt(3): within 2 VA.
    rating = Rating(volts, amps * 1000, phases, NEC)
    assert continuous_a * 1000 == rating.continuous_ma
    assert pytest.approx(volt_amperes, abs=2) == rating.continuous_va()


@pytest.mark.parametrize(
    ("phases", "amps", "volt_amperes"),
    [(1, 32, 7360), (1, 63, 14_490), (3, 32, 22_080), (3, 63, 43_470)],
)
def test_circuits_in_europe_are_not_derated(phases, amps, volt_amperes):
    # HP, "Power basics for IT professionals", table 5: 230 V a phase, number of phases x 230 V x A.
    assert volt_amperes == phases * Rating(230, amps * 1000, 1, IEC).continuous_va()
    line_to_line = 230 * math.sqrt(3) if phases == 3 else 230
    assert pytest.approx(volt_amperes) == apparent_va(line_to_line, amps, phases)


def test_derating_by_temperature_and_power_factor():
    # AusNOG list, 2025-04-08: 230 V 30 A. Cold aisle, power factor 0.9:
    # 30 x 0.8 = 24 A; 24 x 230 x 0.9 = 4,968 W.
    cold = Rating(230, 30_000, 1, NEC)
    assert (24_000, 4968) == (cold.continuous_ma, cold.continuous_w(Fraction(9, 10)))
    # Hot aisle, factor 0.87, power factor 0.8: 30 x 0.8 x 0.87 = 20.88 A; x 230 x 0.8 = 3,841.9 W.
    # The source prints 3,848 W: within 0.2 %.
    hot = Rating(230, 30_000, 1, NEC, thermal=Fraction(87, 100))
    assert (20_880, 3841) == (hot.continuous_ma, hot.continuous_w(Fraction(4, 5)))
    assert pytest.approx(3848, rel=0.002) == hot.continuous_w(Fraction(4, 5))
    # A short peak may use all of the breaker, but not what the heat takes away: 30 x 0.87.
    assert 26_100 == hot.short_ma


def test_a_feed_as_in_netbox():
    # patjenkinsGIT/netbox-gpu-pod, design notes: 415 V, 60 A, three phases, 80 %: 34,501 VA, with
    # 1.732 for sqrt(3): within 2 VA.
    assert pytest.approx(34_501, abs=2) == Rating(415, 60_000, 3, NEC).continuous_va()


@pytest.mark.parametrize(
    ("volts", "amps", "continuous", "full_kva", "derated_kva", "kilowatts"),
    [
        (208, 30, NEC, 10.81, 8.65, 8.21),
        (208, 60, NEC, 21.62, 17.29, 16.43),
        (208, 100, NEC, 36.03, 28.82, 27.38),
        (380, 32, IEC, 21.06, 21.06, 20.01),
        (400, 32, IEC, 22.17, 22.17, 21.06),
        (415, 32, IEC, 23.00, 23.00, 21.85),
        (400, 60, NEC, 41.57, 33.26, 31.59),
        (415, 60, NEC, 43.13, 34.50, 32.78),
        (415, 63, IEC, 45.28, 45.28, 43.02),
        (415, 100, NEC, 71.88, 57.50, 54.63),
        (480, 60, NEC, 49.88, 39.91, 37.91),
    ],
)
def test_three_phase_circuits_at_nvidias_power_factor(
    volts, amps, continuous, full_kva, derated_kva, kilowatts
):
    # sqrt(3) V A, x 0.8 where NEC, x 0.95. NVIDIA prints 32.7 kW for 415 V 60 A and 21.8 kW for
    # 415 V 32 A. Figures of two decimals, and ours are rounded down: within 6.
    rating = Rating(volts, amps * 1000, 3, continuous)
    assert pytest.approx(full_kva * 1000, abs=6) == apparent_va(volts, amps, 3)
    assert pytest.approx(derated_kva * 1000, abs=6) == rating.continuous_va()
    assert pytest.approx(kilowatts * 1000, abs=6) == rating.continuous_w(NVIDIA_PF)


def test_sustained_load_and_short_peak_have_limits_of_their_own():
    # NVIDIA's B300 rack of low density, 30 kW on average and 39.4 kW at its peak on one 400 V 60 A
    # feed, fits only under both: 33,255 VA x 0.95 = 31.6 kW and 41,569 VA x 0.95 = 39.5 kW.
    rating = Rating(400, 60_000, 3, NEC)
    assert 30_000 <= rating.continuous_w(NVIDIA_PF) < 39_400 <= rating.short_w(NVIDIA_PF)
    assert (48_000, 60_000) == (rating.continuous_ma, rating.short_ma)
    assert pytest.approx(31_600, abs=50) == rating.continuous_w(NVIDIA_PF)
    assert pytest.approx(39_500, abs=50) == rating.short_w(NVIDIA_PF)


@pytest.mark.parametrize(
    ("volts", "wiring", "expected"),
    [
        (415, "wye", 239.6),  # 415 / 1.732
        (400, "wye", 230.9),  # 400 / 1.732
        (208, "wye", 120.1),  # 208 / 1.732
        (208, "delta", 208),
        (240, "single", 240),
    ],
)
def test_what_an_outlet_gets(volts, wiring, expected):
    assert pytest.approx(expected, abs=0.05) == position_volts(volts, wiring)


def test_three_outlets_make_a_circuit():
    # A wye of 415 V 32 A: 32 A from each line to neutral is all of it.
    assert pytest.approx(apparent_va(415, 32, 3)) == 3 * 32 * position_volts(415, "wye")
    # A delta of 208 V 30 A: each pair gets 30 / sqrt(3) A.
    pair_a = 30 / math.sqrt(3)
    assert pytest.approx(apparent_va(208, 30, 3)) == 3 * pair_a * position_volts(208, "delta")


def test_a_limit_rounds_down():
    # 10.001 A x 0.8 = 8,000.8 mA; x 100 V = 800.08 VA; x 0.95 = 760.076 W.
    rating = Rating(100, 10_001, 1, NEC)
    assert (8000, 800, 760) == (
        rating.continuous_ma,
        rating.continuous_va(),
        rating.continuous_w(NVIDIA_PF),
    )


@given(ratings, shares)
def test_limits_are_in_order(rating, factor):
    assert rating.continuous_ma <= rating.short_ma <= rating.amps_ma
    assert rating.continuous_w(factor) <= rating.continuous_va()
    assert rating.continuous_w(factor) <= rating.short_w(factor)


@given(ratings, shares)
def test_a_limit_is_never_more_than_the_formula(rating, factor):
    amps = rating.amps_ma / 1000 * float(rating.thermal * rating.continuous)
    exact = apparent_va(rating.volts, amps, rating.phases) * float(factor)
    # Rounded down to the milliampere, as the limit of each line is, and then to the watt; figures
    # that are whole but for the last bit of a float count whole.
    one_ma = apparent_va(rating.volts, 0.001, rating.phases) * float(factor)
    assert exact - one_ma - 1 - 1e-5 < rating.continuous_w(factor) < exact + 1e-5


@given(ratings, shares, st.integers(0, 100_000))
def test_a_larger_breaker_never_carries_less(rating, factor, more):
    larger = Rating(
        rating.volts,
        rating.amps_ma + more,
        rating.phases,
        rating.continuous,
        rating.thermal,
    )
    assert rating.continuous_ma <= larger.continuous_ma
    assert rating.continuous_w(factor) <= larger.continuous_w(factor)
    assert rating.short_w(factor) <= larger.short_w(factor)
