"""The tables say what the plan says, in people's units."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.plan import LimitState
from rackplan.report import device_tables, tables
from rackplan.report.table import Cell, Column, Table, clean, significant
from rackplan.report.wording import (
    asked_text,
    binding_text,
    bindings_text,
    gap_text,
    rule_text,
    verdict_text,
)
from rackplan.verifier.states import state_table


def row(table: Table, key: str, value: str) -> Mapping[str, Cell]:
    """The only row whose ``key`` is ``value``."""
    (found,) = (record for record in table.records() if record[key] == value)
    return found


def test_rack_row_is_the_plan_in_kw_and_kg(hall: Any) -> None:
    table = device_tables.racks(hall.plan, hall.facility)
    rack = row(table, "rack", "row-01/r01")
    # 3 servers of 7.8 kW and a 0.3 kW switch: 23.7 kW, half on each feed; 34.5 kW a circuit.
    assert rack["power"] == 23.7
    assert rack["normal:A"] == 11.85
    assert rack["worst:A"] == 23.7
    assert rack["limit"] == 34.5
    assert "liquid" not in rack
    assert rack["use"] == pytest.approx(100 * 23.7 / 34.5)
    # 3 x 130 kg + 9 kg of 1360 kg; 3 x 8 U + 1 U of 42 U.
    assert (rack["mass"], rack["max_mass"]) == (399.0, 1360.0)
    assert (rack["used"], rack["height"]) == (25, 42)
    assert rack["rate:chat-70b"] == 3 * 1903.0
    assert rack["binding"] == "heat to air; feed A power, ups-b lost"


def test_limits_of_feeds_stand_apart_where_they_differ(hall: Any) -> None:
    name, rack = next(iter(hall.facility.racks.items()))
    first, second = rack.feeds
    feeds = (first, dataclasses.replace(second, limit_w=second.limit_w - 1_000))
    racks = {**hall.facility.racks, name: dataclasses.replace(rack, feeds=feeds)}
    facility = dataclasses.replace(hall.facility, racks=racks)
    found = row(device_tables.racks(hall.plan, facility), "rack", "row-01/r01")
    assert (found["limit:A"], found["limit:B"]) == (34.5, 33.5)


def test_every_rack_has_a_row_even_an_empty_one(hall: Any) -> None:
    table = device_tables.racks(hall.plan, hall.facility)
    assert [record["rack"] for record in table.records()] == list(hall.facility.racks)
    empty = row(table, "rack", "row-01/r03")
    assert (empty["servers"], empty["rate:chat-70b"]) == (0, None)


def test_limits_keep_the_worst_state_of_each_device_fullest_first(hall: Any) -> None:
    table = device_tables.limits(hall.plan)
    records = list(table.records())
    # 12 x 7.8 = 93.6 kW of heat: 39 % of two units, 78 % of one.
    assert records[0]["id"] == "air/zone-1@loss:crah-1"
    assert records[0]["use"] == pytest.approx(78.0)
    assert records[0]["state"] == "crah-1 lost"
    uses = [record["use"] for record in records]
    assert uses == sorted(uses, reverse=True)
    ids = [str(record["id"]).partition("@")[0] for record in records]
    assert len(ids) == len(set(ids))


def test_limits_leave_out_minimums_and_what_carries_nothing(hall: Any) -> None:
    idle = LimitState("power/spare", "power", "spare", "normal", "W", 0, 1_000)
    plan = dataclasses.replace(hall.plan, limits=(*hall.plan.limits, idle))
    shown = {record["id"] for record in device_tables.limits(plan).records()}
    assert "power/spare" not in shown
    assert "demand/eight-h20/min" not in shown
    everything = {record["id"] for record in device_tables.all_limits(plan).records()}
    assert everything == {limit.id for limit in plan.limits}


def test_a_load_on_no_capacity_comes_first_and_has_no_percentage(hall: Any) -> None:
    bad = LimitState("air/row-01/r01/inlet", "air", "row-01/r01", "normal", "servers", 1, 0)
    plan = dataclasses.replace(hall.plan, limits=(*hall.plan.limits, bad))
    first = next(device_tables.limits(plan).records())
    assert (first["device"], first["what"]) == ("row-01/r01", "inlet temperature")
    assert first["use"] is None


def test_demand_counts_what_was_placed_for_each_line(hall: Any) -> None:
    line = row(tables.demand(hall.plan, hall.facility), "line", "eight-h20")
    assert (line["minimum"], line["maximum"], line["placed"]) == (4, 14, 12)


def test_summary_restates_the_totals(hall: Any) -> None:
    table = tables.summary(hall.plan, hall.facility, state_table(hall.facility, hall.plan))
    assert row(table, "figure", "IT load")["value"] == 93.6
    assert row(table, "figure", "Servers placed")["note"] == "at least 4 new asked"
    # Two UPSs, two air units, two circuits of six racks.
    assert row(table, "figure", "Loss states")["value"] == 16
    # 12 x 1903 = 22836, to three digits.
    assert row(table, "figure", "Throughput chat-70b")["value"] == 22_800


def test_servers_and_their_cords(hall: Any) -> None:
    table = tables.servers(hall.plan, hall.facility)
    server = row(table, "id", "row-01/r01/u05")
    assert (server["draw"], server["cords"], server["height"]) == (7.8, "A:3 B:3", 8)


def test_loss_of_a_racks_own_circuit_is_told_apart(hall: Any) -> None:
    found = state_table(hall.facility, hall.plan)
    devices, circuits = device_tables.states(hall.plan, found)
    lost = [record["state"] for record in devices.records()]
    assert lost == ["ups-a lost", "ups-b lost", "crah-1 lost", "crah-2 lost"]
    assert len(circuits.rows) == 2 * len(hall.facility.racks)
    # 12 servers of 7.8 kW and 6 switches of 0.3 kW: 95.4 kW for one unit of 120 kW.
    assert row(devices, "state", "crah-1 lost")["use"] == pytest.approx(79.5)


def test_the_worst_loss_in_words(hall: Any) -> None:
    rows = state_table(hall.facility, hall.plan)
    assert tables.losses_text(rows) == "every server keeps full power in each"
    worse = dataclasses.replace(rows[1], full=9, shed=3)
    assert tables.losses_text([rows[0], worse]) == (
        "at worst, with ups-b lost, 9 at full power, 3 shed"
    )
    assert tables.losses_text([]) == "nothing that can be lost is modeled"


@pytest.mark.parametrize(
    ("minimum", "maximum", "text"),
    [
        ("4", "14", "at least 4, at most 14"),
        ("4", "4", "4 asked"),
        ("0", "-", "as many as fit"),
        ("120", "-", "at least 120, as many as fit"),
    ],
)
def test_what_was_asked_in_words(minimum: str, maximum: str, text: str) -> None:
    assert asked_text(minimum, maximum) == text


def test_every_figure_column_names_a_unit_or_has_one_beside_it(hall: Any) -> None:
    found = [
        tables.summary(hall.plan, hall.facility, state_table(hall.facility, hall.plan)),
        tables.workloads(hall.plan),
        tables.objective(hall.plan),
        device_tables.limits(hall.plan),
        device_tables.racks(hall.plan, hall.facility),
        *device_tables.states(hall.plan, state_table(hall.facility, hall.plan)),
    ]
    for table in found:
        keys = {column.key for column in table.columns}
        for column in table.columns:
            if column.kind in ("kilo", "whole", "percent", "rate", "figure"):
                assert column.unit or "unit" in keys, (table.id, column.key)


def test_verdicts(hall: Any) -> None:
    # 12 placed, 13 possible at most: a gap of 1/13.
    assert verdict_text(hall.plan) == "FITS, gap 7.7 %"
    (goal,) = hall.plan.objective
    goals = (dataclasses.replace(goal, gap=0.0), dataclasses.replace(goal, name="racks"))
    second = dataclasses.replace(hall.plan, objective=goals)
    assert verdict_text(second) == "FITS, servers proven best, gap 7.7 % on racks"
    plan = dataclasses.replace(hall.plan, status="OPTIMAL")
    assert verdict_text(plan) == "FITS, proven optimal"
    assert verdict_text(dataclasses.replace(plan, status="INFEASIBLE")) == "DOES NOT FIT"
    assert verdict_text(dataclasses.replace(plan, status="UNKNOWN")) == "UNDECIDED"


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.0, "0 %"), (0.0004, "under 0.1 %"), (0.004, "0.40 %"), (0.5, "50 %"), (7.55, "755 %")],
)
def test_gap_is_never_rounded_to_nothing(hall: Any, gap: float, text: str) -> None:
    goal = dataclasses.replace(hall.plan.objective[0], gap=gap)
    assert gap_text(dataclasses.replace(hall.plan, objective=(goal,))) == text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("power/ups-a@loss:ups-b", "ups-a power, ups-b lost"),
        ("power/ups-a/va", "ups-a apparent power"),
        ("liquid/loop-1/flow", "loop-1 coolant flow"),
        ("space/row-01/r01/weight", "row-01/r01 weight in rack"),
        ("power/row-01/r01:A", "row-01/r01:A power"),
        ("power/ups-a/transfer@loss:ups-b", "ups-a power until servers react, ups-b lost"),
        ("power/ups-a/va/peak", "ups-a apparent power at electrical peak"),
        ("power/row-01/r01:A/L3", "row-01/r01:A line L3 current"),
        ("power/rpp-1/L2/peak@state:both", "rpp-1 line L2 current at electrical peak, state both"),
        ("power/ups-b@loss:ups-a/module", "ups-b power, a module of ups-a lost"),
        ("power/ups-b@state:service+ups-c", "ups-b power, state service with ups-c lost"),
        ("power/row-01/r01:A/bank-3", "row-01/r01:A current of bank 3"),
        ("power/row-01/r01:A/outlets", "row-01/r01:A outlets for cords"),
        ("power/row-01/r01:A/outlet@loss:u", "row-01/r01:A current of an outlet, u lost"),
        ("power/row-01/r01/supply", "row-01/r01 voltage and connectors"),
        ("power/peak", "peak power"),
        ("power/peak/transfer", "peak power until servers react"),
        ("space/row-01/L1/weight", "row-01/L1 weight in rack"),
    ],
)
def test_rules_in_words(rule: str, text: str) -> None:
    assert rule_text(rule) == text


def test_binding_limits_in_a_racks_own_words() -> None:
    assert binding_text("row-01/r01", "space/row-01/r01") == "rack units"
    own = "power/row-01/r01:A@loss:row-01/r01:B"
    assert binding_text("row-01/r01", own) == "feed A power, feed B lost"
    assert binding_text("row-01/r01", "demand/h20/max") == "all asked h20 placed"
    assert binding_text("row-01/r01", "air/zone-1@loss:u") == "zone-1 heat to air, u lost"
    other = "power/row-01/r01:B/transfer@state:service+row-01/r01:A"
    assert binding_text("row-01/r01", other) == (
        "feed B power until servers react, state service with feed A lost"
    )


def test_lines_that_bind_together_are_told_together() -> None:
    line = "power/row-01/r01:A/{}/transfer@loss:ups-b"
    rules = ("space/row-01/r01", line.format("L1"), "power/ups-a/L1", line.format("L3"))
    assert bindings_text("row-01/r01", rules) == (
        "rack units; feed A lines L1, L3 current until servers react, ups-b lost; "
        "ups-a line L1 current"
    )
    assert bindings_text("row-01/r01", ()) == ""


def test_currents_are_shown_in_amperes_to_the_milliampere(hall: Any) -> None:
    line = LimitState(
        "power/row-01/r01:A/L2@loss:ups-b",
        "power",
        "row-01/r01:A",
        "loss:ups-b",
        "mA",
        47_992,
        48_000,
    )
    plan = dataclasses.replace(hall.plan, limits=(line,))
    table = device_tables.limits(plan)
    (shown,) = table.shown()
    assert (shown["load"], shown["capacity"], shown["unit"]) == ("47.992", "48", "A")
    assert row(table, "device", "row-01/r01:A")["load"] == 47.992


def test_the_tightest_limits_tell_each_device_once(hall: Any) -> None:
    def limit(rule: str, load: int) -> LimitState:
        device = "row-01/r02:A" if "r02" in rule else "row-01/r01:A"
        return LimitState(f"{rule}@loss:ups-b", "power", device, "loss:ups-b", "mA", load, 48_000)

    lines = (
        limit("power/row-01/r01:A/L1", 40_000),
        limit("power/row-01/r01:A/L2", 47_000),
        limit("power/row-01/r01:A/L2/transfer", 47_000),  # says no more than the one that lasts
        limit("power/row-01/r01:A/L3", 46_000),
        limit("power/row-01/r02:A/L3", 47_000),
        limit("power/row-01/r02:A/L3/transfer", 47_500),
    )
    table = device_tables.tightest(dataclasses.replace(hall.plan, limits=lines))
    found = [(record["device"], record["what"], record["load"]) for record in table.records()]
    assert found == [
        ("row-01/r02:A", "line L3 current until servers react", 47.5),
        ("row-01/r01:A and 1 alike", "line current", 47.0),
    ]


def test_absent_figures_are_shown_as_such() -> None:
    assert Column("x", "X", "kW", "kilo").show(None) == "-"
    assert Column("x", "X", "kW", "kilo").heading == "X [kW]"


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_three_significant_digits_are_within_half_a_step(value: float) -> None:
    shown = float(significant(value).replace(",", ""))
    assert abs(shown - value) <= 0.00501 * value
    assert "e" not in significant(value)


@given(st.text(max_size=80))
def test_clean_text_prints_on_one_line_and_encodes(text: str) -> None:
    shown = clean(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1
    assert not any(char in shown for char in "\x1b\u202e\u2066\x9b")
