"""Mistakes of a first site file: each is told once, where it is, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from small_sites import CHAT, Document, changed, facility_of, row_of, small_site

from rackplan.errors import InputError
from rackplan.verifier.verdict import of


def told(document: Document) -> dict[str, tuple[str, str]]:
    """Message and cure of every problem, by place."""
    with pytest.raises(InputError) as caught:
        facility_of(document)
    return {problem.path: (problem.message, problem.cure) for problem in caught.value.problems}


def put(*path: Any, value: Any) -> Document:
    """A small site with one value replaced."""
    document = small_site(workloads=[CHAT])
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "cure"),
    [
        (("policy", "power_factor"), "95%", "write 0.95"),
        (("power", "nodes", 1, "from"), "grid", "write [grid]"),
        (("power", "nodes", 1, "rated_power"), "800 kw", "did you mean 'kW'?"),
        (("power", "nodes", 1, "rated_power"), "800 kVA", 'write "34.5 kW", "1.2 MW"'),
        (("cooling", "zones", 0, "supply"), "75 F", "did you mean 'degF'?"),
        (
            ("catalog", "servers", "box8", "scale_up"),
            "none",
            "write {link: ..., domain_gpus: ..., link_bandwidth: ...}",
        ),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_to_write(path, value, cure):
    assert [cure] == [found for _, found in told(put(*path, value=value)).values()]


def test_one_unknown_model_is_one_problem():
    site = small_site(
        workloads=[{**CHAT, "model": "llama-3.1-9b"}], objective=["throughput", "throughput/chat"]
    )
    assert ["workloads[0].model"] == list(told(site))


def test_a_pin_in_a_rack_of_an_unknown_kind_is_no_problem_of_its_own():
    site = small_site(placement={"pin": [{"server": "box8", "rack": "row/r1"}]})
    row_of(site)["model"] = "cabinett"
    assert ["halls[0].rows[0].model"] == list(told(site))


def test_a_figure_the_own_entry_lacks_is_asked_for_there():
    site = small_site()
    del site["catalog"]["servers"]["box8"]["psu_rating"]
    (cure,) = (cure for _, cure in told(site).values())
    assert "give it in the site file: psu_rating: ... under catalog.servers.box8" == cure


def test_cooling_outside_the_power_graph_is_an_assumption():
    def driven(site: Document) -> None:
        site["cooling"]["zones"][0]["units"][0]["power_from"] = ["panel-a", "panel-b"]

    site = small_site()
    texts = [a.text for a in facility_of(site).assumptions if a.path == "cooling.zones"]
    expected = "zone zone: no power_from: no power loss stops acu-1, acu-2, no power node carries"
    assert f"{expected} them" in texts
    driven_site = facility_of(changed(site, driven))
    assert not [a for a in driven_site.assumptions if "power_from" in a.text]


def test_what_drives_a_unit_of_unknown_draw_is_refused():
    site = small_site()
    site["cooling"]["zones"][0]["units"][0]["power_from"] = ["panel-a"]
    del site["catalog"]["air_units"]["acu"]["power"]
    ((message, cure),) = told(site).values()
    assert "no source gives the power of acu, which panel-a carries" == message
    assert "give it in the site file: power: ... under catalog.air_units.acu" == cure


def test_a_figure_an_entry_of_ours_lacks_is_asked_for_in_one_that_starts_from_it():
    site = small_site(demand=[{"server": "h3c-h20-8gpu"}])
    ((_, cure),) = told(site).values()
    expected = "catalog: {servers: {h3c-h20-8gpu: {like: h3c-h20-8gpu, inlet_max: ...}}}"
    assert f"give it in the site file: {expected}" == cure


def test_throughput_is_told_in_its_unit_not_in_thousandths():
    assert "1.500 of 50,000.000 tok/s" == of(1_500, 50_000_000, "milli-tok/s")
