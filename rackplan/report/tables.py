"""The tables of a report: what the plan says, ordered and named for people, in people's units.

Pure functions from a plan and its facility. Every format prints these and computes nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackplan.facility.model import Facility
from rackplan.plan import Plan, Server
from rackplan.report.table import Cell, Column, Table, clean, significant
from rackplan.report.wording import counted, gap_text, scaled, state_text, verdict_text
from rackplan.verifier.states import StateRow


def summary(plan: Plan, facility: Facility, states: Sequence[StateRow]) -> Table:
    """The site's figures, one a row."""
    totals = plan.totals
    rows: list[tuple[Cell, ...]] = [
        ("Verdict", verdict_text(plan), "", ""),
        ("Servers placed", totals.get("servers", 0), "", _asked(totals)),
        ("GPUs", totals.get("gpus", 0), "", ""),
        ("Racks used", totals.get("racks_used", 0), "", f"of {len(facility.racks):,}"),
        ("IT load", *scaled(totals.get("it_load_w", 0), "W"), basis_text(facility)),
        ("Heat to air", *scaled(totals.get("air_w", 0), "W"), ""),
    ]
    if facility.loops:
        rows.append(("Heat to liquid", *scaled(totals.get("liquid_w", 0), "W"), ""))
    if plan.energy.pue is not None:
        when = "over the year" if plan.energy.annual else "on the design day"
        rows.append(("PUE", plan.energy.pue, "", when))
    rows.extend(
        (
            f"Throughput {clean(w.workload)}",
            _rate(w.normal),
            clean(w.unit),
            _least(w.demand, w.unit),
        )
        for w in plan.workloads
    )
    rows.append(("Loss states", len(states), "", losses_text(states)))
    if plan.objective:
        rows.append(("Gap to the proven bound", gap_text(plan), "", ""))
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value", kind="figure"),
        Column("unit", "Unit"),
        Column("note", "Note"),
    )
    return Table("summary", "Summary", columns, tuple(rows))


def control(plan: Plan, facility: Facility, date: str = "") -> Table:
    """What identifies the document: site, versions, how sure the answer is, what was counted."""
    provenance = plan.provenance
    versions = provenance.get("versions")
    stated = versions.items() if isinstance(versions, dict) else ()
    facts = [
        ("Site", plan.site.get("name", "")),
        ("Description", facility.description),
        ("Site file SHA-256", plan.site.get("sha256", "")[:12]),
        ("Date", date),
        ("Status", plan.status),
        ("Gap to the proven bound", gap_text(plan) if plan.objective else ""),
        ("Power counted", basis_text(facility)),
        ("Power factor of servers", f"{float(facility.policy.power_factor):.2f}"),
        ("Elevation", f"{facility.elevation_m:,} m"),
        ("Losses not covered", ", ".join(sorted(facility.policy.not_survived)) or "none"),
        ("Plan format", plan.schema),
        *((f"Version of {name}", str(version)) for name, version in stated),
        ("Seed", str(provenance.get("seed", ""))),
    ]
    rows = tuple((clean(name), clean(text)) for name, text in facts if text)
    columns = (Column("item", "Item"), Column("text", "Value"))
    note = "Planning document for review. It is not a sealed or approved electrical design."
    return Table("control", "Document", columns, rows, note)


def basis_text(facility: Facility) -> str:
    """Which power of a server is counted: ``at max draw``."""
    return f"at {clean(facility.policy.power_basis).replace('_', ' ')}"


def losses_text(states: Sequence[StateRow]) -> str:
    """What the worst loss does to servers: ``every server keeps full power in each``."""
    if not states:
        return "nothing that can be lost is modeled"
    worst = min(states, key=lambda row: (row.full, -row.down))
    touched = [
        f"{count:,} {word}"
        for count, word in (
            (worst.reduced, "reduced"),
            (worst.shed, "shed"),
            (worst.down, "down"),
        )
        if count
    ]
    if not touched:
        return "every server keeps full power in each"
    lost = state_text(worst.state)
    return f"at worst, with {lost}, {worst.full:,} at full power, {', '.join(touched)}"


def _asked(totals: Mapping[str, int]) -> str:
    """New and standing servers, and the fewest asked for."""
    parts = []
    if totals.get("existing"):
        parts.append(f"{totals.get('new', 0):,} new, {totals['existing']:,} already standing")
    if totals.get("asked"):
        parts.append(f"at least {totals['asked']:,} new asked")
    return "; ".join(parts)


def _rate(value: float) -> Cell:
    """A rate to three significant digits, as a number."""
    text = significant(value).replace(",", "")
    return float(text) if "." in text else int(text)


def _least(demand: float, unit: str) -> str:
    return f"{demand:,.0f} {clean(unit)} asked" if demand else ""


