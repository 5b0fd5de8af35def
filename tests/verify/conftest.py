"""A hall small enough to work out by hand, and plans for it.

    grid (or genset) -- ats-a -- ups-a -- rpp-a -- feed A of r1, r2, r3
    grid (or genset) -- ats-b -- ups-b -- rpp-b -- feed B of r1, r2, r3

The UPSs have an efficiency of 0.8, so 1,000 W out is 1,250 W in; everything else is lossless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from rackplan.catalog.entries import RackModel, ServerModel
from rackplan.catalog.load import builtin
from rackplan.facility.demand import ServerDemand, Survive, Workload
from rackplan.facility.model import (
    CoolingUnit,
    Facility,
    Feed,
    FixedServer,
    Footprint,
    Gear,
    LeafGroup,
    Loop,
    LossState,
    Policy,
    PowerNode,
    Rack,
    Zone,
)
from rackplan.plan import Plan, Server
from rackplan.workload import predict

AMPLE = 10**9
"""What nodes and circuits carry for a short time [W, VA]: no test of what lasts meets it."""

FULL, SHED = Survive("full"), Survive("shed")
CAPPED = Survive("reduced", 4000)

CABINET = RackModel.model_validate(
    {
        "vendor": "Maker",
        "name": "42U cabinet",
        "rack_units": 42,
        "width": "600 mm",
        "depth": "1200 mm",
        "usable_depth": "1000 mm",
        "weight": "150 kg",
        "max_load": "1000 kg",
    }
)


def _server_model(gpus: int, domain: int, kind: str = "server") -> ServerModel:
    return ServerModel.model_validate(
        {
            "vendor": "Maker",
            "name": f"{gpus}-GPU {kind}",
            "kind": kind,
            "accelerator": "h100-sxm",
            "gpus": gpus,
            "scale_up": {"link": "nvswitch", "domain_gpus": domain},
        }
    )


def _footprint(index: int, name: str, survive: Survive, liquid_w: int, kind: str) -> Footprint:
    """A server of 8 U, 6,000 W and four supplies of 3,000 W: two live ones carry all of it."""
    return Footprint(
        index=index,
        id=name if survive.kind == "full" else f"{name}+{survive.kind}",
        server_id=name,
        server=_server_model(8, 8, kind),
        accelerator=builtin().accelerator("h100-sxm"),
        survive=survive,
        rack_units=8,
        weight_g=100_000,
        depth_mm=900,
        draw_w=6000,
        loss_draw_w={"full": 6000, "reduced": survive.cap_w or 0, "shed": 0}[survive.kind],
        psu_count=4,
        psu_rating_w=3000,
        psu_need_full=2,
        psu_need_boot=1,
        air_w=6000 - liquid_w,
        liquid_w=liquid_w,
        airflow_l_s=400,
        room_airflow_l_s=400,
        flow_ml_min=5000 if liquid_w else 0,
        inlet_min_c=10.0,
        inlet_max_c=30.0,
        supply_min_c=20.0 if liquid_w else None,
        supply_max_c=40.0 if liquid_w else None,
        ports=8,
        base=index,
    )


def footprints() -> tuple[Footprint, ...]:
    """Air-cooled and liquid-cooled servers under every survive rule, and a rack product."""
    kinds = [("air8", 0, "server"), ("wet8", 4500, "server"), ("pod", 0, "rack")]
    rules = [(*kind, survive) for kind in kinds for survive in (FULL, CAPPED, SHED)]
    return tuple(
        _footprint(i, name, survive, liquid_w, kind)
        for i, (name, liquid_w, kind, survive) in enumerate(rules)
    )


def node(name: str, kind: str, *inputs: str, limit_w: int | None = None, **more: Any) -> PowerNode:
    """A lossless power node."""
    values = {"parallel": False, "limit_va": None, "efficiency": Fraction(1), "fixed_w": 0}
    values |= {"short_w": AMPLE, "short_va": AMPLE, **more}
    return PowerNode(name, kind, inputs, limit_w=limit_w, **values)


def power_nodes() -> dict[str, PowerNode]:
    """Two UPS paths, each behind its own transfer switch."""
    ups = {"efficiency": Fraction(4, 5)}
    nodes = [
        node("grid", "utility"),
        node("genset", "generator"),
        node("ats-a", "ats", "grid", "genset"),
        node("ats-b", "ats", "grid", "genset"),
        node("ups-a", "ups", "ats-a", **ups),
        node("ups-b", "ups", "ats-b", **ups),
        node("rpp-a", "rpp", "ups-a"),
        node("rpp-b", "rpp", "ups-b"),
    ]
    return {item.id: item for item in nodes}


def rack(name: str, **more: Any) -> Rack:
    """A 42U rack on both paths, in the zone, on the loop and in the leaf group."""
    full = f"row-1/{name}"
    values: dict[str, Any] = {
        "id": full,
        "hall": "hall-1",
        "row": "row-1",
        "name": name,
        "model_id": "cabinet",
        "model": CABINET,
        "x_mm": 0,
        "y_mm": 0,
        "feeds": tuple(
            Feed(f"{full}:{side}", side, f"rpp-{side.lower()}", "iec", 20_000, AMPLE)
            for side in "AB"
        ),
        "zone": "zone-1",
        "loop": "loop-1",
        "leaf_group": "leaf-1",
        "closed_u": (),
        "starts": (),
        "air_limit_w": None,
        "max_total_g": None,
        "cable_mm": 5000,
        "gear": (),
        "fixed": (),
    }
    return Rack(**{**values, **more})


def workload(survive: Survive = FULL, **more: Any) -> Workload:
    """Llama 3.1 8B at FP16, a small chat."""
    values: dict[str, Any] = {
        "id": "chat",
        "model_id": "llama-3.1-8b",
        "model": builtin().model("llama-3.1-8b"),
        "precision": "fp16",
        "input_tokens": 512,
        "output_tokens": 256,
        "ttft_s": None,
        "tpot_s": None,
        "tensor_parallel": None,
        "domain": "nvlink",
        "software": "documented",
        "unit": "tok/s",
        "demand": 0.0,
        "think_s": 0.0,
        "survive": survive,
    }
    return Workload(**{**values, **more})


def demand(survive: Survive, server: str = "air8", **more: Any) -> ServerDemand:
    """A line that takes any number of servers, working or idle."""
    values: dict[str, Any] = {
        "id": f"{server}-{survive.kind}",
        "server": server,
        "minimum": 0,
        "maximum": None,
        "workloads": ("chat",),
        "idle_allowed": True,
        "survive": survive,
    }
    return ServerDemand(**{**values, **more})


def facility(**more: Any) -> Facility:
    """The hall of this module's docstring, generous everywhere."""
    racks = [rack(name) for name in ("r1", "r2", "r3")]
    lines = [demand(s, server) for server in ("air8", "wet8", "pod") for s in (FULL, CAPPED, SHED)]
    air = tuple(CoolingUnit(f"acu-{i}", 60_000, 9000, 0, ()) for i in (1, 2))
    wet = tuple(CoolingUnit(f"cdu-{i}", 60_000, 90_000, 0, ()) for i in (1, 2))
    values: dict[str, Any] = {
        "name": "Hand hall",
        "description": "",
        "file": "hall.yaml",
        "sha256": "5" * 64,
        "elevation_m": 0,
        "pressure_pa": 101_325.0,
        "air_density": 1.2,
        "policy": Policy("max_draw", Fraction(19, 20), frozenset()),
        "nodes": power_nodes(),
        "racks": {item.id: item for item in racks},
        "zones": {"zone-1": Zone("zone-1", air, 24.0)},
        "loops": {"loop-1": Loop("loop-1", wet, 30.0)},
        "leaf_groups": {"leaf-1": LeafGroup("leaf-1", 256, "row-1/r1", 30_000)},
        "states": (LossState("normal", "normal"),),
        "footprints": footprints(),
        "workloads": {"chat": workload()},
        "demands": {line.id: line for line in lines},
        "pins": (),
        "forbids": (),
        "objectives": (),
        "assumptions": (),
    }
    return Facility(**{**values, **more})


