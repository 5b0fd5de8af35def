"""What carries heat away, resolved: air zones and coolant loops with their units."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rackplan.catalog.entries import AirUnit, Cdu, Coupling, ServerModel
from rackplan.catalog.tables import CoolantProperties

CONDENSATION_K = 2.0
"""Least distance of coolant and door water from the dew point of the room [K] (ASHRAE TC 9.9,
water-cooled servers, 2019)."""


@dataclass(frozen=True, slots=True)
class CoolingUnit:
    """An air unit, a rear door or a CDU.

    Attributes
    ----------
    id
        Name.
    capacity_w
        Heat it moves at this site [W].
    flow
        Air [L/s] or coolant [mL/min] it moves.
    power_w
        Own draw [W].
    power_from
        Ids of power nodes that drive it; empty when its power is not modeled.
    start_w
        Draw while it starts again on a generator [W].
    model_id, model
        Catalog entry.
    serves
        Racks whose air reaches it; ``None`` for all of its zone.
    flow_pump_lost
        Coolant it moves with one of its pumps dead [mL/min]; ``None`` where that is not known, or
        it has one pump only: then the loss of a pump is the loss of the CDU.
    water_c
        Water that reaches a rear door [degC]; ``None`` where the site does not say.
    thinned
        Density of the site's air over that at sea level, at most 1.
    """

    id: str
    capacity_w: int
    flow: int
    power_w: int
    power_from: tuple[str, ...]
    start_w: int = 0
    model_id: str = ""
    model: AirUnit | Cdu | None = None
    serves: frozenset[str] | None = None
    flow_pump_lost: int | None = None
    water_c: float | None = None
    thinned: float = 1.0

    @property
    def return_max_c(self) -> float | None:
        """Warmest air or coolant it may take in [degC]; ``None`` where no source says."""
        limit = self.model.return_max if self.model is not None else None
        return None if limit is None else limit.value


@dataclass(frozen=True, slots=True)
class Pool:
    """Racks of a zone that no other units than these can cool.

    Where units reach their neighbors only, the heat of the racks can be dealt out to the units
    exactly when the zone as a whole and each such pool carry their racks (Hall's theorem for
    flows). Sets of racks that share no unit need not be named together.

    Attributes
    ----------
    name
        Its units that reach neighbors only, for ids: ``ahu-1+ahu-2``.
    racks
        Ids of the racks.
    units
        Ids of all units that reach them.
    """

    name: str
    racks: frozenset[str]
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Containment:
    """A part of a zone with limits of its own on heat [W] and airflow [L/s]; ``None`` for none."""

    id: str
    racks: frozenset[str]
    max_heat_w: int | None
    max_airflow_l_s: int | None


@dataclass(frozen=True, slots=True)
class RideThrough:
    """What warms up when cooling stops, and for how long it must last.

    Attributes
    ----------
    gap_ms
        Time without cooling after the loss of the utility: start of the generator, then restart. 0
        where it is not judged, or there is none.
    capacity_j_k
        Heat that air, coolant and stored water take per kelvin [J/K].
    mass_j_g_k
        Heat that a gram of servers and racks takes per kelvin [J/(g K)], the share that warms up.
    runs_through
        Whether it is known that cooling does not stop.
    """

    gap_ms: int
    capacity_j_k: int
    mass_j_g_k: float = 0.0
    runs_through: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """Racks that share room air, and the units that cool it.

    Attributes
    ----------
    id, units
        Its name and its units, rear doors not among them.
    supply_c
        Temperature of the air that leaves the units [degC].
    provision
        Air the room provides over air the servers take in.
    leakage
        Share of what a rack takes in that is exhaust air come back, by rack; racks that are not
        named breathe the supply air.
    rise_k_kw
        Rise of the inlet of a rack for each kW of heat to air of another, by rack and rack [K/kW];
        empty without a heat distribution matrix.
    containments, pools
        Its contained parts; and what must hold beside the zone as a whole, where units reach their
        neighbors only.
    dew_min_c, dew_max_c
        Range of the dew point by design [degC]; ``None`` where the site does not say.
    water_c
        Temperature of the water that reaches its units [degC]; ``None`` where it is not modeled.
    density
        Density of its air at supply temperature [kg/m3].
    ride_through
        What it lives on when cooling stops; ``None`` where the site does not say.
    water
        Id of the water circuit it heats; ``None`` where that is not modeled.
    """

    id: str
    units: tuple[CoolingUnit, ...]
    supply_c: float
    provision: Fraction = Fraction(1)
    leakage: Mapping[str, float] = field(default_factory=dict)
    rise_k_kw: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    containments: tuple[Containment, ...] = ()
    pools: tuple[Pool, ...] = ()
    dew_min_c: float | None = None
    dew_max_c: float | None = None
    water_c: float | None = None
    density: float = 1.2
    ride_through: RideThrough | None = None
    water: str | None = None

    @property
    def return_max_c(self) -> float | None:
        """Warmest air its units may take in [degC]; ``None`` where no source says."""
        limits = (unit.return_max_c for unit in self.units)
        return min((limit for limit in limits if limit is not None), default=None)

    def usable(self, airflow_l_s: int) -> int:
        """Air for servers [L/s] out of what units move: the rest bypasses them."""
        return math.floor(airflow_l_s / self.provision)

    def inlet_c(self, rack: str, rise_k: float) -> float:
        """Inlet of a server in a rack [degC], from its own air temperature rise.

        A share r of what it takes in is its own exhaust: T = supply + r (T + rise - supply) gives
        T = supply + r / (1 - r) rise.
        """
        share = self.leakage.get(rack, 0.0)
        return self.supply_c + share / (1 - share) * rise_k

    def return_c(self, rise_k: float) -> float:
        """Air that comes back to the units [degC] from servers of one temperature rise, mixed with
        the air that bypasses them."""
        return self.supply_c + rise_k / float(self.provision)

    def place(self, rack: str) -> Hashable:
        """What tells racks of the zone apart."""
        if self.rise_k_kw:
            return rack
        return (
            tuple(rack in pool.racks for pool in self.pools),
            tuple(rack in part.racks for part in self.containments),
            self.leakage.get(rack),
        )


@dataclass(frozen=True, slots=True)
class PipeDrop:
    """Pressure in a loop: what its pipes take at one flow, and what its CDUs leave for it.

    Attributes
    ----------
    drop_pa, flow_ml_min
        Pressure drop [Pa] of pipes, manifolds and filters at a flow of the whole loop [mL/min]; it
        grows with the square of the flow.
    head_pa
        Pressure the CDUs leave at their rated flow [Pa].
    """

    drop_pa: int
    flow_ml_min: int
    head_pa: int

    def most_flow(self, server_pa: float) -> int:
        """Most flow of the loop [mL/min] that leaves a server its pressure drop [Pa]."""
        left_pa = self.head_pa - server_pa
        if left_pa < 0:
            return 0
        if not self.drop_pa:
            return MOST_FLOW
        return math.floor(self.flow_ml_min * math.sqrt(left_pa / self.drop_pa))


MOST_FLOW = 10**12
"""More flow than any loop has [mL/min]."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A coolant loop and its CDUs.

    Attributes
    ----------
    id, cdus
        Its name and its CDUs.
    supply_c
        Temperature of the coolant the servers get [degC].
    water_c
        Temperature of the facility water [degC].
    coolant_id, coolant
        Catalog id and properties at supply temperature; empty and ``None`` where the site does not
        name the coolant.
    pipes
        Pressure budget; ``None`` where it is not stated.
    ride_through
        What it lives on when cooling stops; ``None`` where the site does not say.
    water, warm
        Id of the water circuit it heats; how far that is above its setpoint, in words.
    """

    id: str
    cdus: tuple[CoolingUnit, ...]
    supply_c: float
    water_c: float | None = None
    coolant_id: str = ""
    coolant: CoolantProperties | None = None
    pipes: PipeDrop | None = None
    ride_through: RideThrough | None = None
    water: str | None = None
    warm: str = ""

    @property
    def return_max_c(self) -> float | None:
        """Warmest coolant its CDUs may take back [degC]; ``None`` where no source says."""
        limits = (cdu.return_max_c for cdu in self.cdus)
        return min((limit for limit in limits if limit is not None), default=None)

    def rise_k(self, heat_w: int, flow_ml_min: int) -> float | None:
        """Temperature rise of the coolant [K]: Q / (rho cp V); ``None`` where it is not named."""
        if self.coolant is None or not flow_ml_min:
            return None
        return 60 * heat_w / (flow_ml_min * self.coolant.joules_per_ml_k)

    def drop_pa(self, server: ServerModel, coupling: Coupling | None, flow_ml_min: int) -> float:
        """Pressure drop of a server with the two couplings that join it [Pa]."""
        own = server.coolant_pressure_drop
        joints = 0.0
        if coupling is not None and self.coolant is not None:
            joints = 2 * coupling.drop_pa(flow_ml_min, self.coolant.density_kg_m3)
        return (own.value if own else 0.0) + joints
