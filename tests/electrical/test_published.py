"""Published worked examples, each with its source."""

from __future__ import annotations

import pytest
from electrical_sites import box, demand, fits, hall, most, node, policy, row

from rackplan.catalog.checks import check as check_catalog
from rackplan.catalog.load import builtin
from rackplan.units import Quantity, parse

BTU_PER_WH = 3.41214


def loads(document):
    """Loads of a plan, by limit id."""
    return {limit.id: limit.load for limit in fits(document).plan.limits}


def test_s4_the_input_of_a_power_supply():
    # S4, starline.de on the heat of power supplies: 800 W at 89 %, one supply of two counts:
    # 899 W in, 3,067 BTU/h. The supply as a node whose efficiency is 0.89.
    document = demand(box(hall(), max_draw="800 W"), 1)
    for name in ("ups-a", "ups-b"):
        node(document, name, efficiency=0.89)
    found = loads(node(document, "grid", rated_power="10 kW"))
    assert 899 == pytest.approx(found["power/grid"], abs=1)
    assert 3067 == pytest.approx(found["power/grid"] * BTU_PER_WH, abs=4)


@pytest.mark.parametrize(("watts", "btu_h"), [(6500, 22_179), (14_500, 49_476)])
def test_s5_heat_is_power(watts, btu_h):
    # S5, DGX A100 and DGX B300 user guides. What a server draws is what the air takes.
    figures = {"psu_count": 6, "psu_rating": "5 kW"}
    found = loads(demand(box(hall(), max_draw=f"{watts} W", **figures), 1))
    heat_w = max(load for name, load in found.items() if name.startswith("air/") and load <= watts)
    assert btu_h == pytest.approx(heat_w * BTU_PER_WH, abs=2)


def test_s5_a_heat_figure_above_the_power_is_found():
    # The DGX H100 guide prints 38,557 BTU/h, 11.3 kW, beside a maximum input of 10.2 kW.
    entry = {"like": "dgx-h100", "heat_claim": "38557 BTU/h"}
    findings = check_catalog(builtin().extended({"servers": {"claimed": entry}}))
    assert any(f.id == "RPC101" and f.entry == "claimed" for f in findings)
    sound = {"like": "dgx-h100", "heat_claim": "34804 BTU/h"}
    findings = check_catalog(builtin().extended({"servers": {"sound": sound}}))
    assert not any(f.id == "RPC101" and f.entry == "sound" for f in findings)


def test_s6_tons_of_cooling():
    # virtualremote.net on BTU: 12,500 W are 42,652 BTU/h, rounded there to 42,000 and 3.5 tons of
    # 12,000 BTU/h; exactly 3.55.
    assert 12_500 == pytest.approx(parse("42652 BTU/h", Quantity.POWER, "down"), abs=1)
    assert 12_500 == pytest.approx(parse("3.55 TR", Quantity.POWER, "down"), rel=0.002)
    assert 12_500 == pytest.approx(parse("42000 BTU/h", Quantity.POWER, "down"), rel=0.02)


@pytest.mark.parametrize(
    ("flow", "sound"), [("150 L/min", True), ("135 L/min", True), ("75 L/min", False)]
)
def test_s9_coolant_of_a_rack(flow, sound):
    # OCP Reservoir and Pumping Unit: 150 L/min for 100 kW; Vertiv's reference design 1.35 L/min per
    # kW. Half the first is far below OCP's range of 1.25 to 2.0.
    entry = {"like": "gb200-nvl72", "max_draw": "100 kW", "typical_draw": None}
    entry |= {"coolant_flow": flow}
    findings = check_catalog(builtin().extended({"servers": {"wet": entry}}))
    found = [f for f in findings if f.entry == "wet" and "flow" in f.message]
    assert sound is not bool(found)


@pytest.mark.parametrize(("watts", "nodes"), [(10_200, 3), (8400, 4)])
def test_s11_a_budget_of_40_kw(watts, nodes):
    # S11, Latif et al., IEEE Access 13 (2025), arXiv 2412.08602: an 8-GPU H100 node is rated
    # 10.2 kW and was never seen above 8.4 kW. 40 kW hold three of one and four of the other.
    figures = {"psu_count": 6, "psu_rating": "3400 W"}
    document = demand(box(hall(), max_draw=f"{watts} W", **figures), max=9)
    assert nodes == most(node(document, "grid", rated_power="40 kW"))


@pytest.mark.parametrize("rated_kw", [10, 20])
def test_s13_the_losses_of_apc_white_paper_25(rated_kw):
    # S13, APC WP25: a UPS loses 0.04 R + 0.05 L, distribution 0.01 R + 0.02 L. packetpushers "back
    # to basics cooling 2": R 10 kW, L 5 kW: 650 W and 200 W. The distribution is behind the UPS,
    # whose load is then L + 200 W: 10 W more.
    document = demand(box(hall(), max_draw="5 kW", psu_count=2, psu_rating="6 kW"), 1)
    rated = rated_kw * 1000
    row(document)["feeds"] = {"A": {"from": "panel-a", "circuit": "wide"}}
    node(document, "panel-b", spare=True)
    node(document, "ups-b", spare=True)
    policy(document, not_survived=["grid", "ups-a", "panel-a"])
    # Input = idle + L / efficiency: 1 / 1.05 and 1 / 1.02 as closely as a figure is written.
    node(document, "ups-a", no_load_loss=f"{rated * 4 // 100} W", efficiency=0.952381)
    node(document, "panel-a", no_load_loss=f"{rated // 100} W", efficiency=0.980392)
    node(document, "ups-a", rated_power="50 kW")
    found = loads(node(document, "grid", rated_power="50 kW"))
    behind = 5000 + 0.01 * rated + 0.02 * 5000
    assert behind == pytest.approx(found["power/ups-a"], abs=1)
    assert behind + 0.04 * rated + 0.05 * behind == pytest.approx(found["power/grid"], abs=1)
