"""Resolving a site: what is refused, where, and with which cure; what is taken for granted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_sites import CHAT, Document, node_of, rack_of, row_of, small_site, written

from rackplan.errors import InputError, Problem
from rackplan.facility import Facility, resolve
from rackplan.schema.load import load_site_document


def loaded(document: Document, folder: Path) -> Facility:
    return resolve(load_site_document(written(document, folder / "site.yaml")))


def problems(document: Document, folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        loaded(document, folder)
    return caught.value.problems


def node(name: str, **fields: object) -> Callable[[Document], object]:
    """Change a power node, or add one."""

    def change(site: Document) -> None:
        nodes = site["power"]["nodes"]
        known = [n for n in nodes if n["id"] == name]
        (known[0] if known else nodes.append(new := {"id": name}) or new).update(fields)

    return change


def panel(*inputs: str) -> Callable[[Document], object]:
    """Add a panel with these inputs."""
    return node("panel-c", kind="rpp", **{"from": list(inputs)})


def rack(**fields: object) -> Callable[[Document], object]:
    return lambda site: rack_of(site, 0).update(fields)


def row(**fields: object) -> Callable[[Document], object]:
    return lambda site: row_of(site).update(fields)


def top(**fields: object) -> Callable[[Document], object]:
    return lambda site: site.update(fields)


def ask(**fields: object) -> Callable[[Document], object]:
    return lambda site: site["demand"][0].update(fields)


def box8(**fields: object) -> Callable[[Document], object]:
    """Change the server that is asked for; ``None`` takes a figure away."""

    def change(site: Document) -> None:
        entry = {**site["catalog"]["servers"]["box8"], **fields}
        kept = {key: value for key, value in entry.items() if value is not None}
        site["catalog"]["servers"]["box8"] = kept

    return change


def pin(**fields: object) -> Callable[[Document], object]:
    item = {"server": "box8", "rack": "row/r1", **fields}
    return top(placement={"pin": [item]})


def existing(**fields: object) -> Callable[[Document], object]:
    return rack(existing=[{"server": "box8", "u": [1], **fields}])


def gear(**fields: object) -> Callable[[Document], object]:
    item = {"name": "leaf", "u": 1, "rack_units": 1, "power": "100 W", "weight": "1 kg"}
    return rack(gear=[{**item, **fields}])


def leaf(**fields: object) -> Callable[[Document], object]:
    return top(fabric={"leaf_groups": [{"id": "leaf", "racks": ["row"], "ports": 9, **fields}]})


def work(**fields: object) -> Callable[[Document], object]:
    return top(workloads=[{**CHAT, **fields}])


def zone(**fields: object) -> Callable[[Document], object]:
    return lambda site: site["cooling"]["zones"][0].update(fields)


def feed(**fields: str) -> Callable[[Document], object]:
    whole = {"from": "panel-a", "circuit": "circuit", **fields}
    return row(feeds={"A": whole, "B": {"from": "panel-b", "circuit": "circuit"}})


REFUSED: dict[str, tuple[Callable[[Document], object], str, str]] = {
    # name: what is changed, what is said, part of the place
    "unknown input": (panel("upsa"), "no power node 'upsa'", "nodes[3].from[0]"),
    "feeds itself": (panel("panel-c"), "in a circle: panel-c -> panel-c", "nodes[3]"),
    "input twice": (panel("ups-a", "ups-a"), "names an input twice", "nodes[3].from"),
    "two inputs": (
        panel("ups-a", "ups-b"),
        "panel-c has 2 inputs but is no transfer switch",
        "nodes[3].from",
    ),
    "no input": (node("lonely", kind="rpp"), "lonely has no input", "nodes"),
    "input of a source": (
        node("gen", kind="generator", **{"from": ["grid"]}),
        "a generator has no input",
        "from",
    ),
    "one input of a switch": (
        node("ats", kind="ats", **{"from": ["grid"]}),
        "switches between inputs",
        "nodes",
    ),
    "sharing of a switch": (
        node("sts", kind="sts", sharing="parallel", **{"from": ["ups-a", "ups-b"]}),
        "takes one input at a time",
        "sharing",
    ),
    "amps alone": (node("ups-c", kind="ups", amps="9 A", **{"from": ["grid"]}), "volts", "nodes"),
    "node twice": (
        lambda site: site["power"]["nodes"].append({"id": "grid", "kind": "utility"}),
        "'grid' is defined twice",
        "nodes[3].id",
    ),
    "device twice": (zone(units=[{"id": "grid", "model": "acu"}]), "'grid' is defined twice", ""),
    "feed from nowhere": (feed(**{"from": "panel-x"}), "no power node 'panel-x'", "feeds.A.from"),
    "unknown circuit": (feed(circuit="cirquit"), "'cirquit'", "feeds.A.circuit"),
    "unknown rack model": (row(model="cabinett"), "'cabinett'", "rows[0].model"),
    "no rack model": (lambda site: row_of(site).pop("model"), "racks without a model", "rows[0]"),
    "unknown zone": (row(zone="zome"), "no cooling zone 'zome'", "rows[0].zone"),
    "unknown loop": (rack(loop="loop"), "no cooling loop 'loop'", "racks[0].loop"),
    "zone without units": (zone(units=[]), "has no air units", "zones[0]"),
    "zone twice": (
        lambda site: site["cooling"]["zones"].append(
            {"id": "zone", "supply": "20 degC", "units": [{"id": "acu-9", "model": "acu"}]}
        ),
        "'zone' is defined twice",
        "zones[1].id",
    ),
    "loop without CDUs": (
        lambda site: site["cooling"].update(
            loops=[{"id": "loop", "facility_water": "20 degC", "cdus": []}]
        ),
        "has no CDUs",
        "loops[0]",
    ),
    "unknown air unit": (
        zone(units=[{"id": "a", "model": "acuu"}]),
        "'acuu'",
        "zones[0].units[0].model",
    ),
    "unit on no node": (
        zone(units=[{"id": "a", "model": "acu", "power_from": ["ups-z"]}]),
        "no power node 'ups-z'",
        "power_from",
    ),
    "exempt nothing": (
        top(policy={"not_survived": ["ups-z"]}),
        "no device 'ups-z'",
        "not_survived[0]",
    ),
    "row twice": (
        lambda site: site["halls"].append({"id": "annex", "rows": [{"id": "row", "racks": []}]}),
        "row 'row' is defined twice",
        "halls[1].rows[0].id",
    ),
    "hall twice": (
        lambda site: site["halls"].append({"id": "hall", "rows": []}),
        "hall 'hall' is defined twice",
        "halls[1].id",
    ),
    "rack twice": (
        lambda site: row_of(site)["racks"].append({"id": "r1"}),
        "rack 'row/r1' is defined twice",
        "racks[2].id",
    ),
    "no racks": (top(halls=[]), "the site has no racks", "halls"),
    "unit above the rack": (row(profile={"blocked": ["19-21"]}), "from 1 to 20", "blocked[0]"),
    "not a unit": (row(profile={"reserved": ["top"]}), "from 1 to 20", "reserved[0]"),
    "gear above the rack": (gear(u=20, rack_units=2), "above rack unit 20", "gear[0].u"),
    "gear without power": (gear(power=None), "has no power", "gear[0]"),
    "gear on no feed": (gear(feeds=["C"]), "no feed of row/r1 'C'", "feeds[0]"),
    "gear in a closed unit": (
        lambda site: (gear(u=3)(site), row(profile={"blocked": ["3"]})(site)),
        "leaf and a rack unit that is blocked both take U3 of row/r1",
        "racks[0]",
    ),
    "unknown switch": (gear(switch="nv-sn56000"), "'nv-sn56000'", "gear[0].switch"),
    "two things in one unit": (existing(u=[1, 6]), "both take U6 of row/r1", "racks[0]"),
    "server above the rack": (existing(u=[16]), "reaches U21 of 20", "racks[0]"),
    "unknown existing server": (existing(server="box9"), "'box9'", "existing[0].server"),
    "existing with unknown work": (existing(workload="chat"), "no workload 'chat'", "workload"),
    "existing with work of others": (
        lambda site: (existing(workload="chat")(site), work(servers=["box4"])(site)),
        "workload 'chat' may not run on box8",
        "existing[0].workload",
    ),
    "unknown server asked for": (ask(server="box9"), "'box9'", "demand[0].server"),
    "least above most": (ask(min=3, max=2), "min 3 is more than max 2", "demand[0].min"),
    "model asked for twice": (
        lambda site: site["demand"].append({"server": "box8", "id": "again"}),
        "'box8' is defined twice",
        "demand[1].server",
    ),
    "line with unknown work": (ask(workloads=["talk"]), "no workload 'talk'", "workloads[0]"),
    "line with work of others": (
        lambda site: (work(servers=["box4"])(site), ask(workloads=["chat"])(site)),
        "workload 'chat' may not run on box8",
        "demand[0].workloads[0]",
    ),
    "no work for a line": (work(servers=["box4"]), "no workload may run on box8", "demand[0]"),
    "nothing asked for": (top(demand=[]), "nothing is asked for", ""),
    "cap above the draw": (ask(survive={"reduced": "6001 W"}), "reduced to 6001 W", "demand[0]"),
    "too few supplies": (box8(psu_count=1), "needs 2 power supplies of 3000 W", "demand[0]"),
    "no weight": (box8(weight=None), "no source gives the weight of box8", "demand[0].server"),
    "no depth": (box8(depth=None), "no source gives the depth of box8", "demand[0].server"),
    "no supplies": (box8(psu_count=None), "gives the psu_count of box8", "demand[0].server"),
    "no draw": (box8(max_draw=None), "gives the max_draw of box8", "demand[0].server"),
    "no typical draw": (
        top(policy={"power_basis": "typical_draw"}),
        "gives the typical_draw of box8",
        "demand[0].server",
    ),
    "no boot minimum": (
        lambda site: (box8(psu_min_boot=None)(site), ask(survive={"reduced": "3 kW"})(site)),
        "gives the psu_min_boot of box8",
        "demand[0].server",
    ),
    "no airflow": (
        lambda site: (box8(airflow=None)(site), site.pop("policy")),
        "no source gives the airflow of box8",
        "demand[0].server",
    ),
    "no inlet limit": (box8(inlet_max=None), "gives the inlet_max of box8", "demand[0].server"),
    "no class at height": (
        top(site={"name": "high", "elevation": "1600 m"}),
        "its class is unknown",
        "demand[0].server",
    ),
    "no coolant figures": (
        box8(cooling="liquid+air", liquid_fraction=0.7),
        "gives the coolant_flow of box8",
        "demand[0].server",
    ),
    "no ports": (
        lambda site: (box8(fabric_ports=None)(site), leaf()(site)),
        "gives the fabric_ports of box8",
        "demand[0].server",
    ),
    "pin of no rack": (pin(rack="row/r9"), "no rack 'row/r9'", "pin[0].rack"),
    "pin of no line": (pin(server="box4"), "no server model in demand 'box4'", "pin[0].server"),
    "pin of many at a unit": (pin(u=1, count=2), "one rack unit takes one server", "count"),
    "pin sticks out": (pin(u=16), "reaches U21 of 20", ""),
    "pin on gear": (
        lambda site: (pin(u=1)(site), gear(u=6)(site)),
        "box8 and leaf both take U6 of row/r1",
        "racks[0]",
    ),
    "pin at no start": (
        lambda site: (pin(u=2)(site), row(profile={"starts": [1, 7]})(site)),
        "lets no server start at U2",
        "pin[0].u",
    ),
    "pin at a unit without work": (
        lambda site: (work()(site), pin(u=1)(site)),
        "pinned to a rack unit without a workload",
        "pin[0]",
    ),
    "pin with unknown work": (pin(workload="talk"), "no workload of box8 'talk'", "workload"),
    "pin where none may stand": (
        lambda site: (pin()(site), site["placement"].update(forbid=[{"places": ["hall"]}])),
        "where forbid number 1 allows none",
        "pin[0]",
    ),
    "forbid nowhere": (
        top(placement={"forbid": [{"places": ["aisle"]}]}),
        "no rack, row or hall 'aisle'",
        "places[0]",
    ),
    "forbid nothing": (
        top(placement={"forbid": [{"places": ["row"], "servers": ["box9"]}]}),
        "'box9'",
        "servers[0]",
    ),
    "leaf group of nothing": (leaf(racks=["raw"]), "no rack, row or hall 'raw'", "racks[0]"),
    "leaf rack nowhere": (leaf(leaf_rack="row/r9"), "no rack 'row/r9'", "leaf_rack"),
    "reach without a leaf rack": (leaf(reach="9 m"), "no leaf_rack", "leaf_groups[0]"),
    "rack in a group twice": (leaf(racks=["row", "row/r1"]), "row/r1 is in leaf group", "racks"),
    "unknown model": (work(model="llama-4"), "'llama-4'", "workloads[0].model"),
    "tokens missing": (
        lambda site: (work()(site), site["workloads"][0].pop("output_tokens")),
        "needs input_tokens and output_tokens",
        "workloads[0]",
    ),
    "images of a language model": (work(demand="40 img/s"), "not a demand of a lang", "demand"),
    "demand without unit": (work(demand="4000"), "not a demand of a lang", "workloads[0].demand"),
    "workload for no server": (work(servers=["box9"]), "'box9'", "servers[0]"),
    "no such goal": (top(objective=["serverz"]), "no objective 'serverz'", "objective[0]"),
    "cost": (top(objective=["cost"]), "no cost model", "objective[0]"),
    "goal with work": (top(objective=["racks/chat"]), "takes no workload", "objective[0]"),
    "goal of no work": (top(objective=["throughput/x"]), "no workload 'x'", "objective[0]"),
    "throughput of nothing": (top(objective=["throughput"]), "needs one unit", "objective[0]"),
    "goal twice": (top(objective=["racks", "racks"]), "twice", "objective"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_place_and_cure(name: str, tmp_path: Path) -> None:
    change, said, place = REFUSED[name]
    site = small_site()
    change(site)
    found = problems(site, tmp_path)
    match = [problem for problem in found if said in problem.message]
    assert 1 == len(match), [str(problem) for problem in found]
    assert place in match[0].path
    for problem in found:
        assert problem.cure, str(problem)
        assert str(tmp_path / "site.yaml") == problem.file
        assert problem.line is not None


def test_all_problems_are_told_together_and_each_once(tmp_path: Path) -> None:
    site = small_site(racks=40)
    for name in ("unknown circuit", "unknown zone", "unit above the rack", "least above most"):
        REFUSED[name][0](site)
    said = sorted(problem.path for problem in problems(site, tmp_path))
    row_path = "halls[0].rows[0]"
    places = ["demand[0].min", f"{row_path}.feeds.A.circuit"]
    assert [*places, f"{row_path}.profile.blocked[0]", f"{row_path}.zone"] == said


def test_typing_errors_get_a_suggestion(tmp_path: Path) -> None:
    site = small_site()
    row(zone="zome", model="cabinett")(site)
    found = {problem.message: problem.cure for problem in problems(site, tmp_path)}
    assert "did you mean 'zone'?" == found["there is no cooling zone 'zome'"]
    assert "did you mean 'cabinet'?" == found["the catalog has no rack model 'cabinett'"]


def test_a_long_circle_is_shown(tmp_path: Path) -> None:
    site = small_site()
    node_of(site, "ups-[a-b]")["from"] = ["panel-[a-b]"]
    (problem,) = problems(site, tmp_path)
    around = problem.message.partition("circle: ")[2].split(" -> ")
    assert around[0] == around[-1]
    assert {"panel-a", "ups-a"} == set(around)


def test_defaults_are_told_as_assumptions(tmp_path: Path) -> None:
    site = small_site()
    del site["objective"]
    del site["policy"]["power_factor"]
    box8(airflow=None)(site)
    said = "\n".join(a.text for a in loaded(site, tmp_path).assumptions)
    assert "objective is servers, then power" in said
    assert "power factor of server power supplies is 0.95" in said
    assert "box8: airflow from its heat at a rise of 15 K" in said
    assert "the loss of grid is not a loss state" in said
    assert "ups-a, ups-b: no efficiency: taken as lossless" in said


def test_each_assumption_is_told_once(tmp_path: Path) -> None:
    told = loaded(small_site(racks=5), tmp_path).assumptions
    assert len(set(told)) == len(told)


def state_ids(site: Document, folder: Path) -> set[str]:
    return {state.id for state in loaded(site, folder).states}


def test_loss_states(tmp_path: Path) -> None:
    site = small_site()
    site["cooling"]["zones"][0]["units"] = [{"id": "acu-[1-2]", "model": "acu"}]
    nodes = {f"loss:{name}-{side}" for name in ("ups", "panel") for side in "ab"}
    units = {"loss:acu-1", "loss:acu-2"}
    assert {"normal"} | nodes | units == state_ids(site, tmp_path)
    site["policy"]["not_survived"] = ["ups-a", "acu-2"]
    assert {"normal"} | nodes | units - {"loss:ups-a", "loss:acu-2"} > state_ids(site, tmp_path)
    assert "loss:ups-a" not in state_ids(site, tmp_path)


def test_a_utility_is_a_loss_state_only_with_a_stand_in(tmp_path: Path) -> None:
    assert "loss:grid" not in state_ids(small_site(), tmp_path)
    for kind in ("generator", "utility"):
        site = small_site()
        node("stand-in", kind=kind)(site)
        assert {"loss:grid", "loss:stand-in"} < state_ids(site, tmp_path)


def test_circuits_of_an_exempt_panel_are_exempt(tmp_path: Path) -> None:
    site = small_site(racks=1)
    site["policy"]["not_survived"] = ["panel-a"]
    assert {"panel-a", "row/r1:A"} == loaded(site, tmp_path).policy.not_survived


def test_units_at_height(tmp_path: Path) -> None:
    # 1,600 m: density 0.9873 / 1.1992 = 0.8233 of sea level. A unit of 100 kW carries 82.3 kW and
    # still moves 8,000 L/s; a server that moves 400 L/s at sea level needs 400 / 0.8233 = 486.
    site = small_site()
    top(site={"name": "high", "elevation": "1600 m"})(site)
    site["policy"]["ashrae_class"] = "A2"
    facility = loaded(site, tmp_path)
    (unit, _) = facility.zones["zone"].units
    assert (pytest.approx(82_330, abs=60), 8000) == (unit.capacity_w, unit.flow)
    (footprint,) = facility.footprints
    assert 486 == footprint.airflow_l_s
    assert pytest.approx(35 - 7 / 3) == footprint.inlet_max_c


@pytest.mark.parametrize(
    ("share", "liquid_w"), [(0.57, 57), (0.29, 29), (0.875, 87), (1.0, 100), (0.999, 99)]
)
def test_heat_to_the_coolant_is_exact_and_rounds_to_the_air(
    share: float, liquid_w: int, tmp_path: Path
) -> None:
    # 100 x 0.57 is 56.99999999999999 in floats.
    site = small_site()
    figures = {"coolant_flow": "1 L/min", "coolant_supply_min": "9 degC"}
    box8(
        cooling="liquid+air",
        max_draw="100 W",
        liquid_fraction=share,
        coolant_supply_max="50 degC",
        **figures,
    )(site)
    (footprint,) = loaded(site, tmp_path).footprints
    assert (liquid_w, 100 - liquid_w) == (footprint.liquid_w, footprint.air_w)


def test_power_supplies_that_full_power_needs(tmp_path: Path) -> None:
    # ceil(peak / rating): A100 6.5 / 3.0 = 3, H100 10.2 / 3.3 = 4, B200 14.3 / 3.3 = 5,
    # B300 15 / 3.3 = 5 and 6 published. The XE9680's "3+3" of 2.8 kW: 10.2 / 2.8 = 4.
    need = {"dgx-a100": 3, "dgx-h100": 4, "dgx-b200": 5, "dgx-b300-psu": 6, "dell-xe9680-h100": 4}
    site = small_site(demand=[{"server": name} for name in need])
    site["catalog"]["circuits"]["circuit"]["volts"] = "240 V"  # what their supplies take
    del site["catalog"]["racks"]["cabinet"]["usable_depth"]  # no source gives the XE9680's depth
    found = {f.server_id: f.psu_need_full for f in loaded(site, tmp_path).footprints}
    assert need == found


def test_one_footprint_for_each_server_and_rule(tmp_path: Path) -> None:
    site = small_site(workloads=[{**CHAT, "survive": "shed"}])
    ask(idle=True)(site)
    existing(survive={"reduced": "4 kW"})(site)
    names = {f.id: f.loss_draw_w for f in loaded(site, tmp_path).footprints}
    assert {"box8": 6000, "box8+shed": 0, "box8+reduced-4000": 4000} == names


def test_cable_lengths(tmp_path: Path) -> None:
    # Racks of 600 mm side by side, 4 m of slack.
    site = small_site(racks=3)
    leaf(leaf_rack="row/r1", reach="9 m")(site)
    cables = [rack.cable_mm for rack in loaded(site, tmp_path).racks.values()]
    assert [4000, 4600, 5200] == cables
