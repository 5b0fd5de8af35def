"""The terminal summary carries the figures at any width, without color."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest
from rich.console import Console

from rackplan.plan import Conflict, ConflictRule
from rackplan.report.terminal import render_conflict, render_plan


def shown(hall: Any, width: int) -> str:
    """The summary as piped to a file."""
    file = io.StringIO()
    render_plan(hall.plan, hall.facility, Console(file=file, width=width))
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 130, 200])
def test_figures_are_there_and_lines_fit(hall: Any, width: int) -> None:
    text = shown(hall, width)
    assert max(len(line) for line in text.splitlines()) <= width
    words = text.split()
    for figure in ("93.6", "22,800", "96", "120.0", "78.0", "5,710", "25/42", "68.7"):
        assert figure in words
    assert "\x1b" not in text


def test_the_verdict_comes_first(hall: Any) -> None:
    assert shown(hall, 80).splitlines()[0] == "FITS, gap 7.7 %"


def test_no_word_is_cut_at_80_columns(hall: Any) -> None:
    words = set(shown(hall, 80).split())
    for word in ("row-01/r01-r02", "guaranteed", "chat-70b", "eight-h20", "bandwidth;"):
        assert word in words


def test_wide_terminals_get_weight_and_feeds(hall: Any) -> None:
    assert "399/1,360" in shown(hall, 130)
    assert "399/1,360" not in shown(hall, 80)


def test_equal_racks_share_a_line_and_empty_racks_are_counted(hall: Any) -> None:
    text = shown(hall, 120)
    assert "row-01/r01-r02 and 2 alike" in text
    assert "2 racks without servers" in text


def test_an_empty_rack_between_equal_ones_ends_the_run(hall_maker: Any) -> None:
    hall = hall_maker(rows=1, racks_per_row=4)
    first, second, third, last = hall.plan.racks
    racks = (first, dataclasses.replace(last, rack=second.rack), third, last)
    apart = dataclasses.replace(hall, plan=dataclasses.replace(hall.plan, racks=racks))
    assert "row-01/r01 and 1 alike" in shown(apart, 120)


def test_racks_that_differ_have_lines_of_their_own(hall: Any) -> None:
    first, *others = hall.plan.racks
    racks = (dataclasses.replace(first, load_w=first.load_w + 1_000), *others)
    apart = dataclasses.replace(hall, plan=dataclasses.replace(hall.plan, racks=racks))
    lines = [line.split()[:2] for line in shown(apart, 120).splitlines()]
    assert ["row-01/r01", "1"] in lines
    assert ["row-01/r02", "and"] in lines


def test_limits_that_read_alike_share_a_line(hall: Any) -> None:
    assert "row-01/r01:A and 3 alike" in shown(hall, 120)


def test_names_cannot_control_the_terminal(hall_maker: Any) -> None:
    hall = hall_maker(site="x\x1b[31m[bold]red[/bold]\u202egnp", workload="[link=x]y")
    text = shown(hall, 120)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]red[/bold]" in text
    assert "[link=x]y" in text


def test_long_names_are_folded_not_lost(hall_maker: Any) -> None:
    hall = hall_maker(row_name="n" * 90)
    text = shown(hall, 80)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "93.6" in text


@pytest.mark.parametrize(
    ("status", "verdict"), [("INFEASIBLE", "DOES NOT FIT"), ("UNKNOWN", "UNDECIDED")]
)
def test_without_a_plan_only_the_verdict_is_printed(hall: Any, status: Any, verdict: str) -> None:
    plan = dataclasses.replace(hall.plan, status=status, servers=(), racks=())
    text = shown(dataclasses.replace(hall, plan=plan), 80)
    assert text.startswith(verdict)
    assert "IT load" not in text


def test_a_conflict_names_families_rules_and_figures() -> None:
    rules = (
        ConflictRule("demand/h20/min", "demand", "at least 16 h20"),
        ConflictRule("power/ups-a@loss:ups-b", "power", "ups-a carries 80 kW, ups-b lost"),
    )
    file = io.StringIO()
    said = "16 servers need 124.8 kW; 80 kW are left."
    found = Conflict(said, ("demand", "power"), rules, minimal=True)
    render_conflict(found, Console(file=file, width=80))
    text = file.getvalue()
    assert text.startswith("DOES NOT FIT")
    for part in (
        "demand, power",
        "power/ups-a@loss:ups-b",
        "124.8 kW",
        "at least 16 h20",
        "minimal",
    ):
        assert part in text
