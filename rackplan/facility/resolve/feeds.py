"""The circuits of racks: what they carry, where they start, and where their cords may sit."""

from __future__ import annotations

import math
from collections import defaultdict

from rackplan.catalog.entries import Circuit, RackPdu
from rackplan.facility.devices import Feed, PowerNode
from rackplan.facility.electrical import CONTINUOUS, Rating, position_volts
from rackplan.facility.phases import LINES, PAIRS
from rackplan.facility.resolve.context import Context, Path, fraction
from rackplan.facility.resolve.written import WrittenRack
from rackplan.facility.schedule import Panel, line_of
from rackplan.schema import power as s

VOLT_TOLERANCE = 0.05
"""Share by which a strip's or a panel's nominal voltage may differ from its circuit's: 400/230 V
gear stands on 415/240 V."""

BETWEEN_LINES_V = frozenset({208, 480, 600})
"""Voltages at which a single-phase circuit sits between two lines [V], where nothing else says so
(North American systems); others sit between a line and neutral."""


class Feeds:
    """Resolves the circuits of rack after rack, and takes the poles of their panels in turn."""

    def __init__(self, context: Context, nodes: dict[str, PowerNode]) -> None:
        self._context = context
        self._nodes = nodes
        self._panels = {
            node.id: Panel(node.poles if node.kind != "busway" else None) for node in nodes.values()
        }
        self._taps: dict[str, int] = defaultdict(int)
        self._full: set[str] = set()
        self.factor = fraction(context.site.policy.power_factor)

    def of(self, written: WrittenRack) -> tuple[Feed, ...]:
        """The circuits of a rack, in the order of their sides."""
        own = written.rack.feeds is not None
        specs = written.either(written.rack.feeds, written.row.feeds) or {}
        base: Path = (*written.path, "feeds") if own else (*written.path[:4], "feeds")
        feeds = [self._feed(written.id, side, spec, (*base, side)) for side, spec in specs.items()]
        return tuple(feed for feed in feeds if feed is not None)

    def _feed(self, rack: str, side: str, spec: s.FeedSpec, path: Path) -> Feed | None:
        context = self._context
        circuit = context.entry(context.catalog.circuit, spec.circuit, (*path, "circuit"))
        strip = None
        if spec.pdu is not None:
            strip = context.entry(context.catalog.rack_pdu, spec.pdu, (*path, "pdu"))
        nodes = self._nodes
        known = not nodes or context.known("power node", spec.source, nodes, (*path, "from"))
        if circuit is None or not known:
            return None
        node = nodes.get(spec.source)
        self._check(circuit, strip, node, spec, path)
        thermal = fraction(1 if spec.thermal is None else spec.thermal)
        rating = Rating(
            circuit.volts.whole,
            circuit.amps.whole,
            circuit.phases,
            CONTINUOUS[circuit.standard],
            thermal,
        )
        line_ma = min(rating.continuous_ma, strip.input_amps.whole if strip else 10**12)
        poles = self._poles(rack, side, circuit, node, path)
        return Feed(
            id=f"{rack}:{side}",
            side=side,
            source=spec.source,
            circuit=spec.circuit,
            limit_w=min(rating.continuous_w(self.factor), self._strip_w(strip, rating)),
            short_w=rating.short_w(self.factor),
            rating=rating,
            positions=_positions(circuit, node, poles),
            cord_v=position_volts(circuit.volts.value, circuit.wiring),
            line_ma=line_ma,
            short_ma=rating.short_ma,
            power_factor=self.factor,
            poles=poles,
            strip_id=spec.pdu,
            strip=strip,
            cable=self._context.cable(spec, path),
        )

    def _strip_w(self, strip: RackPdu | None, rating: Rating) -> int:
        """What the inlet of a rack PDU lets in, at the voltage of its circuit [W]."""
        if strip is None:
            return 10**12
        inlet = Rating(rating.volts, strip.input_amps.whole, rating.phases, fraction(1.0))
        return inlet.continuous_w(self.factor)

    def _check(
        self,
        circuit: Circuit,
        strip: RackPdu | None,
        node: PowerNode | None,
        spec: s.FeedSpec,
        path: Path,
    ) -> None:
        """Circuit, rack PDU and panel fit together."""
        context, place = self._context, (*path, "circuit")
        if strip is not None:
            for message in _strip_misfits(circuit, strip, spec):
                context.problem((*path, "pdu"), message, "choose a rack PDU for this circuit")
        rating = node.rating if node is not None else None
        if node is None or rating is None:
            return
        volts = circuit.volts.value
        allowed = [rating.volts, rating.volts / math.sqrt(3)] if circuit.phases == 1 else []
        allowed = allowed or [float(rating.volts)]
        if all(abs(volts / one - 1) > VOLT_TOLERANCE for one in allowed):
            had = " or ".join(f"{one:,.0f} V" for one in allowed)
            message = f"{spec.circuit} is {volts:,.0f} V, but {node.id} gives {had}"
            context.problem(place, message, "choose a circuit of the panel's voltage")
        if rating.phases < circuit.phases:
            message = f"{spec.circuit} has three phases, but {node.id} has one"
            context.problem(place, message, "choose a single-phase circuit")
        if circuit.amps.whole > rating.amps_ma:
            message = (
                f"the {circuit.amps.value / 1000:,.0f} A breaker of {spec.circuit} is larger than "
                f"{node.id}, which is rated {rating.amps_ma / 1000:,.0f} A"
            )
            context.problem(place, message, "choose a smaller circuit, or correct the panel")

    def _poles(
        self, rack: str, side: str, circuit: Circuit, node: PowerNode | None, path: Path
    ) -> tuple[int, ...]:
        """Poles of the breaker in its panel; on a busway the number of the tap."""
        if node is None:
            return ()
        if node.kind == "busway":
            self._taps[node.id] += 1
            if node.poles is not None and self._taps[node.id] > node.poles:
                self._too_many(node, f"{node.poles} tap positions", f"{rack}:{side}", path)
            return (self._taps[node.id],)
        count = 3 if circuit.phases == 3 else 2 if _between_lines(circuit, node) else 1
        poles = self._panels[node.id].take(count)
        if not poles:
            self._too_many(node, f"{node.poles} poles", f"{rack}:{side}", path)
        return poles

    def _too_many(self, node: PowerNode, has: str, circuit: str, path: Path) -> None:
        if node.id not in self._full:
            self._full.add(node.id)
            message = f"{node.id} has {has}: no room for the circuit of {circuit}"
            self._context.problem((*path, "from"), message, "feed it from another panel")


