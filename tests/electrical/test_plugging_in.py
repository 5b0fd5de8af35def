"""What does not plug in is told with its place and its cure, before anything is solved."""

from __future__ import annotations

import pytest
from small_sites import Document, facility_of, node_of, rack_of, row_of, small_site

import rackplan
from rackplan.errors import InputError

FIGURES = {"basis": "estimate", "source": "worked example"}


def plugged(**box: object) -> Document:
    """The small hall on 415/240 V feeds, with servers of C20 inlets for 200 to 240 V."""
    document = small_site()
    document["catalog"]["servers"]["box8"].update(
        {"input_voltage": "200-240 VAC 1ph", "inlet": "C20", **box}
    )
    for side in "AB":
        row_of(document)["feeds"][side]["circuit"] = "iec-415v-32a-3ph"
    return document


def strip(document: Document, outlets: dict[str, int], name: str = "strip") -> Document:
    """The hall with a rack PDU of one bank a line on every feed."""
    banks = [
        {"id": str(i + 1), "position": line, "breaker": "16 A", "continuous": 1, "outlets": outlets}
        for i, line in enumerate(("L1", "L2", "L3"))
    ]
    entry = {
        "vendor": "Maker",
        "name": "Strip",
        "defaults": FIGURES,
        "volts": "415 V",
        "phases": 3,
        "wiring": "wye",
        "input_amps": "32 A",
        "plug": "IEC 60309 32 A",
        "plug_amps": "32 A",
        "rack_units": 0,
        "banks": banks,
    }
    document["catalog"]["rack_pdus"] = {name: entry}
    for side in "AB":
        row_of(document)["feeds"][side]["pdu"] = name
    return document


def problems(document: Document) -> list[str]:
    with pytest.raises(InputError) as caught:
        facility_of(document)
    assert all(p.line and p.path and p.cure for p in caught.value.problems)
    return [f"{p.path}: {p.message}" for p in caught.value.problems]


def test_what_plugs_in_is_placed():
    result = rackplan.solve(facility_of(strip(plugged(), {"C19": 2})), workers=1)
    assert result.plan is not None
    assert result.verdict is not None
    assert result.verdict.ok, str(result.verdict)
    outlets = {cord.outlet for server in result.plan.servers for cord in server.cords}
    assert outlets <= {f"{bank}/C19-{number}" for bank in "123" for number in (1, 2)}


def test_a_feed_of_the_wrong_voltage_for_every_rack():
    # 415/240 V gives 239.6 V to neutral; a server for 277 V takes none of it.
    (found,) = problems(plugged(input_voltage="277 VAC 1ph"))
    assert found.startswith("demand[0].server: no rack can plug in box8: box8 takes 249 to 305 V")
    assert "feed A gives 240 V" in found


def test_a_server_of_three_phases_needs_three():
    document = plugged(input_voltage="415 VAC 3ph")
    facility_of(document)
    for side in "AB":
        row_of(document)["feeds"][side]["circuit"] = "iec-230v-32a-1ph"
    (found,) = problems(document)
    assert "takes three phases; feed A has one" in found


def test_direct_current_is_not_plugged_into_an_outlet():
    (found,) = problems(plugged(input_voltage="54 VDC busbar, 300 A at most"))
    assert "box8 takes direct current; feed A gives alternating" in found


def test_a_connector_that_does_not_mate():
    (found,) = problems(strip(plugged(), {"C13": 6}))
    assert "box8 has C20 inlets; strip has C13 outlets" in found
    facility_of(strip(plugged(inlet="C14"), {"C13": 6}))


def test_more_cords_than_outlets():
    # Eight supplies: four cords a feed, three outlets.
    (found,) = problems(strip(plugged(psu_count=8), {"C19": 1}))
    assert "box8 has 4 cords for feed A, strip has 3 outlets that fit" in found
    facility_of(strip(plugged(psu_count=6), {"C19": 1}))


def test_an_existing_server_is_told_at_its_rack():
    document = plugged()
    document["catalog"]["servers"]["box4"].update(input_voltage="277 VAC 1ph")
    rack_of(document, 1)["existing"] = [{"server": "box4", "u": [1]}]
    (found,) = problems(document)
    assert found.startswith("halls[0].rows[0].racks[1].existing: the existing box4 cannot be")


def test_a_pinned_server_is_told_at_its_pin():
    document = plugged()
    document["catalog"]["circuits"]["high"] = {
        **document["catalog"]["circuits"]["circuit"],
        "volts": "277 V",
    }
    feeds = row_of(document)["feeds"]
    rack_of(document, 0)["feeds"] = {s: {"from": feeds[s]["from"], "circuit": "high"} for s in "AB"}
    facility_of(document)  # the other rack takes it
    document["placement"] = {"pin": [{"server": "box8", "rack": "row/r1"}]}
    (found,) = problems(document)
    assert found.startswith("placement.pin[0]: the pinned box8 cannot be plugged in at row/r1")


def test_gear_with_more_cords_than_outlets():
    document = strip(plugged(), {"C19": 1})
    gear = {
        "name": "leaf",
        "u": 20,
        "rack_units": 1,
        "power": "900 W",
        "weight": "9 kg",
        "cords": 4,
    }
    rack_of(document, 0)["gear"] = [gear]
    found = problems(document)
    assert any(
        "more cords than outlets: 4 cords on feed A of row/r1, strip has 3" in p for p in found
    )


def test_a_panel_that_feeds_nothing():
    document = plugged()
    document["power"]["nodes"].append({"id": "panel-c", "kind": "rpp", "from": ["ups-a"]})
    (found,) = problems(document)
    assert "panel-c feeds nothing" in found
    document["power"]["nodes"][-1]["spare"] = True
    facility_of(document)


def test_a_tree_rated_for_more_than_what_feeds_it_warns_with_the_figure():
    # Two racks of 23.0 kW (415 V x 32 A x sqrt(3)) on a panel of 30 kW: 46 / 30 = 1.53 times.
    document = plugged()
    assert not facility_of(document).warnings
    node_of(document, "panel-[a-b]")["rated_power"] = "30 kW"
    texts = [warning.text for warning in facility_of(document).warnings]
    (told,) = [text for text in texts if text.startswith("what panel-a feeds is rated 46.0 kW")]
    assert "1.53 times" in told
    assert "1 more rpp likewise" in told


def test_a_rack_that_is_full_of_cords_says_so():
    # Three C19 a feed, three cords of one server: the outlets keep the second one out.
    result = rackplan.solve(facility_of(strip(plugged(psu_count=6), {"C19": 1})), workers=1)
    assert result.plan is not None
    assert [1, 1] == [rack.servers for rack in result.plan.racks]
    assert [("power/row/r1/outlets",), ("power/row/r2/outlets",)] == [
        rack.binding for rack in result.plan.racks
    ]
