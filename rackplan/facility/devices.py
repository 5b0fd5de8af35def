"""What carries power to servers, resolved: nodes, feeds, gear, cords, and what can be lost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from rackplan.facility.electrical import Rating
from rackplan.facility.voltage_drop import Branch

if TYPE_CHECKING:
    from rackplan.catalog.entries import RackPdu

NORMAL = "normal"
"""Id of the state in which everything works."""

NAMED_FIRST = (
    *("ups", "sts", "pdu", "rpp", "busway", "switchboard"),
    *("transformer", "ats", "generator", "utility"),
)
"""Kinds of power node in the order of naming: to everything below, losing a UPS or the board that
feeds it is the same, and people say that the UPS is lost."""

SOURCE_KINDS = frozenset({"utility", "generator", "transformer", "ups", "pdu"})
"""Kinds of node that make or convert power; the others are breakers and what is behind them."""

GearKind = Literal["gear", "switch", "cdu", "pdu"]

LossKind = Literal["normal", "power", "air", "liquid", "water", "named"]
"""What a loss state loses; ``water``: a unit or pump of a water circuit; ``named``: what the policy
lists under a name of its own."""

OFF_POWER_PATHS = frozenset({"air", "liquid", "water"})
"""Kinds of loss that change no power path and only lower what is drawn."""


@dataclass(frozen=True, slots=True)
class PowerNode:
    """A node of the power graph.

    Attributes
    ----------
    id, kind
        Name and node kind (``ups``, ``rpp``, ...).
    inputs
        Ids of the nodes that feed it, preferred first.
    parallel
        True when the live inputs share the load evenly; False when the first live one carries it.
    limit_w, limit_va
        Most continuous real and apparent power that may leave it [W, VA]; ``None`` for no limit.
    efficiency
        Output over input power, but for the idle loss; of a UPS with an efficiency curve the
        marginal one.
    fixed_w
        Load taken from this node beside racks and cooling units [W].
    short_w, short_va
        The same limits for a short time [W, VA]: all of the breaker, or the overload it states.
    overload_ms
        How long it carries the short limits [ms]; ``None`` when it does not say: then they are no
        more than its rating.
    rating, short_ma
        Its rating by current, where it has one: its lines are limited too; and the current of a
        line for a short time [mA].
    idle_w
        Loss that it has whatever it carries [W].
    start_w
        Load beside racks and cooling units when they start again on a generator [W].
    recharge_w
        What it draws beside its load, on its input, after it has run on battery [W].
    modules
        Equal parts that carry its rating together; one fewer is a loss state of its own. 1: none.
    poles
        Poles of a panel or taps of a busway; ``None`` where the site file gives none.
    cable
        Conductors that feed it; ``None`` where length or conductor is not given.
    oversubscribed, diversity
        Whether servers below may together draw more than it carries; share of what they draw that
        is drawn at the same time.
    zone
        Id of the cooling zone that takes its losses; ``None`` where the site does not say.
    """

    id: str
    kind: str
    inputs: tuple[str, ...]
    parallel: bool
    limit_w: int | None
    limit_va: int | None
    efficiency: Fraction
    fixed_w: int
    short_w: int | None = None
    short_va: int | None = None
    overload_ms: int | None = None
    rating: Rating | None = None
    short_ma: int = 0
    idle_w: int = 0
    start_w: int = 0
    recharge_w: int = 0
    modules: int = 1
    poles: int | None = None
    cable: Branch | None = None
    oversubscribed: bool = False
    diversity: Fraction = Fraction(1)
    zone: str | None = None

    @property
    def has_lines(self) -> bool:
        """Whether the current of each of its lines is limited."""
        return self.rating is not None and self.rating.phases == 3

    def share_left(self, module_lost: str) -> Fraction:
        """Share of its power rating that is left when the named node has lost a module."""
        return Fraction(self.modules - 1, self.modules) if module_lost == self.id else Fraction(1)


@dataclass(frozen=True, slots=True)
class Feed:
    """A circuit from a panel to a rack.

    Attributes
    ----------
    id
        ``row-01/r01:A``.
    side
        ``A``, ``B``, ...
    source
        Id of the power node it starts at.
    circuit
        Catalog id of the circuit.
    limit_w, short_w
        Most real power that lasts, and for a short time [W]: of the circuit, and of its rack PDU.
    rating
        Rating of its breaker.
    positions
        Where cords may sit: ``L1``, ``L2``, ``L3`` (line to neutral), ``L1-L2``, ... (line to
        line), as the panel names its lines. One for a single-phase circuit.
    cord_v
        Voltage a cord gets [V].
    line_ma, short_ma
        Most current per line that lasts [mA]: of the breaker and of the rack PDU; and that of the
        breaker for a short time.
    power_factor
        Real over apparent power of what hangs on it.
    poles
        Pole numbers of its breaker in its panel, or the number of its tap on a busway.
    strip_id, strip
        Catalog entry of the rack PDU; ``None`` where the site file names none.
    cable
        Its conductors; ``None`` where length or conductor is not given.
    """

    id: str
    side: str
    source: str
    circuit: str
    limit_w: int
    short_w: int = 0
    rating: Rating | None = None
    positions: tuple[str, ...] = ("L1",)
    cord_v: float = 0.0
    line_ma: int = 0
    short_ma: int = 0
    power_factor: Fraction = Fraction(1)
    poles: tuple[int, ...] = ()
    strip_id: str | None = None
    strip: RackPdu | None = None
    cable: Branch | None = None

    def cord_w(self, current_ma: int | None) -> int | None:
        """Real power of one single-phase cord at a current [W]; ``None`` where it is unknown."""
        if current_ma is None:
            return None
        return math.floor(self.cord_v * current_ma / 1000 * float(self.power_factor) + 1e-6)


@dataclass(frozen=True, slots=True)
class Gear:
    """Equipment in a rack that is not a server.

    Attributes
    ----------
    name, u, rack_units, power_w, weight_g, airflow_l_s
        What it is and needs.
    feeds
        Sides it is plugged into, sharing its power evenly.
    cords
        Cords on each of them.
    start
        Position of its first cord on a feed; the others follow in turn.
    kind
        What it is: ``gear``, a ``switch`` or ``cdu`` of the catalog, or a ``pdu`` of a feed.
    rear
        Whether it is mounted at the rear.
    depth_mm
        Depth [mm]; ``None`` where it is not given.
    """

    name: str
    u: int
    rack_units: int
    power_w: int
    weight_g: int
    airflow_l_s: int
    feeds: tuple[str, ...]
    cords: int = 1
    start: int = 0
    kind: GearKind = "gear"
    rear: bool = False
    depth_mm: int | None = None

    @property
    def units(self) -> range:
        """Rack units it takes."""
        return range(self.u, self.u + self.rack_units)


@dataclass(frozen=True, slots=True)
class Supply:
    """What the cords of a server take.

    Attributes
    ----------
    low_v, high_v
        Voltages its power supplies take [V]; ``None`` where no source gives them.
    phases
        Phases of one cord: 3 for a power shelf.
    inlet
        Inlet connector, ``C20``; empty where no source gives it.
    inlet_ma
        Most current of that inlet [mA]; ``None`` where unknown.
    max_draw_w
        The maker's maximum draw, which live inlets must carry [W].
    """

    low_v: float | None = None
    high_v: float | None = None
    phases: int = 1
    inlet: str = ""
    inlet_ma: int | None = None
    max_draw_w: int = 0


ANY_SUPPLY = Supply()


@dataclass(frozen=True, slots=True)
class LossState:
    """Something lost.

    Attributes
    ----------
    id
        ``normal``, ``loss:ups-a``; ``loss:ups-a/module``; ``loss:cdu-1/pump``; ``state:NAME`` for
        one the policy names.
    kind
        What is lost.
    lost
        Ids of power nodes, air units, CDUs, and units and pumps of water circuits; a rack's own
        circuit has the feed's id.
    module
        Id of the node that has one module fewer, or the CDU one pump; empty for none.
    """

    id: str
    kind: LossKind
    lost: tuple[str, ...] = ()
    module: str = ""