def _strip_misfits(circuit: Circuit, strip: RackPdu, spec: s.FeedSpec) -> list[str]:
    """Why a rack PDU does not go on a circuit."""
    misfits = []
    if strip.phases != circuit.phases or strip.wiring != circuit.wiring:
        had = f"{strip.phases} phases, {strip.wiring}"
        misfits.append(
            f"{spec.pdu} is made for {had}; {spec.circuit} has {circuit.phases}, {circuit.wiring}"
        )
    elif abs(strip.volts.value / circuit.volts.value - 1) > VOLT_TOLERANCE:
        misfits.append(
            f"{spec.pdu} is made for {strip.volts.value:,.0f} V; {spec.circuit} has "
            f"{circuit.volts.value:,.0f} V"
        )
    if circuit.amps.whole > strip.plug_amps.whole:
        misfits.append(
            f"the plug of {spec.pdu} is rated {strip.plug_amps.value / 1000:,.0f} A, "
            f"the breaker of {spec.circuit} {circuit.amps.value / 1000:,.0f} A"
        )
    return misfits


def _between_lines(circuit: Circuit, node: PowerNode | None) -> bool:
    """Whether a single-phase circuit sits between two lines."""
    rating = node.rating if node is not None else None
    if rating is None or rating.phases == 1:
        return circuit.volts.whole in BETWEEN_LINES_V
    return abs(circuit.volts.value / rating.volts - 1) <= VOLT_TOLERANCE


def _positions(circuit: Circuit, node: PowerNode | None, poles: tuple[int, ...]) -> tuple[str, ...]:
    """Where cords may sit, as the panel names its lines: a breaker may begin on any line."""
    first = 0
    if poles and node is not None:
        first = (poles[0] - 1) % 3 if node.kind == "busway" else line_of(poles[0])
    if circuit.phases == 1:
        return ((PAIRS if _between_lines(circuit, node) else LINES)[first],)
    if node is not None and node.kind == "busway":
        first = 0  # a three-phase tap takes the bars as they are
    names = PAIRS if circuit.wiring == "delta" else LINES
    return tuple(names[(first + i) % 3] for i in range(3))