def demand(plan: Plan, facility: Facility) -> Table:
    """Each demand line: what was asked and what is placed."""
    placed: dict[str, int] = {}
    for server in plan.servers:
        if server.demand is not None:
            placed[server.demand] = placed.get(server.demand, 0) + 1
    rows = tuple(
        (clean(line.id), clean(line.server), line.minimum, line.maximum, placed.get(line.id, 0))
        for line in facility.demands.values()
    )
    columns = (
        Column("line", "Demand"),
        Column("server", "Server model"),
        Column("minimum", "Fewest", kind="count"),
        Column("maximum", "Most", kind="count"),
        Column("placed", "Placed", kind="count"),
    )
    standing = sum(server.existing for server in plan.servers)
    note = f"{counted(standing, 'server')} already there not counted." if standing else ""
    return Table("demand", "Servers asked and placed", columns, rows, note)


def objective(plan: Plan) -> Table:
    """Each goal in order, with its proven bound."""
    rows = []
    for goal in plan.objective:
        value, unit = scaled(goal.value, goal.unit)
        bound, _ = scaled(goal.bound, goal.unit)
        rows.append((clean(goal.name), value, bound, unit, goal.gap * 100))
    columns = (
        Column("goal", "Goal"),
        Column("value", "Value", kind="figure"),
        Column("bound", "Proven bound", kind="figure"),
        Column("unit", "Unit"),
        Column("gap", "Gap", "%", "percent"),
    )
    note = "Goals in order of importance. No plan can pass the bound; a gap of 0 % is proven best."
    return Table("objective", "Goals", columns, tuple(rows), note)


def workloads(plan: Plan) -> Table:
    """What the site delivers for each workload, with its band and what holds a replica back."""
    rows = tuple(
        (
            clean(w.workload),
            clean(w.unit),
            w.demand or None,
            w.normal,
            w.low,
            w.high,
            w.worst_loss,
            state_text(w.worst_state) if w.worst_state else "",
            clean(w.binding),
            clean(w.note),
        )
        for w in plan.workloads
    )
    columns = (
        Column("workload", "Workload"),
        Column("unit", "Unit"),
        Column("demand", "Asked", kind="rate"),
        Column("normal", "Normal", kind="rate"),
        Column("low", "Low", kind="rate"),
        Column("high", "High", kind="rate"),
        Column("worst", "Guaranteed in worst loss", kind="rate"),
        Column("state", "Worst loss"),
        Column("binding", "A replica is held by"),
        Column("note", "Note"),
    )
    note = (
        "Low and high band the estimate of the normal rate. Figures have three significant digits."
    )
    return Table("workloads", "Throughput", columns, rows, note)


def servers(plan: Plan, facility: Facility) -> Table:
    """Every placed server."""
    known = {footprint.server_id: footprint for footprint in facility.footprints}
    rows = []
    for server in plan.servers:
        footprint = known.get(server.model)
        rows.append(
            (
                clean(server.id),
                clean(server.rack),
                server.u,
                footprint.rack_units if footprint else None,
                clean(server.model),
                footprint.gpus if footprint else None,
                scaled(footprint.draw_w, "W")[0] if footprint else None,
                scaled(server.loss_draw_w, "W")[0],
                clean(server.survive),
                _cords(server),
                clean(server.workload or ""),
                server.tensor_parallel or None,
                server.replicas or None,
                server.rate if server.workload else None,
                clean(server.rate_unit),
                "existing" if server.existing else "new",
            )
        )
    return Table(
        "servers", "Servers", _SERVER_COLUMNS, tuple(rows), "U is the lowest rack unit taken."
    )


_SERVER_COLUMNS = (
    Column("id", "Server"),
    Column("rack", "Rack"),
    Column("u", "U", kind="count"),
    Column("height", "Height", "U", "count"),
    Column("model", "Model"),
    Column("gpus", "GPUs", kind="count"),
    Column("draw", "Load", "kW", "kilo"),
    Column("loss_draw", "Load in a loss", "kW", "kilo"),
    Column("survive", "Must survive"),
    Column("cords", "Cords by feed"),
    Column("workload", "Workload"),
    Column("tensor_parallel", "GPUs per replica", kind="count"),
    Column("replicas", "Replicas", kind="count"),
    Column("rate", "Throughput", kind="rate"),
    Column("rate_unit", "Unit"),
    Column("standing", "Standing"),
)


def _cords(server: Server) -> str:
    return " ".join(f"{clean(side)}:{count}" for side, count in server.feeds.items())


def assumptions(plan: Plan) -> Table:
    """What was taken for granted."""
    rows = tuple((clean(text),) for text in plan.assumptions)
    note = "Defaults taken because the site file does not say otherwise." if rows else ""
    return Table("assumptions", "Assumed", (Column("assumption", "Assumption"),), rows, note)


def warnings(plan: Plan) -> Table:
    """What a reviewer should know."""
    rows = tuple((clean(text),) for text in plan.warnings)
    note = "The plan holds every limit; a reviewer should still look at these." if rows else ""
    return Table("warnings", "Warnings", (Column("warning", "Warning"),), rows, note)
