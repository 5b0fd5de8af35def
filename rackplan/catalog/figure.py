"""A figure: one hardware fact with its unit, basis, source and date."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)

from rackplan.errors import QuantityError
from rackplan.units import Quantity, Rounding, parse, show

Basis = Literal[
    "nameplate",
    "vendor-max",
    "vendor-typical",
    "datasheet",
    "measured",
    "estimate",
    "standard",
    "site",
]
"""What kind of statement a figure is.

``nameplate``: the label. ``vendor-max``, ``vendor-typical``: the maker's maximum and typical draw.
``datasheet``: a published specification that is neither (dimensions, counts, bandwidth).
``measured``: somebody measured it. ``estimate``: worked out or judged, by the stated method.
``standard``: fixed by a standard. ``site``: the site file says so.
"""


class Strict(BaseModel):
    """Base of everything a person writes: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Figure(Strict):
    """One hardware fact in base units, with where it comes from."""

    value: float
    """The value in base units (``unit``); whole unless it is a temperature or a ratio."""
    unit: str
    """Base unit of ``value``: W, g, mm, L/s, ...; empty for counts and ratios."""
    text: str
    """The figure as written."""
    basis: Basis
    """What kind of statement it is."""
    source: str
    """Id of an entry in ``sources.yaml``, or free text in a site file."""
    date: str = ""
    """When the source was published or read, as ``YYYY-MM`` or ``YYYY-MM-DD``."""
    note: str = ""
    """How an estimate was made, or what to beware of."""

    @property
    def whole(self) -> int:
        """The value as an integer of base units."""
        return int(self.value)


class FigureText(Strict):
    """A figure as written in YAML: ``{value: 10.2 kW, basis: vendor-max, source: ...}``."""

    value: StrictStr | StrictInt | StrictFloat
    """Number with unit as text (``"107.75 kg"``); a bare number only for counts and ratios."""
    basis: Basis = "site"
    source: str = "site file"
    date: str = ""
    note: str = ""


def _number(value: object, whole: bool, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a plain number is needed here")
    if not low <= value <= high:  # first: it also keeps infinities and NaN away from int()
        raise ValueError(f"must be between {low:g} and {high:g}")
    if whole and int(value) != value:
        raise ValueError("a whole number is needed here")
    return value


def _written(raw: Any) -> FigureText:
    """The figure as written; what is wrong with it in one sentence, not pydantic's many lines."""
    try:
        return FigureText.model_validate(raw if isinstance(raw, dict) else {"value": raw})
    except ValidationError as error:
        wrong = [(str(part["loc"][0]), part["type"]) for part in error.errors(include_url=False)]
    allowed = ", ".join(FigureText.model_fields)
    for name, kind in wrong:
        if kind == "missing":
            raise ValueError("a figure needs a value: write {value: ..., source: ...}")
        if kind == "extra_forbidden":
            raise ValueError(f"a figure has no {name[:40]!r}: it has {allowed}")
    if wrong[0][0] == "basis":
        raise ValueError(f"basis must be one of {', '.join(get_args(Basis))}")
    if wrong[0][0] == "value":
        raise ValueError("a figure is one text or number")
    raise ValueError(f"{wrong[0][0]} of a figure must be text")


def _build(raw: Any, convert: Any, unit: str) -> Figure:
    if isinstance(raw, Figure):
        return raw
    written = _written(raw)
    return Figure(
        value=convert(written.value),
        unit=unit,
        text=str(written.value),
        basis=written.basis,
        source=written.source,
        date=written.date,
        note=written.note,
    )


def _measured(quantity: Quantity, rounding: Rounding) -> BeforeValidator:
    def convert(value: object) -> float:
        if not isinstance(value, str):
            raise ValueError(f"{quantity.value.one} needs a unit: write {quantity.value.examples}")
        try:
            return parse(value, quantity, rounding)
        except QuantityError as error:
            raise ValueError(str(error)) from error

    return BeforeValidator(
        lambda raw: _build(raw, convert, quantity.unit), json_schema_input_type=str | FigureText
    )


def _plain(whole: bool, low: float, high: float) -> BeforeValidator:
    return BeforeValidator(
        lambda raw: _build(raw, lambda value: _number(value, whole, low, high), ""),
        json_schema_input_type=(int if whole else float) | FigureText,
    )


# Demands round up, capacities round down.
PowerDemand = Annotated[Figure, _measured(Quantity.POWER, "up")]
PowerCapacity = Annotated[Figure, _measured(Quantity.POWER, "down")]
ApparentPowerCapacity = Annotated[Figure, _measured(Quantity.APPARENT_POWER, "down")]
Current = Annotated[Figure, _measured(Quantity.CURRENT, "down")]
Voltage = Annotated[Figure, _measured(Quantity.VOLTAGE, "down")]
LengthDemand = Annotated[Figure, _measured(Quantity.LENGTH, "up")]
LengthCapacity = Annotated[Figure, _measured(Quantity.LENGTH, "down")]
MassDemand = Annotated[Figure, _measured(Quantity.MASS, "up")]
MassCapacity = Annotated[Figure, _measured(Quantity.MASS, "down")]
Temperature = Annotated[Figure, _measured(Quantity.TEMPERATURE, "down")]
TemperatureDifference = Annotated[Figure, _measured(Quantity.TEMPERATURE_DIFFERENCE, "down")]
AirflowDemand = Annotated[Figure, _measured(Quantity.AIRFLOW, "up")]
AirflowCapacity = Annotated[Figure, _measured(Quantity.AIRFLOW, "down")]
FlowDemand = Annotated[Figure, _measured(Quantity.FLOW, "up")]
FlowCapacity = Annotated[Figure, _measured(Quantity.FLOW, "down")]
PressureDemand = Annotated[Figure, _measured(Quantity.PRESSURE, "up")]
PressureCapacity = Annotated[Figure, _measured(Quantity.PRESSURE, "down")]
VolumeDemand = Annotated[Figure, _measured(Quantity.VOLUME, "up")]
VolumeCapacity = Annotated[Figure, _measured(Quantity.VOLUME, "down")]
ResistancePerLength = Annotated[Figure, _measured(Quantity.RESISTANCE_PER_LENGTH, "up")]
Memory = Annotated[Figure, _measured(Quantity.BYTES, "down")]
Bandwidth = Annotated[Figure, _measured(Quantity.BANDWIDTH, "down")]
Compute = Annotated[Figure, _measured(Quantity.COMPUTE, "down")]
Count = Annotated[Figure, _plain(True, 0, 1_000_000)]
RackUnits = Annotated[Figure, _plain(True, 1, 60)]
RackUnitsTaken = Annotated[Figure, _plain(True, 0, 60)]  # 0: mounted beside the rack units
Fraction = Annotated[Figure, _plain(False, 0.0, 1.0)]
Ratio = Annotated[Figure, _plain(False, 0.0, 1e15)]
FlowCoefficient = Annotated[Figure, _plain(False, 1e-3, 1e4)]  # m3/h: it is divided by


def describe(figure: Figure) -> str:
    """The figure for people, with its basis: ``10.2 kW (vendor-max)``."""
    quantity = next((q for q in Quantity if q.unit == figure.unit), None)
    shown = show(figure.value, quantity) if quantity and quantity.value.whole else figure.text
    return f"{shown} ({figure.basis})"
