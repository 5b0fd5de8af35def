"""Weather outside, hour by hour: read from a file of a year, or the shape of a design day."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from rackplan.errors import InputError, Problem

YEAR_HOURS = (8760, 8784)
"""Hours of a year, and of a leap year."""

DAY_FRACTIONS = (
    *(0.88, 0.92, 0.95, 0.98, 1.00, 0.98, 0.91, 0.74, 0.55, 0.38, 0.23, 0.13),
    *(0.05, 0.00, 0.00, 0.06, 0.14, 0.24, 0.39, 0.50, 0.59, 0.68, 0.75, 0.82),
)
"""Share of the daily range by which hour 1 to 24 of a clear day is below its highest dry bulb
(ASHRAE Handbook Fundamentals 2009, ch. 14, table 6)."""

DRY_BULB_C = (-90.0, 60.0)
"""Lowest and highest dry bulb read [degC]; what EnergyPlus marks missing, 99.9, is outside."""
HUMIDITY_PERCENT = (0.0, 110.0)
"""Relative humidity read [%]: the range of the EPW format, cut to 100 when used."""

MAX_BYTES = 20_000_000
MOST_PROBLEMS = 5
EPW_HEADER_LINES = 8
EPW_DRY, EPW_HUMIDITY = 6, 8
"""Places of dry bulb [degC] and relative humidity [%] in a line of an EPW file."""

Moisture = Literal["wet_bulb", "dew_point", "relative_humidity", "humidity_ratio"]
"""What says how humid the air is: [degC], [degC], a share, or [kg/kg]."""

COLUMNS: dict[str, Moisture] = {
    "wet_bulb_c": "wet_bulb",
    "dew_point_c": "dew_point",
    "relative_humidity": "relative_humidity",
}
"""Columns of a CSV file that say how humid the air is; the humidity in per cent."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Weather of every hour of a year, or of one design day.

    Attributes
    ----------
    name
        The file as the site file names it, or ``design day``.
    sha256
        Digest of the file; empty for a design day.
    dry_bulb_c
        Dry bulb by hour [degC].
    moisture, kind
        How humid each hour is, and in what terms.
    pressure_pa
        Air pressure at the site [Pa].
    """

    name: str
    sha256: str
    dry_bulb_c: tuple[float, ...]
    moisture: tuple[float, ...]
    kind: Moisture
    pressure_pa: float

    @property
    def annual(self) -> bool:
        """Whether it is a whole year."""
        return len(self.dry_bulb_c) in YEAR_HOURS

    @property
    def wet_bulb_c(self) -> tuple[float, ...]:
        """Wet bulb by hour [degC], worked out when first asked for (psychrolib)."""
        return _wet_bulbs(self)


@lru_cache(maxsize=8)
def _wet_bulbs(weather: Weather) -> tuple[float, ...]:
    import psychrolib  # late: 0.4 s for a year, and only evaporative units ask

    psychrolib.SetUnitSystem(psychrolib.SI)
    pressure = weather.pressure_pa

    def from_ratio(dry_c: float, ratio: float) -> float:
        saturated = psychrolib.GetSatHumRatio(dry_c, pressure)
        return float(psychrolib.GetTWetBulbFromHumRatio(dry_c, min(ratio, saturated), pressure))

    def from_humidity(dry_c: float, share: float) -> float:
        return float(psychrolib.GetTWetBulbFromRelHum(dry_c, min(share, 1.0), pressure))

    def from_dew_point(dry_c: float, dew_c: float) -> float:
        return float(psychrolib.GetTWetBulbFromTDewPoint(dry_c, min(dew_c, dry_c), pressure))

    ways: dict[Moisture, Callable[[float, float], float]] = {
        "wet_bulb": lambda dry_c, wet_c: min(wet_c, dry_c),
        "dew_point": from_dew_point,
        "relative_humidity": from_humidity,
        "humidity_ratio": from_ratio,
    }
    way = ways[weather.kind]
    hours = zip(weather.dry_bulb_c, weather.moisture, strict=True)
    return tuple(way(dry_c, moist) for dry_c, moist in hours)


def design_day(
    dry_bulb_c: float,
    range_k: float,
    pressure_pa: float,
    *,
    wet_bulb_c: float | None = None,
    humidity: float | None = None,
) -> Weather:
    """A clear day with a given highest dry bulb, and the moisture of that hour all day long.

    Parameters
    ----------
    dry_bulb_c, range_k
        Highest dry bulb [degC], and how far the night falls below it [K].
    pressure_pa
        Air pressure [Pa].
    wet_bulb_c, humidity
        Wet bulb [degC] or relative humidity [-] at the hottest hour: one of them.
    """
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    if wet_bulb_c is not None:
        ratio = psychrolib.GetHumRatioFromTWetBulb(dry_bulb_c, wet_bulb_c, pressure_pa)
    else:
        ratio = psychrolib.GetHumRatioFromRelHum(dry_bulb_c, humidity, pressure_pa)
    dry = tuple(dry_bulb_c - share * range_k for share in DAY_FRACTIONS)
    moist = (float(ratio),) * len(dry)
    return Weather("design day", "", dry, moist, "humidity_ratio", pressure_pa)


def wet_bulb_fits(dry_bulb_c: float, wet_bulb_c: float, pressure_pa: float) -> bool:
    """Whether air of a dry bulb can have a wet bulb: no higher, no lower than perfectly dry air."""
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    if wet_bulb_c > dry_bulb_c:
        return False
    ratio = psychrolib.GetHumRatioFromTWetBulb(dry_bulb_c, wet_bulb_c, pressure_pa)
    return bool(ratio > psychrolib.MIN_HUM_RATIO)


def read_weather(path: Path, name: str, pressure_pa: float) -> Weather:
    """Read an EPW or CSV file of every hour of a year.

    Parameters
    ----------
    path, name
        Where it is, and what the site file calls it.
    pressure_pa
        Air pressure at the site [Pa].

    Raises
    ------
    InputError
        It cannot be read, lacks a column, has another number of hours, or holds values that are
        missing or impossible; the first few are listed with their lines.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise _refused(name, f"cannot read the weather: {reason}") from error
    if len(data) > MAX_BYTES:
        raise _refused(name, f"larger than {MAX_BYTES // 1_000_000} MB: no weather of one year")
    return _parsed(data, name, pressure_pa)


