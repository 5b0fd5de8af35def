"""What the catalog knows about each kind of hardware and each model that runs on it.

Every physical field is a :class:`~rackplan.catalog.figure.Figure` or absent. Absent means that no
source was found; what needs an absent figure is refused, never guessed (:func:`need`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rackplan.catalog import figure as f
from rackplan.catalog.figure import Figure, Strict
from rackplan.errors import UnknownFigureError

Link = Literal["nvswitch", "nvlink-mesh", "nvlink-bridge", "nvl72", "infinity-fabric", "pcie"]
"""How the accelerators of one domain reach each other."""

Precision = Literal["fp16", "fp8", "int8", "fp4"]
"""Number format of the weights (``fp16`` stands for BF16 too)."""


class Source(Strict):
    """Where figures come from."""

    title: str
    reference: str
    """Where to find it, or how an estimate is made."""
    date: str
    """When it was published or read."""
    tier: Literal["vendor", "vendor-copy", "standard", "paper", "secondary", "estimate"]
    """``vendor``: the maker's own text. ``vendor-copy``: a copy of it. ``secondary``: relayed by
    others. ``estimate``: worked out or judged by rackplan."""


class RejectedClaim(Strict):
    """A published figure that is wrong, kept so that nobody brings it back."""

    field: str
    """Name of the figure the claim is about."""
    claim: str
    """What was claimed, with its unit."""
    reason: str
    """Why it is rejected, with the arithmetic or the better source."""
    source: str
    """Where the claim stands: id of an entry in ``sources.yaml``."""


class Entry(Strict):
    """What every catalog entry has."""

    vendor: str
    """Maker."""
    name: str
    """Product name as sold."""
    note: str = ""
    """What a planner should know before using this entry."""
    rejected: tuple[RejectedClaim, ...] = ()
    """Published claims about it that are wrong."""


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
    inlet_min: f.Temperature | None = None
    inlet_max: f.Temperature | None = None
    """Warmest allowed inlet air, at sea level."""
    ashrae_class: Literal["A1", "A2", "A3", "A4", "H1"] | None = None
    cooling: Literal["air", "liquid+air"] = "air"
    liquid_fraction: f.Fraction | None = None
    """Share of the heat that goes to the coolant; the rest goes to the room air."""
    coolant_flow: f.FlowDemand | None = None
    """Coolant one server needs at full load."""
    coolant_supply_min: f.Temperature | None = None
    coolant_supply_max: f.Temperature | None = None
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


class AirUnit(Entry):
    """A unit that cools room air."""

    kind: Literal["perimeter", "in-row", "rear-door", "overhead"]
    capacity: f.PowerCapacity
    """Net sensible cooling at the rated airflow and sea level."""
    airflow: f.AirflowCapacity
    power: f.PowerDemand | None = None
    """Own electrical draw."""


class Cdu(Entry):
    """A coolant distribution unit between facility water and the servers' loop."""

    capacity: f.PowerCapacity
    """Heat it moves at the rated approach."""
    approach: f.TemperatureDifference
    """Loop supply minus facility water supply at that capacity."""
    flow: f.FlowCapacity
    """Coolant flow on the servers' side."""
    rack_units: f.RackUnits | None = None
    """For an in-rack unit."""
    weight: f.MassDemand | None = None
    power: f.PowerDemand | None = None


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


def need(entry: Entry, name: str, why: str) -> Figure:
    """The named figure of an entry, refused when no source gives it.

    Raises
    ------
    UnknownFigureError
        The catalog has no sourced figure and the site gives none.
    """
    figure = getattr(entry, name)
    if not isinstance(figure, Figure):
        raise UnknownFigureError(
            f"no source gives the {name} of {entry.name}, which {why} needs: "
            f"give it in the site file under catalog:"
        )
    return figure
