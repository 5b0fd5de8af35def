"""Reading weather: EPW and CSV files, design days, wet bulbs, and every way a file can be wrong."""

from __future__ import annotations

import hashlib

import pytest
from weather_years import csv_year, dry_bulb_c, epw_year, humidity_percent

from rackplan.errors import InputError
from rackplan.facility.weather import DAY_FRACTIONS, Weather, design_day, read_weather

SEA_LEVEL_PA = 101_325.0


def read(folder, text, name="year.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_weather(path, name, SEA_LEVEL_PA)


def problems(folder, text, name="year.csv"):
    with pytest.raises(InputError) as caught:
        read(folder, text, name)
    return caught.value.problems


def edited(text, line, cells):
    """A file with one line replaced; lines count from 1."""
    lines = text.splitlines()
    lines[line - 1] = cells
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("name", "text"), [("a.csv", csv_year()), ("a.epw", epw_year())])
def test_a_year_is_read(tmp_path, name, text):
    found = read(tmp_path, text, name)
    assert found.annual
    assert tuple(dry_bulb_c(hour) for hour in range(8760)) == found.dry_bulb_c
    assert tuple(humidity_percent(hour) / 100 for hour in range(8760)) == found.moisture
    assert hashlib.sha256(text.encode()).hexdigest() == found.sha256


def test_a_leap_year_is_a_year(tmp_path):
    assert 8784 == len(read(tmp_path, csv_year(8784)).dry_bulb_c)
    (found,) = problems(tmp_path, csv_year(8759))
    assert "8,759 hours, which is no year" == found.message


@pytest.mark.parametrize(
    ("column", "value"),
    [("wet_bulb_c", "4.0"), ("dew_point_c", "3.0"), ("relative_humidity", "60")],
)
def test_any_one_of_three_columns_says_how_humid_it_is(tmp_path, column, value):
    found = read(tmp_path, f"{column},dry_bulb_c\n" + f"{value},10.0\n" * 8760)
    assert 10.0 == found.dry_bulb_c[0]
    assert 3.0 < found.wet_bulb_c[0] < 10.0


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("dry_bulb_c,wind\n1,2\n", "no column wet_bulb_c or dew_point_c or relative_humidity", 1),
        ("# a\ntemperature,relative_humidity\n1,2\n", "no column dry_bulb_c", 2),
        ("\n", "the file is empty", None),
        (edited(csv_year(), 106, "9.5"), "this line is cut short", 106),
        (edited(csv_year(), 106, "cold,70"), "numbers are needed here", 106),
        (edited(csv_year(), 106, "99.9,70"), "the dry bulb is missing or not between", 106),
        (edited(csv_year(), 106, "nan,70"), "the dry bulb is missing or not between", 106),
        (edited(csv_year(), 106, "inf,70"), "the dry bulb is missing or not between", 106),
        (edited(csv_year(), 106, "9.5,999"), "the relative humidity is missing or not", 106),
        (edited(csv_year(), 106, "9.5,-1"), "the relative humidity is missing or not", 106),
        (
            "dry_bulb_c,wet_bulb_c\n" + "9,8\n" * 8758 + "9,9.1\n9,8\n",
            "the wet bulb is missing or above the dry bulb of 9 degC",
            8760,
        ),
        (
            "dry_bulb_c,wet_bulb_c\n" + "35,10\n" + "9,8\n" * 8759,
            "no air of 35 degC is so dry to have this wet bulb",
            2,
        ),
        (
            "dry_bulb_c,dew_point_c\n" + "9,99.9\n" + "9,8\n" * 8759,
            "the dew point is missing or above the dry bulb of 9 degC",
            2,
        ),
        (
            "dry_bulb_c,relative_humidity\n" + "9,0.7\n" * 8760,
            "the relative humidity is in per cent, and all of it is below 1",
            None,
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, message, line):
    found = problems(tmp_path, text)
    assert message in found[0].message
    assert line == found[0].line
    assert "year.csv" == found[0].file


def test_missing_values_of_an_epw_file_are_refused(tmp_path):
    text = edited(epw_year(), 9, "2001,1,1,1,60,?,99.9,99.9,999,999999" + ",0" * 25)
    assert 9 == problems(tmp_path, text, "a.epw")[0].line
    assert "begins with LOCATION" in problems(tmp_path, csv_year(), "a.epw")[0].message


def test_many_wrong_values_are_told_by_number(tmp_path):
    found = problems(tmp_path, "dry_bulb_c,relative_humidity\n" + "99.9,50\n" * 8760)
    assert 6 == len(found)
    assert "and 8,755 more values like these" == found[-1].message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.csv", "cannot read the weather: No such file or directory"),
        ("a\x00b.csv", "cannot read the weather: embedded null byte"),
    ],
)
def test_a_file_that_is_not_there(tmp_path, name, message):
    with pytest.raises(InputError, match=message):
        read_weather(tmp_path / name, name, SEA_LEVEL_PA)


def test_other_kinds_of_file_are_refused(tmp_path):
    assert "neither an .epw nor a .csv" in problems(tmp_path, "x\n", "a.txt")[0].message
    path = tmp_path / "latin.csv"
    path.write_bytes(b"\xff\xfe\xe9,1\n")
    with pytest.raises(InputError, match="not a UTF-8 text file"):
        read_weather(path, "latin.csv", SEA_LEVEL_PA)


def hour(dry_c, moist, kind):
    return Weather("test", "", (dry_c,), (moist,), kind, SEA_LEVEL_PA).wet_bulb_c[0]


def test_wet_bulb_of_the_handbook_example():
    # ASHRAE Handbook Fundamentals 2017, ch. 1, example 1: air of 40 degC dry and 20 degC wet bulb
    # at sea level has a dew point of 7 degC, 14 % relative humidity and 6.5 g/kg.
    assert hour(40.0, 7.0, "dew_point") == pytest.approx(20.0, abs=0.2)
    assert hour(40.0, 0.14, "relative_humidity") == pytest.approx(20.0, abs=0.2)
    assert hour(40.0, 0.0065, "humidity_ratio") == pytest.approx(20.0, abs=0.2)
    assert 20.0 == hour(40.0, 20.0, "wet_bulb")


@pytest.mark.parametrize(("moist", "kind"), [(1.1, "relative_humidity"), (1.0, "humidity_ratio")])
def test_air_is_never_more_than_saturated(moist, kind):
    assert hour(15.0, moist, kind) == pytest.approx(15.0, abs=1e-3)


def test_a_design_day_has_the_published_shape():
    # Highest 35 degC at 14:00 and 15:00, lowest 35 - 12 = 23 degC at 05:00.
    day = design_day(35.0, 12.0, SEA_LEVEL_PA, wet_bulb_c=24.0)
    assert not day.annual
    assert 24 == len(day.dry_bulb_c) == len(DAY_FRACTIONS)
    assert (35.0, 35.0, 23.0) == (day.dry_bulb_c[13], day.dry_bulb_c[14], day.dry_bulb_c[4])
    assert day.wet_bulb_c[13] == pytest.approx(24.0, abs=0.01)
    assert max(day.wet_bulb_c) == pytest.approx(24.0, abs=0.01)


def test_a_design_day_by_its_humidity():
    # 30 degC and 50 % at sea level: a wet bulb of 22.0 degC (psychrometric chart).
    day = design_day(30.0, 10.0, SEA_LEVEL_PA, humidity=0.5)
    assert day.wet_bulb_c[14] == pytest.approx(22.0, abs=0.1)
    assert all(wet <= dry for wet, dry in zip(day.wet_bulb_c, day.dry_bulb_c, strict=True))