def limited(site: Facility, name: str, **more: Any) -> Facility:
    """The site with a power node changed."""
    return replace(site, nodes={**site.nodes, name: replace(site.nodes[name], **more)})


def with_rack(site: Facility, name: str, **more: Any) -> Facility:
    """The site with a rack changed."""
    full = f"row-1/{name}"
    return replace(site, racks={**site.racks, full: replace(site.racks[full], **more)})


def server(
    site: Facility,
    place: str,
    u: int,
    model: str = "air8",
    survive: str = "full",
    work: str | None = None,
    existing: bool = False,
) -> Server:
    """A server as a careful planner states it."""
    full = f"row-1/{place}"
    service = None
    if work is not None:
        entry = next(f for f in site.footprints if f.server_id == model)
        service = predict(entry.server, entry.accelerator, site.workloads[work])
    return Server(
        id=f"{full}/u{u:02d}",
        model=model,
        hall="hall-1",
        row="row-1",
        rack=full,
        u=u,
        feeds={"A": 2, "B": 2},
        workload=work,
        tensor_parallel=service.tensor_parallel if service else 0,
        replicas=service.replicas if service else 0,
        rate=service.rate if service else 0.0,
        rate_unit=service.unit if service else "",
        survive=survive,
        loss_draw_w={"full": 6000, "reduced": 4000, "shed": 0}[survive],
        existing=existing,
        demand=None if existing else f"{model}-{survive}",
    )


def plan(site: Facility, servers: Sequence[Server], **more: Any) -> Plan:
    """A plan that states its servers and nothing else."""
    values: dict[str, Any] = {
        "site": {"name": site.name, "sha256": site.sha256},
        "status": "FEASIBLE",
        "objective": (),
        "servers": tuple(servers),
        "racks": (),
        "limits": (),
        "workloads": (),
        "totals": {},
        "assumptions": (),
    }
    return Plan(**{**values, **more})


@dataclass(frozen=True)
class Bench:
    """The builders of this module, for tests."""

    facility: Callable[..., Facility]
    limited: Callable[..., Facility]
    with_rack: Callable[..., Facility]
    server: Callable[..., Server]
    plan: Callable[..., Plan]
    parts: SimpleNamespace


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Builders of the hand hall and of plans for it."""
    parts = SimpleNamespace(
        node=node,
        rack=rack,
        workload=workload,
        demand=demand,
        footprints=footprints,
        power_nodes=power_nodes,
        CABINET=CABINET,
        Feed=Feed,
        FixedServer=FixedServer,
        Gear=Gear,
        CoolingUnit=CoolingUnit,
        FULL=FULL,
        CAPPED=CAPPED,
        SHED=SHED,
    )
    return Bench(facility, limited, with_rack, server, plan, parts)
