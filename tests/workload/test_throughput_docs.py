"""The parameter table of docs/throughput.md is the parameters of the code."""

from __future__ import annotations

from pathlib import Path

from rackplan.workload import DOCUMENTED, TUNED

PAGE = Path(__file__).parents[2] / "docs" / "throughput.md"


def test_the_page_lists_every_parameter_as_it_is() -> None:
    listed = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    expected = [
        f"| `{row.name}` | {row.value:g} | {row.unit} | {row.basis} |"
        for row in DOCUMENTED.provenance()
    ]
    assert expected == [line[: len(start)] for line, start in zip(listed, expected, strict=True)]


def test_the_page_states_the_tuned_factor() -> None:
    assert f"every duration by {TUNED.speed:g}" in PAGE.read_text(encoding="utf-8")
