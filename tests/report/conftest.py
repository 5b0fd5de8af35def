"""A small hall with a plan whose figures can be checked by hand, and a large one for size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import pytest

from rackplan.catalog.entries import Accelerator, Model, RackModel, ServerModel
from rackplan.facility.demand import ServerDemand, Survive, Workload
from rackplan.facility.model import (
    Assumption,
    CoolingUnit,
    Facility,
    Feed,
    Footprint,
    Gear,
    LossState,
    Policy,
    PowerNode,
    Rack,
    Zone,
)
from rackplan.plan import Goal, LimitState, Plan, RackSummary, Server, WorkloadSummary

DRAW_W = 7_800
FEED_W = 34_500
TOKENS_S = 1_903.0
HEIGHT_U = 8
WEIGHT_G = 130_000


@dataclass(frozen=True)
class Hall:
    """A facility and a plan for it."""

    facility: Facility
    plan: Plan


HallMaker = Callable[..., Hall]


@pytest.fixture
def hall() -> Hall:
    """Two rows of three racks: r01 and r02 hold 3 servers, r03 holds none."""
    return make_hall()


@pytest.fixture
def hall_maker() -> HallMaker:
    """Builds halls of any size, with any names."""
    return make_hall


def make_hall(
    rows: int = 2,
    racks_per_row: int = 3,
    site: str = "North hall",
    workload: str = "chat-70b",
    row_name: str = "row",
    assumption: str = "power basis: max draw",
) -> Hall:
    """The last rack of every row stays empty; every other one holds three 8-GPU servers."""
    racks = tuple(
        _rack(f"{row_name}-{row + 1:02}", row, f"r{place + 1:02}", place)
        for row in range(rows)
        for place in range(racks_per_row)
    )
    used = [rack for rack in racks if rack.name != f"r{racks_per_row:02}"]
    facility = _facility(site, racks, workload, assumption)
    servers = tuple(_server(rack, u, workload) for rack in used for u in (5, 14, 23))
    count = len(servers)
    plan = Plan(
        site={"name": site, "sha256": facility.sha256},
        status="FEASIBLE",
        objective=(Goal("servers", count, count + 1, 1 / (count + 1), "servers"),),
        servers=servers,
        racks=tuple(_summary(rack, 3 if rack in used else 0, workload) for rack in racks),
        limits=_limits(used, count),
        workloads=(_workload(workload, count),),
        totals={
            "servers": count,
            "existing": 0,
            "new": count,
            "asked": 4,
            "gpus": 8 * count,
            "racks_used": len(used),
            "it_load_w": DRAW_W * count,
            "air_w": DRAW_W * count,
            "liquid_w": 0,
        },
        assumptions=(assumption, "efficiency of ups-a: 1"),
        provenance={"versions": {"rackplan": "0.1.0"}, "seed": 1, "wall_s": None},
    )
    return Hall(facility, plan)


def _rack(row: str, row_index: int, name: str, place: int) -> Rack:
    rack_id = f"{row}/{name}"
    return Rack(
        id=rack_id,
        hall="hall-1",
        row=row,
        name=name,
        model_id="cabinet-42u",
        model=RackModel.model_validate(
            {
                "vendor": "Maker",
                "name": "42U cabinet",
                "rack_units": 42,
                "width": "600 mm",
                "depth": "1200 mm",
                "weight": "125 kg",
                "max_load": "1360 kg",
            }
        ),
        x_mm=600 * place,
        y_mm=2_400 * row_index,
        feeds=tuple(
            Feed(f"{rack_id}:{side}", side, f"ups-{side.lower()}", "iec-60a", FEED_W)
            for side in ("A", "B")
        ),
        zone="zone-1",
        loop=None,
        leaf_group=None,
        closed_u=(1, 2),
        starts=(),
        air_limit_w=30_000,
        max_total_g=None,
        cable_mm=None,
        gear=(Gear("leaf switch", 42, 1, 300, 9_000, 40, ("A", "B")),),
        fixed=(),
    )


def _footprint() -> Footprint:
    accelerator = Accelerator.model_validate(
        {
            "vendor": "Maker",
            "name": "H20",
            "memory": "96 GB",
            "memory_bandwidth": "4.0 TB/s",
            "fp16": "148 TFLOP/s",
            "link": "nvswitch",
            "link_bandwidth": "900 GB/s",
            "tdp": "400 W",
        }
    )
    server = ServerModel.model_validate(
        {
            "vendor": "Maker",
            "name": "8 x H20",
            "accelerator": "h20",
            "gpus": 8,
            "scale_up": {"link": "nvswitch", "domain_gpus": 8},
        }
    )
    return Footprint(
        index=0,
        id="eight-h20",
        server_id="eight-h20",
        server=server,
        accelerator=accelerator,
        survive=Survive("full"),
        rack_units=HEIGHT_U,
        weight_g=WEIGHT_G,
        depth_mm=900,
        draw_w=DRAW_W,
        loss_draw_w=DRAW_W,
        psu_count=6,
        psu_rating_w=3_300,
        psu_need_full=3,
        psu_need_boot=3,
        air_w=DRAW_W,
        liquid_w=0,
        airflow_l_s=500,
        room_airflow_l_s=500,
        flow_ml_min=0,
        inlet_min_c=5.0,
        inlet_max_c=35.0,
        supply_min_c=None,
        supply_max_c=None,
        ports=8,
    )


def _facility(site: str, racks: tuple[Rack, ...], workload: str, assumption: str) -> Facility:
    nodes = {
        name: PowerNode(name, "ups", (), False, 800_000, None, Fraction(1), 0)
        for name in ("ups-a", "ups-b")
    }
    crah = tuple(CoolingUnit(f"crah-{n}", 120_000, 9_000, 0, ()) for n in (1, 2))
    states = ("ups-a", "ups-b", "crah-1", "crah-2")
    return Facility(
        name=site,
        description="Two blocks",
        file="north-hall.yaml",
        sha256="0123456789abcdef" * 4,
        elevation_m=45,
        pressure_pa=100_785.0,
        air_density=1.19,
        policy=Policy("max_draw", Fraction(95, 100), frozenset()),
        nodes=nodes,
        racks={rack.id: rack for rack in racks},
        zones={"zone-1": Zone("zone-1", crah, 22.0)},
        loops={},
        leaf_groups={},
        states=(
            LossState("normal", "normal", ""),
            *(LossState(f"loss:{s}", "power" if s[0] == "u" else "air", s) for s in states),
        ),
        footprints=(_footprint(),),
        workloads={workload: _asked(workload)},
        demands={
            "eight-h20": ServerDemand(
                "eight-h20", "eight-h20", 4, 14, (workload,), False, Survive("full")
            )
        },
        pins=(),
        forbids=(),
        objectives=(),
        assumptions=(Assumption("policy.power_basis", assumption),),
    )


def _asked(workload: str) -> Workload:
    model = {"vendor": "Maker", "name": "70B", "kind": "dense", "parameters": 7e10}
    return Workload(
        id=workload,
        model_id="70b",
        model=Model.model_validate(model),
        precision="fp8",
        input_tokens=1_000,
        output_tokens=500,
        ttft_s=2.0,
        tpot_s=0.05,
        tensor_parallel=4,
        domain="nvlink",
        software="documented",
        unit="tok/s",
        demand=20_000,
        think_s=0.0,
        survive=Survive("full"),
    )


def _server(rack: Rack, u: int, workload: str) -> Server:
    return Server(
        id=f"{rack.id}/u{u:02}",
        model="eight-h20",
        hall=rack.hall,
        row=rack.row,
        rack=rack.id,
        u=u,
        feeds={"A": 3, "B": 3},
        workload=workload,
        tensor_parallel=4,
        replicas=2,
        rate=TOKENS_S,
        rate_unit="tok/s",
        survive="full",
        loss_draw_w=DRAW_W,
        existing=False,
        demand="eight-h20",
    )


def _summary(rack: Rack, servers: int, workload: str) -> RackSummary:
    # Gear draws 300 W, half from each feed; servers share evenly, all on one feed after a loss.
    load = servers * DRAW_W + 300
    return RackSummary(
        rack=rack.id,
        servers=servers,
        gpus=8 * servers,
        used_u=HEIGHT_U * servers + 1,
        weight_g=WEIGHT_G * servers + 9_000,
        load_w=load,
        feeds_w={"A": load // 2, "B": load // 2},
        feeds_worst_w={"A": load, "B": load},
        air_w=load,
        liquid_w=0,
        throughput={workload: TOKENS_S * servers} if servers else {},
        binding=(f"air/{rack.id}", f"power/{rack.id}:A@loss:ups-b") if servers else (),
    )


def _limits(used: list[Rack], count: int) -> tuple[LimitState, ...]:
    load = count * DRAW_W
    found = [
        LimitState("power/ups-a", "power", "ups-a", "normal", "W", load // 2, 800_000),
        LimitState("power/ups-a@loss:ups-b", "power", "ups-a", "loss:ups-b", "W", load, 800_000),
        LimitState("power/ups-b", "power", "ups-b", "normal", "W", load // 2, 800_000),
        LimitState("air/zone-1", "air", "zone-1", "normal", "W", load, 240_000),
        LimitState("air/zone-1@loss:crah-1", "air", "zone-1", "loss:crah-1", "W", load, 120_000),
        LimitState("demand/eight-h20/min", "demand", "eight-h20", "normal", "servers", count, 4),
    ]
    for rack in used:
        found += (
            LimitState(f"space/{rack.id}", "space", rack.id, "normal", "U", 27, 42),
            LimitState(
                f"space/{rack.id}/weight", "space", rack.id, "normal", "g", 399_000, 1_360_000
            ),
            LimitState(
                f"power/{rack.id}:A@loss:ups-b",
                "power",
                f"{rack.id}:A",
                "loss:ups-b",
                "W",
                3 * DRAW_W + 300,
                FEED_W,
            ),
        )
    return tuple(found)


def _workload(workload: str, count: int) -> WorkloadSummary:
    rate = TOKENS_S * count
    return WorkloadSummary(
        workload=workload,
        unit="tok/s",
        demand=20_000,
        normal=rate,
        low=0.8 * rate,
        high=1.2 * rate,
        worst_loss=rate,
        worst_state="loss:crah-1",
        binding="memory bandwidth",
        note="",
    )
