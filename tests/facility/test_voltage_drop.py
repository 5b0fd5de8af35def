"""Voltage drop: by hand, against a published figure, and what must hold for any load."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.facility.phases import line_currents, neutral_current
from rackplan.facility.voltage_drop import (
    BRANCH_LIMIT,
    TOTAL_LIMIT,
    Branch,
    delta_drops_v,
    drop_share,
    drop_v,
    line_phasors,
    star_drops_v,
    worst_drop_share,
)

NONE = (0.0, 0.0, 0.0)
CABLE = Branch(length_m=30, resistance_ohm_km=0.52, reactance_ohm_km=0.10)

loads = st.tuples(*[st.floats(0, 100)] * 3)
factors = st.floats(0.5, 1)
lengths = st.floats(0, 500)
per_km = st.floats(0, 20)
branches = st.builds(Branch, lengths, per_km, per_km)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def test_three_phases_by_hand():
    # R cos + X sin = 0.52 x 0.8 + 0.10 x 0.6 = 0.476 ohm/km; 30 m: 0.01428 ohm.
    # sqrt(3) x 48 A x 0.01428 ohm = 1.1872 V; of 415 V: 0.286 %.
    assert pytest.approx(1.1872, abs=1e-4) == drop_v(CABLE, 48, 0.8, phases=3)
    assert pytest.approx(0.00286, abs=1e-5) == drop_share(CABLE, 48, 415, 0.8, phases=3)


def test_one_phase_by_hand():
    # 2 x 16 A x 3.3 ohm/km x 0.025 km = 2.64 V; of 240 V: 1.1 %.
    circuit = Branch(length_m=25, resistance_ohm_km=3.3)
    assert pytest.approx(2.64) == drop_v(circuit, 16, 1.0, phases=1)
    assert pytest.approx(0.011) == drop_share(circuit, 16, 240, 1.0, phases=1)


def test_the_effective_impedance_of_the_nec():
    # NEC chapter 9, table 9, 250 kcmil copper in steel conduit, per 1,000 ft (304.8 m): R 0.054,
    # X 0.052, effective Z at power factor 0.85: 0.073 ohm; as printed by risingedgeservices.com.
    kilofoot = Branch(304.8, 0.054 / 0.3048, 0.052 / 0.3048)
    assert pytest.approx(0.073, abs=5e-4) == drop_v(kilofoot, 1, 0.85, phases=1) / 2


def test_a_circuit_that_just_keeps_the_branch_limit():
    # 208 V, 24 A, power factor 1, 3.3 ohm/km: sqrt(3) x 24 x 3.3 / 1000 = 0.13718 V/m.
    # 3 % of 208 V is 6.24 V: 45.49 m.
    assert BRANCH_LIMIT > drop_share(Branch(45.4, 3.3), 24, 208, 1.0, phases=3)
    assert BRANCH_LIMIT < drop_share(Branch(45.6, 3.3), 24, 208, 1.0, phases=3)


def test_the_limits_of_the_informational_notes():
    assert (0.03, 0.05) == (BRANCH_LIMIT, TOTAL_LIMIT)


def test_unbalanced_lines_to_neutral_by_hand():
    # Power factor 1, resistance alone: 1 ohm. 10, 4 and 1 A: neutral along L1 is
    # 10 - (4 + 1) / 2 = 7.5 A, along L2 4 - (10 + 1) / 2 = -1.5, along L3 1 - (10 + 4) / 2 = -6.
    # Drops: 10 + 7.5 = 17.5 V, 4 - 1.5 = 2.5 V, 1 - 6 = -5 V: on L3 the voltage rises.
    ohm = Branch(1000, 1.0)
    amps = (10.0, 4.0, 1.0)
    assert close((17.5, 2.5, -5.0)) == star_drops_v(ohm, line_phasors(amps, NONE, 1.0))
    # The worst is L1: 17.5 V of 415 / sqrt(3) = 239.6 V.
    assert close(17.5 / (415 / math.sqrt(3))) == worst_drop_share(ohm, amps, NONE, 415, 1.0)


def test_unbalanced_line_pairs_by_hand():
    # Power factor 1, resistance alone: 1 ohm. 10 A on L1-L2, 4 A on L2-L3, nothing on L3-L1.
    # I1 - I2 = (I12 - I31) - (I23 - I12) = 2 I12 - I23 - I31; the pairs are 120 degrees apart, so
    # along L1-L2: 2 x 10 + 4 / 2 = 22 V, L2-L3: 2 x 4 + 10 / 2 = 13 V, L3-L1: 14 / 2 = 7 V.
    ohm = Branch(1000, 1.0)
    amps = (10.0, 4.0, 0.0)
    assert close((22.0, 13.0, 7.0)) == delta_drops_v(ohm, line_phasors(NONE, amps, 1.0))
    assert close(22 / 208) == worst_drop_share(ohm, NONE, amps, 208, 1.0)


def test_only_loaded_positions_count():
    # Power factor 1, reactance alone: 1 ohm. 10 A on L1: what the line and the neutral drop lies
    # across L1's own voltage, 0 V along it. The neutral's 10 V lie 30 degrees from L3's voltage:
    # 10 x 0.866 = 8.66 V along that, where nothing is loaded.
    reactor = Branch(1000, 0.0, 1.0)
    amps = (10.0, 0.0, 0.0)
    drops = star_drops_v(reactor, line_phasors(amps, NONE, 1.0))
    assert close((0, -10 * math.sqrt(3) / 2, 10 * math.sqrt(3) / 2)) == drops
    assert close(0) == worst_drop_share(reactor, amps, NONE, 415, 1.0)


def test_without_load_there_is_no_drop():
    assert 0 == worst_drop_share(CABLE, NONE, NONE, 415, 0.95)


@given(branches, st.floats(0, 100), factors)
def test_balanced_lines_drop_as_the_balanced_formula_says(branch, amps, factor):
    share = drop_share(branch, amps, 415, factor, phases=3)
    assert close(share) == worst_drop_share(branch, (amps,) * 3, NONE, 415, factor)
    # Equal pairs put sqrt(3) times their current on each line.
    pairs = (amps / math.sqrt(3),) * 3
    assert close(share) == worst_drop_share(branch, NONE, pairs, 415, factor)


@given(branches, st.floats(0, 100), factors, st.integers(0, 2))
def test_one_loaded_position_is_a_single_phase_circuit(branch, amps, factor, position):
    alone = tuple(amps if index == position else 0.0 for index in range(3))
    drop = drop_v(branch, amps, factor, phases=1)  # out, and back in the neutral or the other line
    lines = line_phasors(alone, NONE, factor)
    assert close(drop) == star_drops_v(branch, lines)[position]
    assert close(drop) == delta_drops_v(branch, line_phasors(NONE, alone, factor))[position]


@given(loads, loads, factors)
def test_phasors_have_the_lengths_of_the_line_currents(star, delta, factor):
    lines = line_phasors(star, delta, factor)
    assert close(line_currents(star, delta)) == tuple(abs(line) for line in lines)
    assert pytest.approx(neutral_current(star), abs=1e-5) == abs(sum(lines))


@given(branches, loads, loads, factors)
def test_drops_weighted_with_currents_are_what_the_conductors_take(branch, star, delta, factor):
    lines = line_phasors(star, delta, factor)
    drops = (*star_drops_v(branch, lines), *delta_drops_v(branch, lines))
    ohm = branch.impedance_ohm
    effective = ohm.real * factor + ohm.imag * math.sqrt(1 - factor * factor)
    squares = sum(abs(current) ** 2 for current in (*lines, sum(lines)))
    taken = sum(amps * drop for amps, drop in zip((*star, *delta), drops, strict=True))
    assert pytest.approx(effective * squares, rel=1e-9, abs=1e-6) == taken


@given(branches, loads, loads, factors)
def test_the_worst_drop_is_never_negative(branch, star, delta, factor):
    assert -1e-12 <= worst_drop_share(branch, star, delta, 415, factor)


@given(branches, st.floats(0, 100), factors, st.sampled_from([1, 3]), st.floats(0, 100))
def test_more_length_current_or_impedance_never_lowers_the_drop(branch, amps, factor, phases, more):
    length, ohm, reactance = branch.length_m, branch.resistance_ohm_km, branch.reactance_ohm_km
    least = drop_v(branch, amps, factor, phases) * (1 - 1e-12)
    assert least <= drop_v(branch, amps + more, factor, phases)
    assert least <= drop_v(Branch(length + more, ohm, reactance), amps, factor, phases)
    assert least <= drop_v(Branch(length, ohm + more, reactance), amps, factor, phases)
    assert least <= drop_v(Branch(length, ohm, reactance + more), amps, factor, phases)


@given(branches, loads, loads, factors, st.floats(1, 10))
def test_the_worst_drop_grows_with_length_and_with_all_currents(branch, star, delta, factor, times):
    worst = worst_drop_share(branch, star, delta, 415, factor)
    longer = Branch(branch.length_m * times, branch.resistance_ohm_km, branch.reactance_ohm_km)
    assert close(times * worst) == worst_drop_share(longer, star, delta, 415, factor)
    more = ([times * amps for amps in star], [times * amps for amps in delta])
    assert close(times * worst) == worst_drop_share(branch, *more, 415, factor)


def test_load_on_another_line_may_relieve_the_neutral():
    # 10 A on L1 alone: 10 + 10 = 20 V. With 4 A on L2 the neutral along L1 is 10 - 2 = 8 A: 18 V.
    ohm = Branch(1000, 1.0)
    alone = worst_drop_share(ohm, (10, 0, 0), NONE, 415, 1.0)
    assert close(alone * 18 / 20) == worst_drop_share(ohm, (10, 4, 0), NONE, 415, 1.0)


@given(branches, branches, loads, loads, loads, factors)
def test_the_sum_of_the_worst_bounds_the_path(feeder, branch, star, delta, others, factor):
    # A feeder that carries this branch and others, then the branch itself.
    feeder_star = [one + other for one, other in zip(star, others, strict=True)]
    ends = line_phasors(star, delta, factor)
    heads = line_phasors(feeder_star, delta, factor)
    for drops_v, amps, volts in (
        (star_drops_v, star, 415 / math.sqrt(3)),
        (delta_drops_v, delta, 415),
    ):
        path = zip(drops_v(feeder, heads), drops_v(branch, ends), amps, strict=True)
        worst = worst_drop_share(feeder, feeder_star, delta, 415, factor)
        worst += worst_drop_share(branch, star, delta, 415, factor)
        assert all((one + two) / volts <= worst + 1e-9 for one, two, loaded in path if loaded)
