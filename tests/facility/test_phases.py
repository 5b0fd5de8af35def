"""Lines of a three-phase circuit: currents by hand, and the linear bounds that stand for them."""

from __future__ import annotations

import cmath
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.facility.phases import (
    LINES,
    PAIRS,
    facets,
    imbalance,
    line_currents,
    neutral_current,
)

NONE = (0.0, 0.0, 0.0)
amps = st.floats(0, 1000)
loads = st.tuples(amps, amps, amps)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def bound(star, leading, trailing):
    """The current that the facets see in a line: the largest of the linear bounds."""
    return max(s * star + a * leading + b * trailing for s, a, b in facets())


def test_positions_are_named_in_the_order_of_the_loads():
    assert ("L1", "L2", "L3") == LINES
    assert ("L1-L2", "L2-L3", "L3-L1") == PAIRS


def test_in_a_wye_a_line_carries_its_own_loads():
    assert close((26, 13, 4)) == line_currents((26, 13, 4), NONE)


def test_a_pair_loaded_alone_puts_its_current_on_both_its_lines():
    assert close((16, 16, 0)) == line_currents(NONE, (16, 0, 0))
    assert close((0, 16, 16)) == line_currents(NONE, (0, 16, 0))
    assert close((16, 0, 16)) == line_currents(NONE, (0, 0, 16))


def test_equal_pairs_put_sqrt_3_times_their_current_on_each_line():
    # HP, "Power basics for IT professionals": a 208 V delta with 10 A on each pair, 17.3 A a line.
    assert close((10 * math.sqrt(3),) * 3) == line_currents(NONE, (10, 10, 10))


def test_unequal_pairs_as_published():
    # HP, "Power basics for IT professionals": I1 = sqrt(I12^2 + I31^2 + I12 I31).
    # L1: sqrt(3^2 + 5^2 + 3 x 5) = sqrt(49) = 7; L2 and L3 carry one pair each.
    assert close((7, 3, 5)) == line_currents(NONE, (3, 0, 5))
    # L1: sqrt(8^2 + 7^2 + 8 x 7) = 13; L2: sqrt(8^2 + 7^2 + 8 x 7) = 13; L3: 7 sqrt(3).
    assert close((13, 13, 7 * math.sqrt(3))) == line_currents(NONE, (8, 7, 7))


def test_a_line_to_neutral_and_a_pair_together():
    # L1: 1 A along, sqrt(3) A that leads by 30 degrees: 1 + 1.5 along, 0.866 across: sqrt(7).
    # L2: the pair's alone.
    assert close((math.sqrt(7), math.sqrt(3), 0)) == line_currents((1, 0, 0), (math.sqrt(3), 0, 0))


def test_the_neutral_carries_what_is_unbalanced():
    assert close(7) == neutral_current((7, 0, 0))
    assert close(10) == neutral_current((10, 10, 0))
    assert close(0) == neutral_current((5, 5, 5))
    # 10 - (4 + 1) / 2 = 7.5 along L1, (4 - 1) x 0.866 across: sqrt(63).
    assert close(math.sqrt(63)) == neutral_current((10, 4, 1))


def test_imbalance_is_against_the_mean():
    # Mean 10 A; the furthest lines are 1 A away.
    assert close(0.1) == imbalance((9, 10, 11))
    # One line alone: mean I / 3, it is 2 I / 3 away: 200 %.
    assert close(2.0) == imbalance((12, 0, 0))
    assert 0 == imbalance(NONE)


@given(loads, loads)
def test_lines_are_sums_of_phasors(star, delta):
    # The definition, with the voltages of a symmetric system and resistive loads.
    turn = cmath.rect(1, math.radians(-120))
    lead = cmath.rect(1, math.radians(30))
    to_neutral = [star[k] * turn**k for k in range(3)]
    pairs = [delta[k] * lead * turn**k for k in range(3)]
    expected = [abs(to_neutral[k] + pairs[k] - pairs[k - 1]) for k in range(3)]
    assert pytest.approx(expected, rel=1e-9, abs=1e-6) == line_currents(star, delta)


@given(loads, loads, st.integers(0, 5), amps)
def test_more_load_never_lowers_a_line(star, delta, position, more):
    before = line_currents(star, delta)
    positions = [*star, *delta]
    positions[position] += more
    after = line_currents(positions[:3], positions[3:])
    assert all(new >= old * (1 - 1e-12) for old, new in zip(before, after, strict=True))


@given(loads, loads)
def test_turning_the_positions_turns_the_lines(star, delta):
    a, b, c = line_currents(star, delta)
    turned = line_currents((star[2], *star[:2]), (delta[2], *delta[:2]))
    assert close((c, a, b)) == turned


@given(loads, loads)
def test_a_line_carries_at_most_the_sum_of_its_loads(star, delta):
    plain = star[0] + delta[0] + delta[2]
    current = line_currents(star, delta)[0]
    # Vectors no more than 60 degrees apart: never shorter than their sum times cos 30.
    assert plain * math.cos(math.radians(30)) * (1 - 1e-9) <= current <= plain * (1 + 1e-9)


@given(loads)
def test_the_neutral_never_carries_more_than_the_fullest_line(star):
    assert neutral_current(star) <= max(star) * (1 + 1e-9)


@given(amps, amps, amps)
def test_facets_never_admit_a_current_above_the_limit(star, leading, trailing):
    # They admit when their bound is within the limit, so the bound may not be below the current.
    current = line_currents((star, 0, 0), (leading, 0, trailing))[0]
    assert current * (1 - 1e-9) <= bound(star, leading, trailing)


@given(amps, amps, amps)
def test_facets_keep_back_at_most_0_4_percent(star, leading, trailing):
    current = line_currents((star, 0, 0), (leading, 0, trailing))[0]
    assert bound(star, leading, trailing) * (1 - 0.004) <= current + 1e-9


@pytest.mark.parametrize(
    ("star", "leading", "trailing"), [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (2, 1, 1)]
)
def test_facets_are_exact_at_their_corners(star, leading, trailing):
    current = line_currents((star, 0, 0), (leading, 0, trailing))[0]
    assert close(current) == bound(star, leading, trailing)


@given(st.floats(0, 10), st.floats(0, 10))
def test_facets_weigh_the_leading_and_the_trailing_pair_alike(leading, trailing):
    assert close(bound(0, leading, trailing)) == bound(0, trailing, leading)


def test_facets_are_all_needed():
    # Each is the largest in the middle of its own edge, at 25, 15, 5 degrees to either side.
    for degrees in (-25, -15, -5, 5, 15, 25):
        across = math.tan(math.radians(degrees))
        # star + (leading + trailing) cos 30 = 1, (leading - trailing) / 2 = across
        leading, trailing = max(0, 2 * across), max(0, -2 * across)
        star = 1 - (leading + trailing) * math.cos(math.radians(30))
        values = [s * star + a * leading + b * trailing for s, a, b in facets()]
        current = math.hypot(1, across)
        assert close(current / math.cos(math.radians(5))) == max(values)
        assert 1 == sum(value > max(values) - 1e-6 for value in values)