@lru_cache(maxsize=8)
def _parsed(data: bytes, name: str, pressure_pa: float) -> Weather:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        lines = data.decode("latin-1").splitlines()  # EPW headers hold place names in any encoding
        if not name.lower().endswith(".epw"):
            raise _refused(name, "not a UTF-8 text file", "save it as UTF-8") from error
    if name.lower().endswith(".epw"):
        hours, kind = _epw(lines, name)
    elif name.lower().endswith(".csv"):
        hours, kind = _csv(lines, name)
    else:
        cure = "give an EnergyPlus .epw file, or a .csv file with a header"
        raise _refused(name, "neither an .epw nor a .csv file", cure)
    if len(hours) not in YEAR_HOURS:
        cure = "one line for each hour: 8,760 or, in a leap year, 8,784"
        raise _refused(name, f"{len(hours):,} hours, which is no year", cure)
    _check(hours, kind, name, pressure_pa)
    percent = 100.0 if kind == "relative_humidity" else 1.0
    dry = tuple(hour.dry_c for hour in hours)
    moist = tuple(hour.moist / percent for hour in hours)
    digest = hashlib.sha256(data).hexdigest()
    return Weather(name, digest, dry, moist, kind, pressure_pa)


@dataclass(frozen=True, slots=True)
class _Hour:
    """A line of a file; the humidity still in per cent."""

    line: int
    dry_c: float
    moist: float


def _epw(lines: Sequence[str], name: str) -> tuple[list[_Hour], Moisture]:
    if not lines or not lines[0].upper().startswith("LOCATION"):
        raise _refused(name, "an EPW file begins with LOCATION", "is it an .epw file?", line=1)
    body = [(i, text) for i, text in enumerate(lines, start=1) if text.strip()][EPW_HEADER_LINES:]
    rows = [(i, text.split(",")) for i, text in body]
    short = next((i for i, cells in rows if len(cells) <= EPW_HUMIDITY), None)
    if short is not None:
        raise _refused(name, "this line is cut short", line=short)
    return _numbers(rows, EPW_DRY, EPW_HUMIDITY, name), "relative_humidity"


