"""What there is to say about an entry: a line, the figures it lacks, its plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rackplan.catalog import entries as e
from rackplan.catalog.checks import check_entry, figures_of
from rackplan.catalog.checks.cooling import LIQUID_FIGURES
from rackplan.catalog.figure import Figure
from rackplan.catalog.kinds import UnknownEntryError
from rackplan.catalog.tables import CoolantProperties
from rackplan.catalog.written import figure_fields
from rackplan.units import Quantity, show

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

_SELDOM_STATED = {
    "front_clearance",
    "rear_clearance",
    "room_airflow",
    "dew_point_max",
    "humidity_min",
    "humidity_max",
    "curve",
}
"""Figures that most makers state nothing of, so that their absence says nothing."""
_RACK_SCALE = {"psu_min_boot", "airflow", "inlet_min", "inlet_max", "manifold_units"}
_USUAL_C = 30.0
"""Temperature at which coolants are compared [degC]."""
_DESIGN_POINT = ("design_ambient", "design_supply")
_MODEL_FIELDS = {
    "dense": {"layers", "hidden", "heads", "kv_heads", "head_dim"},
    "moe": {"layers", "hidden", "heads", "kv_heads", "head_dim", "active_parameters", "experts"},
    "diffusion": {"flops_per_image"},
}


def summary(entry: e.Entry) -> str:
    """The figures a planner picks an entry by, in one line."""
    match entry:
        case e.ServerModel():
            size = f"{entry.rack_units.whole}U" if entry.rack_units else ""
            parts = [f"{entry.gpus} x {entry.accelerator}", size, _text(entry.max_draw)]
        case e.Accelerator():
            parts = [_text(entry.memory), _text(entry.memory_bandwidth), _text(entry.tdp)]
        case e.RackModel():
            size = f"{entry.width.text} x {entry.depth.text}"
            parts = [f"{entry.rack_units.whole}U", size, _text(entry.max_load)]
        case e.Circuit():
            parts = [entry.volts.text, entry.amps.text, f"{entry.phases}ph", entry.standard]
        case e.RackPdu():
            wiring = "1ph" if entry.phases == 1 else f"3ph {entry.wiring}"
            parts = [entry.volts.text, entry.input_amps.text, wiring, _outlets(entry.banks)]
        case e.Conductor():
            parts = [f"{entry.resistance.value:.3g} ohm/km", _text(entry.ampacity)]
        case e.AirUnit():
            kind = f"passive {entry.kind}" if entry.passive else entry.kind
            parts = [kind, _text(entry.capacity), _text(entry.airflow)]
        case e.Cdu():
            parts = [_text(entry.capacity), f"at {entry.approach.text}", _text(entry.flow)]
        case e.Coolant():
            parts = [_coolant(entry)]
        case e.Coupling():
            parts = [f"Kv {entry.kv.text} m3/h", _text(entry.flow_max)]
        case e.Rejector():
            parts = [entry.kind, _text(entry.capacity), f"approach {entry.approach.text}"]
        case e.Switch():
            parts = [f"{entry.rack_units.whole}U", _text(entry.max_draw or entry.typical_draw)]
        case e.Model():
            parts = [entry.kind, f"{entry.parameters.value / 1e9:.4g} billion parameters"]
        case _:
            parts = []
    return ", ".join(part for part in parts if part)


def absent(entry: e.Entry) -> tuple[str, ...]:
    """Names of figures the entry could have and lacks, because no source gives them."""
    names = {name for name in figure_fields(type(entry)) if getattr(entry, name) is None}
    names -= _SELDOM_STATED
    match entry:
        case e.ServerModel():
            names.discard("heat_claim")
            names -= set(LIQUID_FIGURES) if entry.cooling == "air" else set()
            names -= _RACK_SCALE if entry.kind == "rack" else set()
        case e.Rejector():
            names &= {*entry.needed, *(_DESIGN_POINT if entry.chills else ())}
        case e.Model():
            names &= _MODEL_FIELDS[entry.kind]
        case e.AirUnit():
            names -= {"width"} if entry.kind != "in-row" else set()
            names -= {"power"} if entry.passive else set()
        case e.RackModel() if entry.accepts == "rack":
            names.discard("usable_depth")
    return tuple(name for name in type(entry).model_fields if name in names)


def _coolant(coolant: e.Coolant) -> str:
    """What its table says in the middle of most loops' range."""
    rows = coolant.properties.points
    row = min(rows, key=lambda one: abs(one.temperature_c - _USUAL_C))
    return f"{_row(row)} at {row.temperature_c:g} degC"


