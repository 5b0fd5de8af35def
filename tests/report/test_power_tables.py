"""Schedules, actions and what is stranded, from a power side made by hand."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest
from rich.console import Console

from rackplan.plan import Cord, Plan
from rackplan.plan.power import (
    Action,
    CircuitLoad,
    NodeLoad,
    Oversubscription,
    PowerPlan,
    Stranded,
    VoltageDrop,
)
from rackplan.report import loss_tables, power_tables, tables
from rackplan.report.content import gather
from rackplan.report.html import render_html
from rackplan.report.power_tables import imbalance_text
from rackplan.report.terminal import render_plan
from rackplan.report.wording import verdict_text
from rackplan.report.xlsx import render_xlsx

EVEN = {"L1": 4_000, "L2": 4_000, "L3": 4_000}
FEED = "row-01/r01:A"

CIRCUIT = CircuitLoad(
    feed=FEED,
    rack="row-01/r01",
    side="A",
    panel="ups-a",
    poles=(1, 3, 5),
    circuit="iec-60a",
    breaker_ma=60_000,
    volts=400,
    phases=3,
    pdu="pdu-wye",
    limit_w=34_500,
    short_w=41_000,
    line_limit_ma=60_000,
    normal_w=11_850,
    worst_w=23_700,
    worst_state="loss:row-01/r01:B",
    peak_w=25_000,
    normal_va={"L1": 4_800, "L2": 4_000, "L3": 3_200},
    worst_va={"L1": 9_600, "L2": 8_000, "L3": 6_400},
    imbalance=0.2,
)

NODE = NodeLoad(
    node="ups-a",
    kind="ups",
    limit_w=100_000,
    limit_va=120_000,
    line_limit_ma=None,
    short_w=125_000,
    normal_w=47_700,
    worst_w=95_000,
    worst_state="loss:ups-b/module",
    peak_w=110_000,
    peak_state="state:service+ups-b",
    normal_va={},
    worst_va={},
    imbalance=0.0,
    poles=42,
    poles_used=12,
)


def with_power(plan: Plan, **parts: Any) -> Plan:
    return dataclasses.replace(plan, power=PowerPlan(**parts))


def only(table: Any) -> Any:
    (found,) = table.records()
    return found


def test_the_circuit_schedule(hall: Any) -> None:
    plan = with_power(hall.plan, circuits=(CIRCUIT,))
    row = only(power_tables.circuit_schedule(plan, hall.facility))
    assert (row["feed"], row["panel"], row["poles"]) == (FEED, "ups-a", "1, 3, 5")
    assert (row["breaker"], row["volts"], row["phases"]) == (60, 400, 3)
    assert (row["normal"], row["worst"], row["limit"]) == (11.85, 23.7, 34.5)
    assert row["use"] == pytest.approx(100 * 23.7 / 34.5)
    assert row["state"] == "feed B lost"
    assert (row["short"], row["short_limit"]) == (25.0, 41.0)
    row = only(power_tables.circuit_lines(plan))
    assert [row[f"worst:{line}"] for line in ("L1", "L2", "L3")] == [9_600, 8_000, 6_400]
    # 60 A at 400 V / sqrt(3) to neutral.
    assert row["line_limit"] == pytest.approx(60 * 400 / 3**0.5)
    # 4,800 VA is 800 over the mean of 4,000.
    assert (row["imbalance"], row["mark"]) == (20.0, "WARNING: over 15 %")


def test_taps_of_a_busway_are_named_as_such(hall: Any) -> None:
    node = dataclasses.replace(hall.facility.nodes["ups-a"], kind="busway")
    facility = dataclasses.replace(hall.facility, nodes={**hall.facility.nodes, "ups-a": node})
    plan = with_power(hall.plan, circuits=(dataclasses.replace(CIRCUIT, poles=(7,)),))
    assert only(power_tables.circuit_schedule(plan, facility))["poles"] == "tap 7"


def test_a_single_phase_circuit_has_no_imbalance(hall: Any) -> None:
    single = dataclasses.replace(
        CIRCUIT, phases=1, volts=230, normal_va={"L2": 4_000}, worst_va={"L2": 8_000}, pdu=""
    )
    plan = with_power(hall.plan, circuits=(single,))
    row = only(power_tables.circuit_lines(plan))
    assert (row["normal:L1"], row["normal:L2"]) == (None, 4_000)
    assert row["line_limit"] == 60 * 230
    assert not {"imbalance", "mark"} & set(row)
    assert "pdu" not in only(power_tables.circuit_schedule(plan, hall.facility))


@pytest.mark.parametrize(
    ("share", "use", "text"),
    [
        (0.0, 1.0, ""),
        (0.10, 1.0, ""),
        (0.11, 1.0, "over target, 10 %"),
        (0.15, 1.0, "over target, 10 %"),
        (0.16, 1.0, "WARNING: over 15 %"),
        (0.50, 0.09, ""),
    ],
)
def test_imbalance_is_judged_in_words(share: float, use: float, text: str) -> None:
    assert imbalance_text(share, use) == text


def test_loads_of_nodes(hall: Any) -> None:
    plan = with_power(hall.plan, nodes=(NODE,))
    row = only(power_tables.panels(plan, hall.facility))
    assert (row["normal"], row["worst"], row["limit"]) == (47.7, 95.0, 100.0)
    # 95 kW at a power factor of 0.95: 100 kVA of 120; kW are the fuller, 95 of 100.
    assert (row["worst_va"], row["limit_va"], row["use"]) == (100.0, 120.0, 95.0)
    assert row["state"] == "a module of ups-b lost"
    assert (row["short"], row["short_limit"]) == (110.0, 125.0)
    assert row["short_state"] == "state service with ups-b lost"
    assert (row["poles_used"], row["poles"]) == (12, 42)
    assert "normal:L1" not in row


def test_cords_say_feed_line_and_outlet(hall: Any) -> None:
    first, *others = hall.plan.servers
    cords = (Cord("A", "L1", "1/C19-1"), Cord("B", "L2", "2/C19-4"), Cord("A", "L3", "3/C19-1"))
    summary, *racks = hall.plan.racks
    summary = dataclasses.replace(
        summary, gear_cords={"leaf switch": (Cord("B", "L1", "1/C13-1"),)}
    )
    plan = dataclasses.replace(
        hall.plan,
        servers=(dataclasses.replace(first, cords=cords), *others),
        racks=(summary, *racks),
    )
    each = [tuple(row.values()) for row in power_tables.cords(plan, hall.facility).records()]
    assert each == [
        (first.id, "server", 1, first.rack, "A", "ups-a", "L1", "1/C19-1"),
        (first.id, "server", 2, first.rack, "B", "ups-b", "L2", "2/C19-4"),
        (first.id, "server", 3, first.rack, "A", "ups-a", "L3", "3/C19-1"),
        ("leaf switch", "gear", 1, first.rack, "B", "ups-b", "L1", "1/C13-1"),
    ]
    joined = list(power_tables.cords(plan, hall.facility, joined=True).records())
    assert (joined[0]["cord"], joined[0]["line"]) == (2, "L1, L3")
    assert joined[0]["outlet"] == "1/C19-1, 3/C19-1"
    assert len(joined) == 3


def test_too_many_cords_are_joined_on_the_page(hall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = hall.plan.servers
    cords = tuple(Cord(side, "L1") for side in "AABB")
    plan = dataclasses.replace(
        hall.plan, servers=(dataclasses.replace(first, cords=cords), *others)
    )
    monkeypatch.setattr("rackplan.report.html.MOST_CORD_ROWS", 3)
    content = gather(plan, hall.facility)
    assert len(content.cords.rows) == 4
    assert "The .xlsx report lists each cord" in render_html(plan, hall.facility, content)


def test_stranded_capacity_and_its_reason(hall: Any) -> None:
    item = Stranded("ups-a", 4_300, "quantized", 12, "4.3 kW: less than one more server takes")
    row = only(loss_tables.stranded(with_power(hall.plan, stranded=(item,))))
    assert (row["free"], row["mechanism"], row["racks"]) == (4.3, "less than one server", 12)
    assert row["text"] == item.text


def test_actions_say_what_when_and_what_is_left(hall: Any) -> None:
    first = Action(
        "loss:ups-b", "ups-a", 1, "cap", "chat-70b", "reduced", 6, 48, 12_000, 10_000, 9_000.0
    )
    second = dataclasses.replace(
        first, order=2, what="shed", workload="", survive="shed", within_ms=None, rate=0.0
    )
    table = loss_tables.actions(with_power(hall.plan, actions=(first, second)))
    cap, shut = table.shown()
    assert (cap["state"], cap["order"], cap["device"], cap["what"]) == (
        "ups-b lost",
        "1",
        "ups-a",
        "cap",
    )
    assert (cap["servers"], cap["gpus"], cap["relieved"]) == ("6", "48", "12.0")
    assert (cap["within"], cap["rate"], cap["unit"]) == ("10.0", "9,000", "tok/s")
    assert (shut["what"], shut["workload"], shut["within"], shut["rate"]) == (
        "shut down",
        "no workload",
        "-",
        "-",
    )


@pytest.mark.parametrize(
    ("share", "total", "mark"),
    [
        (0.03, 0.05, None),
        (0.031, 0.04, "over 3 %"),
        (0.01, 0.051, "over 5 % in all"),
        (0.04, 0.06, "over 3 %; over 5 % in all"),
    ],
)
def test_voltage_drops_are_judged_in_words(
    hall: Any, share: float, total: float, mark: str | None
) -> None:
    drop = VoltageDrop(FEED, share, total, "loss:row-01/r01:B")
    (row,) = power_tables.drops(with_power(hall.plan, drops=(drop,))).shown()
    assert row["share"] == f"{100 * share:.2f}"
    assert row["state"] == "feed B lost"
    assert row.get("mark") == mark


def test_only_caps_hold_is_part_of_the_verdict(hall: Any) -> None:
    one = Oversubscription("ups-a", "loss:ups-b", 100_000, 120_000, 95_000, 80_000)
    plan = with_power(hall.plan, oversubscribed=(one,))
    assert verdict_text(plan).endswith("; oversubscribed: only caps keep ups-a within rating")
    row = only(loss_tables.oversubscribed(plan))
    assert (row["limit"], row["full"], row["use"]) == (100.0, 120.0, 120.0)
    assert (row["counted"], row["capped"], row["state"]) == (95.0, 80.0, "ups-b lost")
    two = dataclasses.replace(one, node="ups-b")
    said = verdict_text(with_power(hall.plan, oversubscribed=(one, two)))
    assert said.endswith("only caps keep ups-a and 1 more within rating")
    file = io.StringIO()
    render_plan(plan, hall.facility, Console(file=file, width=200))
    assert "ups-a: 120.0 kW with all servers at maximum draw, ups-b lost, of 100.0 kW" in (
        file.getvalue()
    )


@pytest.mark.parametrize("count", [0, 1, 9])
def test_warnings_are_in_the_terminal_the_first_few(hall: Any, count: int) -> None:
    texts = tuple(f"panel {number} leans" for number in range(count))
    plan = dataclasses.replace(hall.plan, warnings=texts)
    file = io.StringIO()
    render_plan(plan, hall.facility, Console(file=file, width=80))
    said = file.getvalue()
    assert ("Warnings" in said) == bool(count)
    assert said.count("leans") == min(count, 6)
    assert ("and 3 more, in the plan and the report" in said) == (count == 9)
    assert len(tables.warnings(plan).rows) == count


def test_page_and_workbook_hold_every_table(hall: Any) -> None:
    odd = "<b>&\u202e\x1b[31m"
    action = Action("state:x", odd, 1, "shed", "", "shed", 1, 8, 1, None, 0.0)
    plan = with_power(
        dataclasses.replace(hall.plan, warnings=(odd,)),
        circuits=(dataclasses.replace(CIRCUIT, panel=odd, pdu=odd),),
        nodes=(dataclasses.replace(NODE, node=odd),),
        stranded=(Stranded(odd, 1, "reserve", 1, odd),),
        actions=(action,),
        oversubscribed=(Oversubscription(odd, "normal", 0, 1, 1, 1),),
        drops=(VoltageDrop(odd, 0.1, 0.1, "normal"),),
    )
    content = gather(plan, hall.facility)
    page = render_html(plan, hall.facility, content)
    assert odd not in page
    assert "&lt;b&gt;&amp;[31m" in page or "&lt;b&gt;&amp; [31m" in page
    for name in (
        "circuit-schedule",
        "circuit-lines",
        "panels",
        "stranded",
        "actions",
        "oversubscribed",
        "drops",
    ):
        assert f'<section id="{name}"' in page
    names = {table.id for table in content.filled()}
    assert {"warnings", "node-states"} <= names
    assert render_xlsx(content).startswith(b"PK")


def test_every_column_of_figures_has_a_unit(hall: Any) -> None:
    plan = with_power(hall.plan, circuits=(CIRCUIT,), nodes=(NODE,))
    content = gather(plan, hall.facility)
    for table in (
        *(content.circuit_schedule, content.circuit_lines, content.panels, content.panel_lines),
        *(content.node_states, content.drops),
    ):
        for column in table.columns:
            if column.kind in ("kilo", "tenths", "hundredths", "percent"):
                assert column.unit, (table.id, column.key)
