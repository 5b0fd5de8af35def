"""What the catalog knows about each kind of hardware and each model that runs on it.

Every physical field is a :class:`~rackplan.catalog.figure.Figure` or absent. Absent means that no
source was found; what needs an absent figure is refused, never guessed (:func:`need`). Cooling
units, coolants and couplings are in :mod:`rackplan.catalog.cooling`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rackplan.catalog import figure as f
from rackplan.catalog.cooling import AirUnit as AirUnit
from rackplan.catalog.cooling import Cdu as Cdu
from rackplan.catalog.cooling import Coolant as Coolant
from rackplan.catalog.cooling import CoolingUnit as CoolingUnit
from rackplan.catalog.cooling import Coupling as Coupling
from rackplan.catalog.entry import Entry as Entry
from rackplan.catalog.entry import RejectedClaim as RejectedClaim
from rackplan.catalog.entry import Source as Source
from rackplan.catalog.entry import need as need
from rackplan.catalog.figure import Figure, Strict

Link = Literal["nvswitch", "nvlink-mesh", "nvlink-bridge", "nvl72", "infinity-fabric", "pcie"]
"""How the accelerators of one domain reach each other."""

Precision = Literal["fp16", "fp8", "int8", "fp4"]
"""Number format of the weights (``fp16`` stands for BF16 too)."""


class Accelerator(Entry):
    """A GPU package. Compute figures are dense (never the doubled sparse figure)."""

    memory: f.Memory
    """Memory of one accelerator."""
    memory_bandwidth: f.Bandwidth
    """Peak memory bandwidth."""
    fp16: f.Compute
    """Dense FP16/BF16 tensor compute."""
    fp8: f.Compute | None = None
    """Dense FP8 tensor compute; absent when the accelerator has none."""
    int8: f.Compute | None = None
    """Dense INT8 tensor compute in operations per second."""
    fp4: f.Compute | None = None
    """Dense FP4 tensor compute."""
    link: Link
    """Widest link between accelerators of this kind."""
    link_bandwidth: f.Bandwidth
    """Bandwidth of that link per accelerator, both directions together."""
    tdp: f.PowerDemand
    """Thermal design power of one accelerator."""

    def compute(self, precision: Precision) -> Figure | None:
        """Dense compute in ``precision``, or ``None`` when the accelerator has no such units."""
        by_precision = {"fp16": self.fp16, "fp8": self.fp8, "int8": self.int8, "fp4": self.fp4}
        return by_precision[precision]


class ScaleUp(Strict):
    """How the accelerators of one server (or rack product) are joined."""

    link: Link
    """``pcie`` when there is no NVLink."""
    domain_gpus: f.Count
    """Accelerators in one NVLink domain; 1 when there is no NVLink."""
    link_bandwidth: f.Bandwidth | None = None
    """Bandwidth per accelerator, both directions, when it is not the accelerator's own figure."""


class ServerModel(Entry):
    """A server with 4 or 8 accelerators, or a rack product such as NVL72."""

    kind: Literal["server", "rack"] = "server"
    """``rack`` for a product that arrives as a whole rack and takes a bare floor position."""
    accelerator: str
    """Id of the accelerator."""
    gpus: Annotated[int, Field(strict=True, ge=1, le=1152)]
    """Accelerators in one server."""
    scale_up: ScaleUp
    """NVLink domain."""
    rack_units: f.RackUnits | None = None
    height: f.LengthDemand | None = None
    width: f.LengthDemand | None = None
    depth: f.LengthDemand | None = None
    front_clearance: f.LengthDemand | None = None
    """Free floor in front that service takes; a server without it is drawn out to its depth."""
    rear_clearance: f.LengthDemand | None = None
    """Free floor behind that service takes."""
    weight: f.MassDemand | None = None
    """Installed weight; the figure's note says whether net or gross."""
    max_draw: f.PowerDemand | None = None
    """The maker's maximum sustained draw."""
    typical_draw: f.PowerDemand | None = None
    """Draw under a heavy real load: measured, or the maker's typical figure."""
    peak: f.PowerDemand | None = None
    """Short electrical peak (EDP peak)."""
    power_cap: f.PowerDemand | None = None
    """Lowest power it can be capped to while it works; absent when nobody says it can be."""
    psu_count: f.Count | None = None
    psu_rating: f.PowerCapacity | None = None
    """Rated output of one power supply."""
    psu_label: str = ""
    """Redundancy as the maker labels it ("4+2"): shown, checked by arithmetic, never used."""
    psu_min_full: f.Count | None = None
    """Live power supplies that full performance needs, as published."""
    psu_min_boot: f.Count | None = None
    """Live power supplies below which the server is off."""
    input_voltage: str = ""
    inlet: str = ""
    """Power inlet connector: C20, C22, C14, ..."""
    airflow: f.AirflowDemand | None = None
    """Air the server moves at full load, at sea level."""
    room_airflow: f.AirflowDemand | None = None
    """Air the room must provide for it as its maker publishes, at sea level: its own and what
    bypasses it."""
    inlet_min: f.Temperature | None = None
    inlet_max: f.Temperature | None = None
    """Warmest allowed inlet air, at sea level."""
    dew_point_max: f.Temperature | None = None
    """Highest dew point of the room air, if its maker states one."""
    humidity_min: f.Fraction | None = None
    """Lowest relative humidity of the room air, if its maker states one."""
    humidity_max: f.Fraction | None = None
    ashrae_class: Literal["A1", "A2", "A3", "A4", "H1"] | None = None
    cooling: Literal["air", "liquid+air"] = "air"
    liquid_fraction: f.Fraction | None = None
    """Share of the heat that goes to the coolant; the rest goes to the room air."""
    coolant_flow: f.FlowDemand | None = None
    """Coolant one server needs at full load."""
    coolant_supply_min: f.Temperature | None = None
    coolant_supply_max: f.Temperature | None = None
    coolant_return_max: f.Temperature | None = None
    """Warmest coolant that may leave it."""
    coolants: tuple[str, ...] = ()
    """Ids of the coolants it may run with, its maker's first choice first; empty when its maker
    does not say."""
    coolant_pressure_drop: f.PressureDemand | None = None
    """Pressure drop through it at ``coolant_flow``."""
    coolant_volume: f.VolumeCapacity | None = None
    """Coolant it holds."""
    coupling: str | None = None
    """Id of the quick-disconnect that joins it to the manifold, one on each side."""
    manifold_units: f.RackUnitsTaken | None = None
    """Rack units of horizontal manifold that each such server needs beside its own."""
    heat_claim: f.PowerDemand | None = None
    """Heat output as published, kept to check the power figures against; never used for sizing."""
    fabric_ports: f.Count | None = None
    """Compute network ports (rails) of one server."""


