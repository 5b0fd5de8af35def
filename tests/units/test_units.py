"""Quantity texts: every kind, both ways of rounding, what is refused, and how figures are shown."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rackplan.errors import QuantityError
from rackplan.units import Quantity, parse, show

EXACT = [
    ("34.5 kW", Quantity.POWER, 34_500),
    ("1.2 MW", Quantity.POWER, 1_200_000),
    ("34.1 kW", Quantity.POWER, 34_100),  # 34100.000000000004 in floats
    (".5 kW", Quantity.POWER, 500),
    ("+7 W", Quantity.POWER, 7),
    ("2e3 W", Quantity.POWER, 2000),
    ("34.5 kVA", Quantity.APPARENT_POWER, 34_500),
    ("63 A", Quantity.CURRENT, 63_000),
    ("29.997 A", Quantity.CURRENT, 29_997),
    ("415 V", Quantity.VOLTAGE, 415),
    ("0.4 kV", Quantity.VOLTAGE, 400),
    ("600 mm", Quantity.LENGTH, 600),
    ("1.2 m", Quantity.LENGTH, 1200),
    ("10 in", Quantity.LENGTH, 254),
    ("1600 m", Quantity.ELEVATION, 1600),
    ("-420 m", Quantity.ELEVATION, -420),
    ("-1.2 m", Quantity.POSITION, -1200),
    ("107.75 kg", Quantity.MASS, 107_750),
    ("1.36 t", Quantity.MASS, 1_360_000),
    ("12.5 m2", Quantity.AREA, 12_500_000),
    ("1200 kg/m2", Quantity.FLOOR_LOAD, 1_200_000),
    ("24 degC", Quantity.TEMPERATURE, 24.0),
    ("24 °C", Quantity.TEMPERATURE, 24.0),
    ("-10 degC", Quantity.TEMPERATURE, -10.0),
    ("12 K", Quantity.TEMPERATURE_DIFFERENCE, 12.0),
    ("12 degC", Quantity.TEMPERATURE_DIFFERENCE, 12.0),
    ("12 °C", Quantity.TEMPERATURE_DIFFERENCE, 12.0),
    ("2 m3/s", Quantity.AIRFLOW, 2000),
    ("2 m³/s", Quantity.AIRFLOW, 2000),
    ("3600 m3/h", Quantity.AIRFLOW, 1000),
    ("5 l/s", Quantity.AIRFLOW, 5),
    ("110 L/min", Quantity.FLOW, 110_000),
    ("19.999 L/min", Quantity.FLOW, 19_999),
    ("150 kPa", Quantity.PRESSURE, 150_000),
    ("2 bar", Quantity.PRESSURE, 200_000),
    ("350 mbar", Quantity.PRESSURE, 35_000),
    ("200 L", Quantity.VOLUME, 200_000),
    ("3 m3", Quantity.VOLUME, 3_000_000),
    ("450 ms", Quantity.TIME, 450),
    ("2 s", Quantity.TIME, 2000),
    ("1 min", Quantity.TIME, 60_000),
    ("96 GB", Quantity.BYTES, 96 * 10**9),
    ("96 GiB", Quantity.BYTES, 96 * 2**30),
    ("4.0 TB/s", Quantity.BANDWIDTH, 4 * 10**12),
    ("296 TFLOP/s", Quantity.COMPUTE, 296 * 10**12),
    ("296 TFLOPS", Quantity.COMPUTE, 296 * 10**12),
    ("50000 tok/s", Quantity.TOKEN_RATE, 50_000.0),
    ("3000 tokens/min", Quantity.TOKEN_RATE, 50.0),
    ("0.5 req/s", Quantity.REQUEST_RATE, 0.5),
    ("40 img/s", Quantity.IMAGE_RATE, 40.0),
    ("1.15 ohm/km", Quantity.RESISTANCE_PER_LENGTH, 1.15),
    ("1.5 mohm/m", Quantity.RESISTANCE_PER_LENGTH, 1.5),
]


@pytest.mark.parametrize(("text", "quantity", "expected"), EXACT)
def test_texts_that_are_whole_base_units(text, quantity, expected):
    assert expected == parse(text, quantity, "down")
    assert expected == parse(text, quantity, "up")
    assert type(expected) is type(parse(text, quantity, "down"))


def test_every_quantity_has_a_case():
    assert set(Quantity) == {quantity for _, quantity, _ in EXACT}


@pytest.mark.parametrize("quantity", Quantity)
def test_the_examples_in_messages_can_be_written(quantity):
    for text in quantity.value.examples.replace('"', "").split(", "):
        parse(text, quantity, "up")


# Capacity rounds down, demand rounds up.
@pytest.mark.parametrize(
    ("text", "quantity", "down", "up"),
    [
        ("34.56789 kW", Quantity.POWER, 34_567, 34_568),
        ("1105 cfm", Quantity.AIRFLOW, 521, 522),  # x 0.4719474432 L/s = 521.50
        ("225 lb", Quantity.MASS, 102_058, 102_059),  # x 453.59237 g = 102,058.28
        # Weights as structural engineers write them: 1 N weighs as 1 / 9.80665 kg.
        ("4.5 kN", Quantity.MASS, 458_872, 458_873),  # 4,500 / 9.80665 = 458.8723 kg
        ("12 kN/m2", Quantity.FLOOR_LOAD, 1_223_659, 1_223_660),  # 12,000 / 9.80665 = 1,223.6595
        ("70 lb/ft2", Quantity.FLOOR_LOAD, 341_769, 341_770),  # 31.7515 kg / 0.09290304 m2
        ("36 BTU/h", Quantity.POWER, 10, 11),  # x 0.29307 = 10.55
        ("1 gpm", Quantity.FLOW, 3785, 3786),  # 3,785.41 mL/min
        ("29 psi", Quantity.PRESSURE, 199_947, 199_948),  # x 6,894.757 Pa = 199,947.96
        ("50 gal", Quantity.VOLUME, 189_270, 189_271),  # x 3,785.41 mL = 189,270.59
        ("1 TR", Quantity.POWER, 3516, 3517),  # 3,516.85 W
        ("5280 ft", Quantity.ELEVATION, 1609, 1610),  # 1,609.344 m
        ("-1.5 mm", Quantity.POSITION, -2, -1),
        ("0.4 W", Quantity.POWER, 0, 1),
    ],
)
def test_rounding(text, quantity, down, up):
    assert (down, up) == (parse(text, quantity, "down"), parse(text, quantity, "up"))


def test_fahrenheit_and_kelvin():
    # (80 - 32) x 5 / 9 = 26.67 degC; 300 - 273.15 = 26.85 degC; 10 degF of difference is 5.56 K.
    assert pytest.approx(26.6667, abs=1e-4) == parse("80 degF", Quantity.TEMPERATURE, "up")
    assert pytest.approx(26.6667, abs=1e-4) == parse("80 °F", Quantity.TEMPERATURE, "up")
    assert pytest.approx(26.85) == parse("300 K", Quantity.TEMPERATURE, "up")
    difference = parse("10 degF", Quantity.TEMPERATURE_DIFFERENCE, "up")
    assert pytest.approx(50 / 9) == difference


def test_resistance_per_thousand_feet():
    # 1,000 ft = 304.8 m: 0.49 / 0.3048 = 1.6076 ohm/km
    assert pytest.approx(1.6076, abs=1e-4) == parse(
        "0.49 ohm/kft", Quantity.RESISTANCE_PER_LENGTH, "up"
    )


@pytest.mark.parametrize("quantity", Quantity)
def test_a_bare_number_is_refused(quantity):
    with pytest.raises(QuantityError, match="needs a unit: write"):
        parse("34", quantity, "up")


@pytest.mark.parametrize(
    ("text", "quantity", "message"),
    [
        ("34 kVA", Quantity.POWER, "'kVA' is no unit of power"),
        ("34 kW", Quantity.APPARENT_POWER, "'kW' is no unit of apparent power"),
        ("34 KW", Quantity.POWER, "'KW' is no unit"),
        ("34 kkW", Quantity.POWER, "'kkW' is no unit"),
        ("1 kW/h", Quantity.POWER, "'kW/h' is no unit"),
        ("96 Gb", Quantity.BYTES, "'Gb' is no unit"),
        ("24 C", Quantity.TEMPERATURE, "'C' is no unit"),
        ("24 K", Quantity.LENGTH, "'K' is no unit"),
        ("20 req/s", Quantity.TOKEN_RATE, "'req/s' is no unit"),
        ("5 L/s", Quantity.MASS, "'L/s' is no unit"),
        ("5 kg", Quantity.AIRFLOW, "'kg' is no unit of airflow"),
        ("5 ohm", Quantity.RESISTANCE_PER_LENGTH, "'ohm' is no unit of resistance per length"),
        ("5 mK", Quantity.TEMPERATURE_DIFFERENCE, "'mK' is no temperature difference"),
        ("-1 W", Quantity.POWER, "out of range"),
        ("-1 K", Quantity.TEMPERATURE_DIFFERENCE, "out of range"),
        ("-300 degC", Quantity.TEMPERATURE, "out of range"),
        ("9000 m", Quantity.ELEVATION, "out of range"),
        ("1e99 W", Quantity.POWER, "out of range"),
        ("", Quantity.AIRFLOW, "not an airflow"),
        ("kW", Quantity.POWER, "not a power"),
        ("five kW", Quantity.POWER, "not a power"),
        ("5,000 W", Quantity.POWER, "not a power"),
        ("5_000 W", Quantity.POWER, "not a power"),
        ("- 5 W", Quantity.POWER, "not a power"),
        ("nan W", Quantity.POWER, "not a power"),
        ("inf W", Quantity.POWER, "not a power"),
        ("0x10 W", Quantity.POWER, "not a power"),
    ],
)
def test_refused_with_what_to_write(text, quantity, message):
    with pytest.raises(QuantityError, match=message):
        parse(text, quantity, "up")


HOSTILE = [
    "9**9**9 W",
    "(5) W",
    "5 W**2/W",
    "5 W 1000",
    "5 W 2",
    "5 W/1",
    "5 W/0",
    "5 W/",
    "5 W/ ",
    "5 W//W",
    "5 W W",
    "5 kW hour/hour",
    "5 kW e3",
    "1e999 W",
    "1e-999 W",
    "5 __import__('os')",
    "5 W.real",
    "5 W\x00",
    "\u0663\u0664 kW",  # Arabic digits
    "\uff13 kW",  # a full-width 3
    "\u00bd kW",  # one half
    "5 \u212a",  # the Kelvin sign
    "5 \u200bW",  # a zero-width space
    "5 \U0001f50c",
    "9" * 10_000 + " W",
    "5 " + "W" * 10_000,
    "5 W" + " " * 10_000,
    "5 " + "k" * 24 + "W",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_refused_at_once(text):
    parse("1 W", Quantity.POWER, "up")  # the registry is there
    started = time.perf_counter()
    with pytest.raises(QuantityError):
        parse(text, Quantity.POWER, "up")
    assert 0.1 > time.perf_counter() - started


@given(st.text(max_size=70))
@example("5 W/ ")
@example("0°")
def test_any_text_is_a_figure_or_refused(text):
    for quantity in (Quantity.POWER, Quantity.TEMPERATURE_DIFFERENCE, Quantity.AIRFLOW):
        try:
            value = parse(text, quantity, "up")
        except QuantityError:
            continue
        assert quantity.value.minimum <= value <= quantity.value.maximum


@given(
    number=st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,4})?", fullmatch=True),
    unit=st.text(alphabet="kMGmWAVgLsBth/23²³°µ ", max_size=10),
)
def test_any_unit_is_known_or_refused(number, unit):
    for quantity in Quantity:
        try:
            value = parse(f"{number} {unit}", quantity, "down")
        except QuantityError:
            continue
        assert quantity.value.minimum <= value <= quantity.value.maximum


@given(st.integers(min_value=0, max_value=10**11))
def test_whole_watts_survive_every_spelling(watts):
    for text in (f"{watts} W", f"{watts / 1000:.3f} kW", f"{watts / 10**6:.6f} MW"):
        assert watts == parse(text, Quantity.POWER, "down")
        assert watts == parse(text, Quantity.POWER, "up")


@given(st.decimals(min_value=0, max_value=10**6, places=5))
def test_capacity_never_rounds_up_nor_demand_down(kilowatts):
    watts = float(kilowatts) * 1000
    down = parse(f"{kilowatts} kW", Quantity.POWER, "down")
    up = parse(f"{kilowatts} kW", Quantity.POWER, "up")
    assert down <= watts + 1e-6
    assert up >= watts - 1e-6
    assert up - down in {0, 1}


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (132_000, Quantity.POWER, "132 kW"),
        (10_200, Quantity.POWER, "10.2 kW"),
        (1_234_567, Quantity.POWER, "1.23 MW"),
        (999, Quantity.POWER, "999 W"),
        (0, Quantity.POWER, "0 W"),
        (-5000, Quantity.POWER, "-5 kW"),
        (34_500, Quantity.APPARENT_POWER, "34.5 kVA"),
        (500, Quantity.CURRENT, "0.5 A"),
        (600, Quantity.LENGTH, "600 mm"),
        (5200, Quantity.LENGTH, "5.2 m"),
        (-1200, Quantity.POSITION, "-1.2 m"),
        (107_750, Quantity.MASS, "108 kg"),
        (522, Quantity.AIRFLOW, "522 L/s"),
        (13_820, Quantity.AIRFLOW, "13.8 m3/s"),
        (110_000, Quantity.FLOW, "110 L/min"),
        (450, Quantity.TIME, "450 ms"),
        (2000, Quantity.TIME, "2 s"),
        (4_000 * 10**9, Quantity.BANDWIDTH, "4 TB/s"),
        (24.5, Quantity.TEMPERATURE, "24.5 degC"),
        (0.0042, Quantity.TOKEN_RATE, "0.0042 tok/s"),
    ],
)
def test_show(value, quantity, text):
    assert text == show(value, quantity)


def test_show_with_more_digits():
    assert "107.75 kg" == show(107_750, Quantity.MASS, digits=5)
    assert "11.999 kW" == show(11_999, Quantity.POWER, digits=5)


@given(st.integers(min_value=1, max_value=10**11))
def test_what_is_shown_is_near_what_is_meant(watts):
    shown = show(watts, Quantity.POWER).replace(",", "")
    assert pytest.approx(watts, rel=0.005) == parse(shown, Quantity.POWER, "down")
