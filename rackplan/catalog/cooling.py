"""What the catalog knows about air units, CDUs, coolants and couplings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rackplan.catalog import figure as f
from rackplan.catalog.entry import Entry
from rackplan.catalog.tables import CapacityCurve, CoolantProperties, CoolantTable
from rackplan.errors import UnknownFigureError


class CoolingUnit(Entry):
    """What moves heat by a temperature difference: an air unit or a CDU."""

    capacity: f.PowerCapacity
    """Heat it moves at the rating: net sensible cooling at sea level for an air unit."""
    curve: CapacityCurve | None = None
    """Capacity by difference at the rated flows: entering air minus entering water for an air unit,
    approach for a CDU."""

    @property
    def rated_difference_k(self) -> float | None:
        """Temperature difference at the rating [K]; ``None`` where nobody states it."""
        raise NotImplementedError

    def _moved_w(self, difference_k: float) -> float:
        """Heat moved [W]: by the curve, else in proportion up to the rating, else the rating."""
        if self.curve is not None:
            return self.curve.at(difference_k)
        rated = self.rated_difference_k
        if rated is None:
            return self.capacity.value
        if difference_k <= 0:
            return 0.0
        return self.capacity.value * (1.0 if difference_k >= rated else difference_k / rated)


class AirUnit(CoolingUnit):
    """A unit that cools room air."""

    kind: Literal["perimeter", "in-row", "rear-door", "overhead"]
    airflow: f.AirflowCapacity
    """Air it moves at the rating; of a passive door, the servers' air at the rating."""
    power: f.PowerDemand | None = None
    """Own electrical draw."""
    return_temperature: f.Temperature | None = None
    """Air that enters the unit at the rating."""
    return_max: f.Temperature | None = None
    """Warmest air that may enter the unit."""
    water_temperature: f.Temperature | None = None
    """Water that enters the unit at the rating; absent for direct expansion."""
    water_flow: f.FlowDemand | None = None
    """Water the unit needs at the rating."""
    passive: Annotated[bool, Field(strict=True)] = False
    """No fans of its own: the servers' fans push the air through it."""
    width: f.LengthDemand | None = None
    """Width of an in-row unit, which stands in the row like a rack."""

    @property
    def rated_difference_k(self) -> float | None:
        """Entering air minus entering water at the rating [K]; ``None`` where either is absent."""
        if self.return_temperature is None or self.water_temperature is None:
            return None
        return self.return_temperature.value - self.water_temperature.value

    def capacity_at(self, difference_k: float) -> float:
        """Heat it takes out of the air [W], at the rated flows.

        By its curve. Without one in proportion to the difference, up to the rating: at fixed flows
        a dry coil's effectiveness is fixed (effectiveness-NTU method, ASHRAE Handbook - HVAC
        Systems and Equipment). With neither curve nor rating temperatures it is the rating.

        Parameters
        ----------
        difference_k
            Temperature of the entering air minus that of the entering water [K].
        """
        return self._moved_w(difference_k)


class Cdu(CoolingUnit):
    """A coolant distribution unit between facility water and the servers' loop."""

    approach: f.TemperatureDifference
    """Loop supply minus facility water supply at the rating."""
    flow: f.FlowCapacity
    """Coolant flow on the servers' side."""
    coolant: str | None = None
    """Id of the coolant in the loop that the rating is for; absent when it is not stated."""
    head: f.PressureCapacity | None = None
    """Pressure left at that flow for the loop outside the unit."""
    pumps: f.Count | None = None
    """Pumps installed."""
    flow_one_pump_lost: f.FlowCapacity | None = None
    """Coolant flow with one pump dead."""
    return_max: f.Temperature | None = None
    """Warmest coolant that may come back."""
    facility_flow: f.FlowDemand | None = None
    """Facility water it needs at the rating."""
    rack_units: f.RackUnits | None = None
    """For an in-rack unit."""
    weight: f.MassDemand | None = None
    power: f.PowerDemand | None = None

    @property
    def rated_difference_k(self) -> float | None:
        """The approach at the rating [K]."""
        return self.approach.value

    def capacity_at(self, approach_k: float) -> float:
        """Heat it moves [W] at an approach and the rated flows, never above the rating.

        By its curve; without one in proportion to the approach, for at fixed flows every
        temperature difference in a heat exchanger grows with the heat.

        Parameters
        ----------
        approach_k
            Loop supply minus facility water supply [K].
        """
        return min(self._moved_w(approach_k), self.capacity.value)


class Coolant(Entry):
    """A liquid that takes heat from servers. Shares of glycol are by mass."""

    freezing: f.Temperature | None = None
    """Temperature at which it begins to freeze."""
    properties: CoolantTable
    """Density, heat capacity, viscosity and conductivity by temperature."""

    def at(self, temperature_c: float) -> CoolantProperties:
        """Its properties at a temperature, straight between the rows of its table.

        Raises
        ------
        UnknownFigureError
            The temperature is outside the table.
        """
        try:
            return self.properties.at(temperature_c)
        except UnknownFigureError as error:
            raise UnknownFigureError(f"{self.name}: {error}") from error


class Coupling(Entry):
    """A quick-disconnect: a mated pair of plug and socket in a coolant line."""

    kv: f.FlowCoefficient
    """Flow coefficient of the mated pair: water in m3/h at a pressure drop of 1 bar."""
    flow_max: f.FlowCapacity | None = None
    """Highest flow the maker allows."""

    def drop_pa(self, flow_ml_min: float, density_kg_m3: float) -> float:
        """Pressure drop [Pa] of a flow through one mated pair.

        ``1 bar x (flow / Kv)^2 x density / 1,000 kg/m3`` (IEC 60534-2-1, turbulent flow).
        """
        flow_m3_h = flow_ml_min * 60e-6
        return 1e5 * (flow_m3_h / self.kv.value) ** 2 * density_kg_m3 / 1000