class RackModel(Entry):
    """A cabinet, or a bare floor position for a rack product."""

    accepts: Literal["server", "rack"] = "server"
    """``rack`` for a bare position that only takes rack products."""
    rack_units: f.RackUnits
    width: f.LengthDemand
    depth: f.LengthDemand
    """Outer depth: the footprint on the floor."""
    height: f.LengthDemand | None = None
    """Outer height, which doors on its way must let pass."""
    usable_depth: f.LengthCapacity | None = None
    """Depth a server may have, from the front rail to what is mounted behind."""
    weight: f.MassDemand
    """Own weight of the empty cabinet."""
    max_load: f.MassCapacity
    """Static load rating: weight of everything mounted inside."""


class Circuit(Entry):
    """A branch circuit from a panel to a rack."""

    volts: f.Voltage
    """Line-to-line voltage for three phases, else the circuit's voltage."""
    amps: f.Current
    """Breaker rating."""
    phases: Literal[1, 3]
    wiring: Literal["delta", "wye", "single"]
    """``delta``: outlets between two lines; ``wye``: outlets from line to neutral."""
    standard: Literal["nec", "nec-100", "iec"]
    """``nec``: 80 % of the breaker for continuous load. ``nec-100``: a 100 %-rated assembly.
    ``iec``: full rating."""


Position = Literal["L", "L1", "L2", "L3", "L1-L2", "L2-L3", "L3-L1"]
"""What feeds the outlets of a bank: the single phase, a line and neutral, or two lines."""


class Bank(Strict):
    """Outlets of a rack PDU behind one breaker."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._+-]{1,40}$")]
    """Name printed on the strip, unique in it."""
    position: Position
    """``L`` for a single phase; ``L1``, ``L2``, ``L3`` to neutral (wye); ``L1-L2``, ``L2-L3``,
    ``L3-L1`` (delta)."""
    breaker: f.Current | None = None
    """Breaker rating; absent when the bank has none and only the strip's input limits it."""
    continuous: f.Fraction
    """Share of the breaker that lasting load may take: 0.8 for a strip built for the NEC, 1 for an
    IEC one. Below 1 the outlets carry what UL allows, else what IEC 60320 does."""
    outlets: Annotated[
        dict[str, Annotated[int, Field(strict=True, ge=1, le=100)]], Field(min_length=1)
    ]
    """Number of outlets by connector: ``{C13: 4, C19: 2}``."""


def _distinct(banks: tuple[Bank, ...]) -> tuple[Bank, ...]:
    ids = [bank.id for bank in banks]
    twice = [one for i, one in enumerate(ids) if one in ids[:i]]
    if twice:
        raise ValueError(f"bank '{twice[0]}' is there twice: name each once")
    return banks