def plain_fields(entry: e.Entry) -> dict[str, Any]:
    """Fields of the entry that are not figures and say something."""
    hidden = {"name", "vendor", "note", "rejected", "scale_up", "banks"}
    hidden |= figure_fields(type(entry))
    values = {name: getattr(entry, name) for name in type(entry).model_fields if name not in hidden}
    if isinstance(entry, e.ServerModel):
        values["scale_up.link"] = entry.scale_up.link
    values = {name: ", ".join(v) if isinstance(v, tuple) else v for name, v in values.items()}
    if isinstance(entry, e.RackPdu):
        for bank in entry.banks:
            values[f"banks.{bank.id}"] = f"{bank.position}: {_outlets([bank])}"
    if isinstance(entry, e.CoolingUnit) and entry.curve is not None:
        for point in entry.curve.points:
            shown = show(point.capacity_w, Quantity.POWER)
            values[f"curve at {point.difference_k:g} K"] = shown
    if isinstance(entry, e.Coolant):
        for row in entry.properties.points:
            values[f"at {row.temperature_c:g} degC"] = _row(row)
    return {name: value for name, value in values.items() if value not in ("", None, False)}


def source_data(catalog: Catalog, source: str) -> dict[str, str]:
    """Id, title, reference, date and tier of a source; only a title for free text."""
    try:
        return {"id": source, **catalog.source(source).model_dump()}
    except UnknownEntryError:
        return {"title": source}


def as_data(catalog: Catalog, kind: str, entry_id: str) -> dict[str, Any]:
    """An entry as plain data for JSON: fields, figures with their sources, claims, findings.

    Raises
    ------
    UnknownEntryError
        The catalog has no such entry.
    """
    entry = catalog.get(kind, entry_id)
    return {
        "id": entry_id,
        "kind": kind,
        "vendor": entry.vendor,
        "name": entry.name,
        "note": entry.note,
        "fields": plain_fields(entry),
        "figures": {name: _figure(catalog, figure) for name, figure in _figures(entry)},
        "absent": list(absent(entry)),
        "rejected": [
            {**claim.model_dump(), "source": source_data(catalog, claim.source)}
            for claim in entry.rejected
        ],
        "findings": [
            {"id": one.id, "severity": one.severity, "message": one.message}
            for one in check_entry(catalog, kind, entry_id)
        ],
    }


def _figures(entry: e.Entry) -> Iterator[tuple[str, Figure]]:
    """Names and figures; what is the same in all banks of a strip once, as ``banks.NAME``."""
    banks = entry.banks if isinstance(entry, e.RackPdu) else ()
    shared = [
        name for name in figure_fields(e.Bank) if len({getattr(bank, name) for bank in banks}) == 1
    ]
    for name, figure in figures_of(entry):
        field = name.rsplit(".", 1)[-1]
        if not name.startswith("banks.") or field not in shared:
            yield name, figure
        elif name == f"banks.{banks[0].id}.{field}":
            yield f"banks.{field}", figure


def _outlets(banks: Iterable[e.Bank]) -> str:
    """The outlets of banks together: ``30 C13 + 12 C19``."""
    total: Counter[str] = Counter()
    for bank in banks:
        total.update(bank.outlets)
    return " + ".join(f"{count} {outlet}" for outlet, count in sorted(total.items()))


def _row(row: CoolantProperties) -> str:
    """A row of a coolant's table, with its units."""
    return (
        f"{row.density_kg_m3:,.1f} kg/m3, {row.heat_capacity_j_kg_k:,.0f} J/(kg K), "
        f"{row.viscosity_mpa_s:.3f} mPa s, {row.conductivity_w_m_k:.3f} W/(m K)"
    )


def _figure(catalog: Catalog, figure: Figure) -> dict[str, Any]:
    return {**figure.model_dump(), "source": source_data(catalog, figure.source)}


def _text(figure: Figure | None) -> str:
    return figure.text if figure else ""