def _csv(lines: Sequence[str], name: str) -> tuple[list[_Hour], Moisture]:
    written = [(i, text) for i, text in enumerate(lines, 1) if text.strip() and text[0] != "#"]
    if not written:
        raise _refused(name, "the file is empty")
    first, head = written[0]
    header = [cell.strip().lower() for cell in head.split(",")]
    column = next((column for column in COLUMNS if column in header), None)
    if "dry_bulb_c" not in header or column is None:
        missing = "dry_bulb_c" if "dry_bulb_c" not in header else " or ".join(COLUMNS)
        cure = "the header names dry_bulb_c and one of wet_bulb_c, dew_point_c, relative_humidity"
        raise _refused(name, f"no column {missing}", cure, line=first)
    places = header.index("dry_bulb_c"), header.index(column)
    try:
        cells = list(csv.reader(io.StringIO("\n".join(text for _, text in written[1:]))))
    except csv.Error as error:
        raise _refused(name, f"not a CSV file: {error}") from error
    rows = [(i, row) for (i, _), row in zip(written[1:], cells, strict=False)]
    short = next((i for i, row in rows if len(row) <= max(places)), None)
    if short is not None:
        raise _refused(name, "this line is cut short", line=short)
    return _numbers(rows, *places, name), COLUMNS[column]


def _numbers(
    rows: Sequence[tuple[int, Sequence[str]]], dry: int, moist: int, name: str
) -> list[_Hour]:
    hours, problems = [], []
    for line, cells in rows:
        try:
            hours.append(_Hour(line, float(cells[dry]), float(cells[moist])))
        except ValueError:
            value = f"{cells[dry]}, {cells[moist]}"[:60]
            problems.append(Problem("numbers are needed here", file=name, line=line, value=value))
    if problems:
        raise InputError(problems[:MOST_PROBLEMS])
    return hours


def _check(hours: Sequence[_Hour], kind: Moisture, name: str, pressure_pa: float) -> None:
    """Refuse values that are missing or impossible."""
    problems = []
    for hour in hours:
        for message, value in _wrong(hour, kind, pressure_pa):
            cure = "fill the gap, or take another file"
            problems.append(Problem(message, cure, file=name, line=hour.line, value=value))
    if problems:
        rest = len(problems) - MOST_PROBLEMS
        if rest > 0:
            problems[MOST_PROBLEMS:] = [Problem(f"and {rest:,} more values like these", file=name)]
        raise InputError(problems)
    if kind == "relative_humidity" and max(hour.moist for hour in hours) <= 1:
        cure = "write 35 for 35 %"
        raise _refused(name, "the relative humidity is in per cent, and all of it is below 1", cure)


def _wrong(hour: _Hour, kind: Moisture, pressure_pa: float) -> Iterator[tuple[str, str]]:
    low, high = DRY_BULB_C
    if not math.isfinite(hour.dry_c) or not low <= hour.dry_c <= high:
        yield f"the dry bulb is missing or not between {low:g} and {high:g} degC", f"{hour.dry_c}"
    elif kind == "relative_humidity":
        least, most = HUMIDITY_PERCENT
        if not math.isfinite(hour.moist) or not least <= hour.moist <= most:
            text = f"the relative humidity is missing or not between {least:g} and {most:g} %"
            yield text, f"{hour.moist}"
    elif not math.isfinite(hour.moist) or not low <= hour.moist <= hour.dry_c:
        what = "wet bulb" if kind == "wet_bulb" else "dew point"
        yield f"the {what} is missing or above the dry bulb of {hour.dry_c:g} degC", f"{hour.moist}"
    elif kind == "wet_bulb" and not wet_bulb_fits(hour.dry_c, hour.moist, pressure_pa):
        yield f"no air of {hour.dry_c:g} degC is so dry to have this wet bulb", f"{hour.moist}"


def _refused(name: str, message: str, cure: str = "", line: int | None = None) -> InputError:
    return InputError([Problem(message, cure, file=name, line=line)])
