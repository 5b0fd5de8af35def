"""Field types of the site file: quantity texts that become base units when validated."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from rackplan.errors import QuantityError
from rackplan.units import Quantity, Rounding, parse

# What an editor accepts before ranges are expanded: a number with a unit, or a text with a range.
_QUANTITY = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\s*[A-Za-zµ°]|\[.*\]"


def _text(quantity: Quantity, rounding: Rounding, least: float | None = None) -> BeforeValidator:
    def convert(raw: Any) -> int | float:
        if not isinstance(raw, str):
            raise ValueError(f"{quantity.value.one} needs a unit: write {quantity.value.examples}")
        try:
            value = parse(raw, quantity, rounding)
        except QuantityError as error:
            raise ValueError(str(error)) from error
        if least is not None and value < least:
            raise ValueError(f"the least {kind.name} here is {least:g} {kind.unit}")
        return value

    kind = quantity.value
    written = Field(
        pattern=_QUANTITY,
        examples=kind.examples.replace('"', "").split(", "),
        json_schema_extra={"patternErrorMessage": f"{kind.name} with its unit: {kind.examples}"},
    )
    return BeforeValidator(convert, json_schema_input_type=Annotated[str, written])


PowerW = Annotated[int, _text(Quantity.POWER, "down")]
PowerDemandW = Annotated[int, _text(Quantity.POWER, "up")]
ApparentVa = Annotated[int, _text(Quantity.APPARENT_POWER, "down")]
CurrentMa = Annotated[int, _text(Quantity.CURRENT, "down")]
VoltageV = Annotated[int, _text(Quantity.VOLTAGE, "down")]
LengthMm = Annotated[int, _text(Quantity.LENGTH, "up")]
# Room there is, and sizes that something is divided by.
SpaceMm = Annotated[int, _text(Quantity.LENGTH, "down")]
ExtentMm = Annotated[int, _text(Quantity.LENGTH, "down", least=1)]
AreaMm2 = Annotated[int, _text(Quantity.AREA, "down", least=1)]
FloorLoadGM2 = Annotated[int, _text(Quantity.FLOOR_LOAD, "down", least=1)]
FloorLoadDemandGM2 = Annotated[int, _text(Quantity.FLOOR_LOAD, "up")]
PositionMm = Annotated[int, _text(Quantity.POSITION, "down")]
ElevationM = Annotated[int, _text(Quantity.ELEVATION, "up")]
MassCapacityG = Annotated[int, _text(Quantity.MASS, "down")]
MassDemandG = Annotated[int, _text(Quantity.MASS, "up")]
TemperatureC = Annotated[float, _text(Quantity.TEMPERATURE, "down")]
DifferenceK = Annotated[float, _text(Quantity.TEMPERATURE_DIFFERENCE, "down")]
AirflowLS = Annotated[int, _text(Quantity.AIRFLOW, "down")]
AirflowDemandLS = Annotated[int, _text(Quantity.AIRFLOW, "up")]
FlowMlMin = Annotated[int, _text(Quantity.FLOW, "down")]
PressurePa = Annotated[int, _text(Quantity.PRESSURE, "down")]
PressureDemandPa = Annotated[int, _text(Quantity.PRESSURE, "up")]
VolumeMl = Annotated[int, _text(Quantity.VOLUME, "down")]
TimeMs = Annotated[int, _text(Quantity.TIME, "down")]
# What is divided by: nothing answers in no time, or carries heat away without warming up.
LatencyMs = Annotated[int, _text(Quantity.TIME, "down", least=1)]
RiseK = Annotated[float, _text(Quantity.TEMPERATURE_DIFFERENCE, "down", least=1)]

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f@/*{}\[\]]+$"),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\x00-\x1f\x7f@/*{}]+$"}
    ),
]
"""A name of something in the site: no control characters, and none of ``/ @ * { } [ ]``, which ids
and ranges use. Before ranges are expanded it may have brackets."""


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(f"'{twice[0]}' is named twice: name each once")
    return names


DistinctNames = Annotated[tuple[Name, ...], AfterValidator(_distinct)]
"""Names whose load is shared out, so that a name given twice would take two shares."""
DistinctIds = Annotated[tuple[str, ...], AfterValidator(_distinct)]
"""Names of devices, rear doors (``row-1/r1/door``) among them."""
Curve = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^\s*\d{1,3}\s*%\s*$")],
        Annotated[float, Field(strict=True, gt=0.5, le=1)],
    ],
    Field(min_length=2, max_length=20),
]
"""A share by load in per cent of the rating: ``{"50 %": 0.965, "100 %": 0.96}``."""
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Priority = Annotated[int, Field(strict=True, ge=1, le=9)]
Flag = Annotated[bool, Field(strict=True)]
Tokens = Annotated[int, Field(strict=True, ge=1, le=2_000_000)]
Unit = Annotated[int, Field(strict=True, ge=1, le=60)]
"""A rack unit, counted from 1 at the bottom."""