class RackPdu(Entry):
    """The power strip of a rack: what one circuit ends in and cords plug into."""

    volts: f.Voltage
    """Line-to-line voltage for three phases, else the circuit's voltage."""
    phases: Literal[1, 3]
    wiring: Literal["delta", "wye", "single"]
    """``delta``: outlets between two lines; ``wye``: outlets from line to neutral."""
    input_amps: f.Current
    """Lasting current each line of the strip may carry."""
    plug: str
    """Plug of the input cord."""
    plug_amps: f.Current
    """Rating of the plug; the circuit's breaker must not be above it."""
    rack_units: f.RackUnitsTaken
    """Rack units it takes; 0 for a vertical strip beside them."""
    weight: f.MassDemand | None = None
    banks: Annotated[tuple[Bank, ...], Field(min_length=1), AfterValidator(_distinct)]
    """Its banks of outlets."""


class Conductor(Entry):
    """A conductor of a cable or in a conduit, for the voltage drop along it."""

    resistance: f.ResistancePerLength
    """Resistance of one conductor at its operating temperature."""
    reactance: f.ResistancePerLength
    """Inductive reactance of one conductor to neutral, laid as the note says."""
    ampacity: f.Current | None = None
    """Lasting current it carries under the conditions in the figure's note."""


class Rejector(Entry):
    """A unit that rejects the heat of facility water to the air outside."""

    kind: Literal["chiller-air", "chiller-water", "dry-cooler", "adiabatic-cooler", "tower"]
    """A ``chiller-water`` includes the tower, fans and pumps of its condenser."""
    capacity: f.PowerCapacity
    """Heat it takes from the water at its design point."""
    approach: f.TemperatureDifference
    """Leaving water less dry bulb (dry cooler) or less wet bulb (tower, wet adiabatic cooler);
    condensing temperature less dry bulb (``chiller-air``) or less wet bulb (``chiller-water``)."""
    dry_approach: f.TemperatureDifference | None = None
    """Leaving water less dry bulb of an adiabatic cooler that runs dry."""
    exchanger_approach: f.TemperatureDifference | None = None
    """What its heat exchanger adds: facility water less the water of a tower or cooler behind it,
    or less the evaporating temperature of a chiller."""
    power: f.PowerDemand
    """Own draw at capacity and design ambient: fans, and compressors of a chiller."""
    carnot_share: f.Fraction | None = None
    """Share of the Carnot COP that a chiller reaches, with its fans."""
    minimum_lift: f.TemperatureDifference | None = None
    """Least condensing less evaporating temperature a chiller runs at."""
    cycles: f.Ratio | None = None
    """Cycles of concentration: make-up water over blowdown."""
    design_ambient: f.Temperature | None = None
    """Dry bulb (wet bulb for ``chiller-water``) at which capacity and power of a chiller hold."""
    design_supply: f.Temperature | None = None
    """Leaving water at which they hold."""
    derate_per_k: f.Fraction | None = None
    """Share of its capacity that a chiller loses for each kelvin above ``design_ambient``."""

    @property
    def chills(self) -> bool:
        """Whether it has compressors."""
        return self.kind.startswith("chiller")

    @property
    def needed(self) -> tuple[str, ...]:
        """Figures that its hours cannot be worked out without."""
        return {
            "chiller-air": ("carnot_share", "minimum_lift"),
            "chiller-water": ("carnot_share", "minimum_lift", "cycles"),
            "dry-cooler": (),
            "adiabatic-cooler": ("dry_approach", "cycles"),
            "tower": ("cycles",),
        }[self.kind]

    def unusable(self) -> Iterator[tuple[str, str]]:
        """Figures that keep it from being used: each with what is wrong."""
        for name in self.needed:
            if getattr(self, name) is None:
                yield name, f"a {self.kind} needs {name}"
        for name in ("capacity", "approach", "carnot_share"):
            figure = getattr(self, name)
            if figure is not None and not figure.value:
                yield name, f"{name} may not be {figure.text}"
        if self.cycles is not None and self.cycles.value <= 1:
            yield "cycles", f"cycles {self.cycles.text} leave no blowdown: they are above 1"


class Switch(Entry):
    """Network gear that takes rack space and power."""

    rack_units: f.RackUnits
    depth: f.LengthDemand | None = None
    weight: f.MassDemand | None = None
    max_draw: f.PowerDemand | None = None
    typical_draw: f.PowerDemand | None = None
    ports: f.Count | None = None
    psu_count: f.Count | None = None


class Model(Entry):
    """Architecture of a model that runs on accelerators. ``vendor`` is its publisher."""

    kind: Literal["dense", "moe", "diffusion"]
    parameters: f.Ratio
    """All parameters."""
    active_parameters: f.Ratio | None = None
    """Parameters one token touches (mixture of experts)."""
    layers: f.Count | None = None
    hidden: f.Count | None = None
    """Width of the residual stream."""
    heads: f.Count | None = None
    kv_heads: f.Count | None = None
    head_dim: f.Count | None = None
    kv_latent: f.Count | None = None
    """Values cached per token and layer with latent attention (MLA), instead of keys and values
    per head."""
    experts: f.Count | None = None
    experts_per_token: f.Count | None = None
    flops_per_image: f.Ratio | None = None
    """Operations one image takes at the stated steps and size (diffusion)."""
