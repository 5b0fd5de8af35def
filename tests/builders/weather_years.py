"""Synthetic weather: a year of sines, as files and as arrays. No place on earth has it.

Run as a command it writes the year that a site of ``sites/`` uses::

    python tests/builders/weather_years.py > sites/weather/temperate.csv
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from rackplan.facility.weather import Weather

HOURS = 8760
HEADER = """\
# Synthetic weather, composed of sines: it is of no real place and no real year.
# Dry bulb: 11 degC, 9.5 K over the year, 4.5 K over the day, 3 K and 2 K over 4.3 and 11 days.
# Relative humidity: 72 %, less 3 % for each kelvin above the mean of the day.
# Hours of a year from 1 January 00:00 to 01:00 on; relative humidity in per cent.
dry_bulb_c,relative_humidity
"""


def dry_bulb_c(hour: int, mean_c: float = 11.0) -> float:
    """Dry bulb of an hour of the year: coldest in mid-January, hottest at 15:00 in mid-July."""
    year = -9.5 * math.cos(2 * math.pi * (hour / 24 - 15) / 365)
    day = -4.5 * math.cos(2 * math.pi * (hour % 24 - 3) / 24)
    fronts = 3 * math.sin(2 * math.pi * hour / 103) + 2 * math.sin(2 * math.pi * hour / 264)
    return round(mean_c + year + day + fronts, 1)


def humidity_percent(hour: int) -> int:
    """Relative humidity of an hour of the year [%]."""
    day = -4.5 * math.cos(2 * math.pi * (hour % 24 - 3) / 24)
    return max(20, min(100, round(72 - 3 * day)))


def csv_year(hours: int = HOURS) -> str:
    """A year as a CSV file."""
    rows = (f"{dry_bulb_c(hour):.1f},{humidity_percent(hour)}" for hour in range(hours))
    return HEADER + "\n".join(rows) + "\n"


def epw_year(hours: int = HOURS) -> str:
    """A year as an EPW file: eight header lines, 35 columns."""
    head = ["LOCATION,Nowhere,-,-,synthetic,000000,50.0,8.0,1.0,100.0"]
    head += ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
    head += ["HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,synthetic", "COMMENTS 2,synthetic"]
    head += ["DATA PERIODS,1,1,Data,Sunday,1/1,12/31"]
    rest = ",".join(["0"] * 25)
    rows = [
        f"2001,1,1,{hour % 24 + 1},60,?,{dry_bulb_c(hour):.1f},5.0,{humidity_percent(hour)},"
        f"101325,{rest}"
        for hour in range(hours)
    ]
    return "\n".join([*head, *rows]) + "\n"


def weather(dry_c: Sequence[float], wet_c: Sequence[float]) -> Weather:
    """Weather of given hours."""
    return Weather("test", "", tuple(dry_c), tuple(wet_c), "wet_bulb", 101_325.0)


if __name__ == "__main__":
    sys.stdout.write(csv_year())
