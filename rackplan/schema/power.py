"""What a user may write about power: nodes, circuits, and the losses to survive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t

NodeKind = Literal[
    "utility",
    "generator",
    "transformer",
    "switchboard",
    "ats",
    "sts",
    "ups",
    "pdu",
    "rpp",
    "busway",
]


class PowerBasis(Strict):
    """Which power of a server each check counts.

    ``nameplate``: all its supplies. ``max_draw``: the maker's maximum. ``measured``: a measured
    peak. ``typical_draw``: its typical draw."""

    breakers: Literal["nameplate", "max_draw"] = "max_draw"
    """Circuits, rack PDUs, panels, busways, switchboards and transfer switches."""
    sources: Literal["nameplate", "max_draw", "measured", "typical_draw"] = "max_draw"
    """UPSs, PDUs, transformers, generators and utilities. Less than ``max_draw`` counts only at
    nodes that may be oversubscribed."""
    cooling: Literal["nameplate", "max_draw", "measured", "typical_draw"] = "max_draw"
    """Heat of servers."""
    energy: Literal["nameplate", "max_draw", "measured", "typical_draw"] = "max_draw"
    """Power that energy is worked out from."""


class NamedLoss(Strict):
    """A state to survive: ``lost`` while ``out`` is out for service."""

    id: t.Name
    """Name of the state."""
    out: t.DistinctIds = ()
    """Power nodes, air units or CDUs that are out for service."""
    lost: t.DistinctIds | Literal["each"] = ()
    """What is lost then; ``each`` for every single power node in turn."""


class Overload(Strict):
    """What a node carries for a short time."""

    share: Annotated[float, Field(strict=True, ge=1, le=3)]
    """Load over rating, such as 1.25."""
    time: t.LatencyMs
    """How long ("60 s")."""


class Derate(Strict):
    """How the rating falls with elevation."""

    above: t.ElevationM
    """Elevation up to which the rating holds in full."""
    per_300m: Annotated[float, Field(strict=True, ge=0, le=0.2)]
    """Share of the rating lost for every 300 m above that."""


class PowerNode(Strict):
    """One node of the power graph. Limits are what may leave the node."""

    id: t.Name
    """Unique id; a range such as ``ups-[a-d]`` makes several nodes."""
    kind: NodeKind
    """What it is."""
    inputs: tuple[t.Name, ...] = Field(default=(), alias="from")
    """Ids of the nodes that feed it. An ATS or STS takes the first live one; others with several
    inputs must set ``sharing: parallel`` and split the load evenly over the live ones."""
    sharing: Literal["parallel"] | None = None
    """``parallel`` when several inputs carry the load together."""
    rated_power: t.PowerW | None = None
    """Most real power that may leave it."""
    rated_apparent: t.ApparentVa | None = None
    """Most apparent power that may leave it."""
    volts: t.VoltageV | None = None
    """Line-to-line voltage, with ``amps`` and ``phases``, for nodes rated by current."""
    amps: t.CurrentMa | None = None
    """Rated current, with ``volts`` and ``phases``."""
    phases: Literal[1, 3] | None = None
    """Number of phases, with ``volts`` and ``amps``."""
    standard: Literal["nec", "nec-100", "iec"] | None = None
    """``nec``: 80 % of the rating for continuous load; ``nec-100``, ``iec``: all of it. Or give
    ``continuous``."""
    continuous: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None
    """Share of the rating allowed for continuous load (0.8 for a NEC breaker)."""
    thermal: Annotated[float, Field(strict=True, ge=0.5, le=1)] | None = None
    """Share of the current rating left at the temperature around it (0.87 at 40 degC)."""
    overload: Overload | None = None
    """What it carries for a short time; all of its rating when left out."""
    efficiency: Annotated[float, Field(strict=True, gt=0.5, le=1)] | t.Curve | None = None
    """Output over input power, or a curve by load: ``{"50 %": 0.965, "100 %": 0.96}``; the loss
    loads what is above. 1 when left out."""
    no_load_loss: t.PowerDemandW | None = None
    """Loss whatever it carries; ``efficiency`` then leaves this loss out."""
    load: t.PowerDemandW | None = None
    """Fixed load taken from this node (lighting, pumps, other customers)."""
    start_load: t.PowerDemandW | None = None
    """The same while it starts again on a generator (motors of pumps and chillers)."""
    recharge: t.PowerDemandW | None = None
    """Power a UPS takes beside its load to recharge its batteries, once a generator runs."""
    derate: Derate | None = None
    """How its rating falls with elevation; needed for generators above 1,000 m."""
    oversubscribe: t.Flag = False
    """Whether the servers below may together draw more than it carries: only where each can be
    capped, so that the caps together stay within its rating, and until they act it carries what all
    draw for a short time. The verdict says so."""
    diversity: Annotated[float, Field(strict=True, gt=0.3, le=1)] | None = None
    """Share of the servers' power that is drawn at the same time; needs ``oversubscribe``."""
    modules: Annotated[int, Field(strict=True, ge=2, le=64)] | None = None
    """Equal modules that carry the rating together: the loss of one is a loss state."""
    poles: Annotated[int, Field(strict=True, ge=1, le=168)] | None = None
    """Poles of a panel: a three-phase circuit takes three, one between two lines takes two."""
    taps: Annotated[int, Field(strict=True, ge=1, le=500)] | None = None
    """Tap positions of a busway."""
    length: t.LengthMm | None = None
    """Length of the conductors that feed it, for its voltage drop."""
    conductor: t.Name | None = None
    """Catalog id of those conductors."""
    zone: t.Name | None = None
    """Cooling zone whose air takes its losses, and what its fixed load draws."""
    spare: t.Flag = False
    """Whether it stands without anything it feeds."""


class Power(Strict):
    """The power graph from the utility down to the panels that feed racks."""

    nodes: tuple[PowerNode, ...]
    """Every node, in any order."""


class FeedSpec(Strict):
    """A circuit from a panel or busway to each rack."""

    source: t.Name = Field(alias="from")
    """Id of the power node it starts at."""
    circuit: t.Name
    """Catalog id of the circuit."""
    pdu: t.Name | None = None
    """Catalog id of the rack PDU it ends in; without one outlets and banks are not judged."""
    pdu_u: t.Unit | None = None
    """Lowest rack unit of a rack PDU that takes rack units."""
    thermal: Annotated[float, Field(strict=True, ge=0.5, le=1)] | None = None
    """Share of the breaker left at the temperature around it (0.87 at 40 degC)."""
    length: t.LengthMm | None = None
    """Length of the circuit, for its voltage drop."""
    conductor: t.Name | None = None
    """Catalog id of its conductors."""
