"""Published tables: many values with one unit, basis, source and date."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from rackplan.catalog.figure import Basis, Figure, Strict
from rackplan.errors import QuantityError, UnknownFigureError
from rackplan.units import Quantity, parse


class Table(Strict):
    """What tables have in common: like a figure, they say where they come from."""

    basis: Basis = "site"
    """What kind of statement it is."""
    source: str = "site file"
    """Id of an entry in ``sources.yaml``, or free text in a site file."""
    date: str = ""
    """When the source was published or read, as ``YYYY-MM`` or ``YYYY-MM-DD``."""
    note: str = ""
    """How an estimate was made, or what to beware of."""

    @property
    def figure(self) -> Figure:
        """The table as one figure: for people, and for the checks of where figures come from."""
        value, unit, text = self._brief()
        return Figure(
            value=value,
            unit=unit,
            text=text,
            basis=self.basis,
            source=self.source,
            date=self.date,
            note=self.note,
        )

    def _brief(self) -> tuple[float, str, str]:
        """Last value, its unit, and a text of a line."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of a capacity curve.

    Attributes
    ----------
    difference_k
        Temperature difference that drives the heat [K].
    capacity_w
        Heat moved at that difference [W].
    """

    difference_k: float
    capacity_w: int


def _points(raw: Any) -> tuple[CurvePoint, ...]:
    example = 'write {"6 K": "11 kW", "12 K": "22 kW"}'
    if not isinstance(raw, Mapping):
        raise ValueError(f"a curve holds capacities by temperature difference: {example}")
    points = []
    for difference, capacity in raw.items():
        if not isinstance(difference, str) or not isinstance(capacity, str):
            raise ValueError(f"a difference and its capacity have units: {example}")
        try:
            kelvin = parse(difference, Quantity.TEMPERATURE_DIFFERENCE, "up")
            watts = parse(capacity, Quantity.POWER, "down")
        except QuantityError as error:
            raise ValueError(f"{difference[:40]}: {error}") from error
        if kelvin <= 0:
            raise ValueError(f"{difference[:40]}: a difference on a curve is above zero")
        points.append(CurvePoint(kelvin, int(watts)))
    points.sort(key=lambda point: point.difference_k)
    if len(points) < 2:
        raise ValueError(f"a curve has two points or more: {example}")
    if len({point.difference_k for point in points}) < len(points):
        raise ValueError("a difference is there twice: give one capacity for each")
    return tuple(points)


class CapacityCurve(Table):
    """Heat that a coil or a heat exchanger moves, by the temperature difference that drives it."""

    points: Annotated[
        tuple[CurvePoint, ...],
        BeforeValidator(_points, json_schema_input_type=dict[str, str]),
    ]
    """Capacities by difference, at the rated flows: ``{"6 K": "11 kW", "12 K": "22 kW"}``."""

    def at(self, difference_k: float) -> float:
        """Capacity [W] at a difference [K].

        Straight between points and down to nothing at no difference; beyond the last point it is
        the last point's, for nobody has published more.
        """
        last = self.points[-1]
        if difference_k >= last.difference_k:
            return float(last.capacity_w)
        low = CurvePoint(0.0, 0)
        for high in self.points:
            if difference_k < high.difference_k:
                break
            low = high
        share = (difference_k - low.difference_k) / (high.difference_k - low.difference_k)
        return max(0.0, low.capacity_w + share * (high.capacity_w - low.capacity_w))

    def _brief(self) -> tuple[float, str, str]:
        first, last = self.points[0], self.points[-1]
        text = f"{len(self.points)} points, {first.difference_k:g} to {last.difference_k:g} K"
        return float(last.capacity_w), Quantity.POWER.unit, text


class CoolantProperties(Strict):
    """A coolant at one temperature."""

    temperature_c: Annotated[float, Field(strict=True, ge=-60, le=150)]
    """Temperature [degC]."""
    density_kg_m3: Annotated[float, Field(strict=True, gt=100, le=5000)]
    """Density [kg/m3]."""
    heat_capacity_j_kg_k: Annotated[float, Field(strict=True, gt=500, le=6000)]
    """Heat capacity [J/(kg K)]."""
    viscosity_mpa_s: Annotated[float, Field(strict=True, gt=0, le=1000)]
    """Dynamic viscosity [mPa s]."""
    conductivity_w_m_k: Annotated[float, Field(strict=True, gt=0, le=5)]
    """Thermal conductivity [W/(m K)]."""

    @property
    def joules_per_ml_k(self) -> float:
        """Heat that one milliliter takes up per kelvin [J/(mL K)]."""
        return self.density_kg_m3 * self.heat_capacity_j_kg_k / 1e6


class CoolantTable(Table):
    """Properties of a coolant by temperature."""

    points: tuple[CoolantProperties, ...]
    """Two rows or more, of rising temperature."""

    @field_validator("points")
    @classmethod
    def _rising(cls, points: tuple[CoolantProperties, ...]) -> tuple[CoolantProperties, ...]:
        if len(points) < 2:
            raise ValueError("a table of a coolant has two rows or more")
        for before, after in pairwise(points):
            if after.temperature_c <= before.temperature_c:
                raise ValueError(
                    f"temperatures rise from row to row: {after.temperature_c:g} degC stands "
                    f"after {before.temperature_c:g} degC"
                )
        return points

    def at(self, temperature_c: float) -> CoolantProperties:
        """Properties at a temperature, straight between the rows of the table.

        Raises
        ------
        UnknownFigureError
            The temperature is outside the table.
        """
        first, last = self.points[0].temperature_c, self.points[-1].temperature_c
        if not first <= temperature_c <= last:
            raise UnknownFigureError(
                f"the table of the coolant goes from {first:g} to {last:g} degC, and says nothing "
                f"of {temperature_c:g} degC"
            )
        index = max(1, bisect_left(self.points, temperature_c, key=lambda row: row.temperature_c))
        low, high = self.points[index - 1], self.points[index]
        share = (temperature_c - low.temperature_c) / (high.temperature_c - low.temperature_c)

        def between(name: str) -> float:
            below, above = float(getattr(low, name)), float(getattr(high, name))
            return below + share * (above - below)

        return CoolantProperties(**{name: between(name) for name in CoolantProperties.model_fields})

    def _brief(self) -> tuple[float, str, str]:
        first, last = self.points[0].temperature_c, self.points[-1].temperature_c
        return len(self.points), "", f"{len(self.points)} rows, {first:g} to {last:g} degC"
