"""What is wrong with a power section is told with its place, its value and its cure."""

from __future__ import annotations

import pytest
from electrical_sites import feeds, hall, node, policy, strip
from small_sites import facility_of

from rackplan.errors import InputError


def told(document):
    """Every problem of a site: path, message and cure."""
    with pytest.raises(InputError) as caught:
        facility_of(document)
    for problem in caught.value.problems:
        assert problem.line is None or problem.line > 0
        assert problem.cure
    return [
        (problem.path, f"{problem.message}; {problem.cure}") for problem in caught.value.problems
    ]


def tells(document, path, *words):
    """Some problem is at a path and says these words."""
    problems = told(document)
    assert any(
        str(place).startswith(path) and all(word in text for word in words)
        for place, text in problems
    ), problems


def test_a_circle():
    document = hall()
    node(document, "ups-a", inputs=["panel-a"])
    tells(document, "power.nodes", "circle", "remove one from:")


def test_a_panel_without_input():
    tells(node(hall(), "panel-a", inputs=[]), "power.nodes", "panel-a has no input", "add from:")


def test_a_feed_of_another_voltage_than_its_panel():
    document = node(hall(), "panel-a", volts="208 V", amps="5000 A", phases=3)
    tells(document, "halls", "wide is 400 V", "panel-a gives 208 V", "panel's voltage")


def test_a_breaker_larger_than_its_bus():
    document = node(hall(), "panel-a", volts="400 V", amps="225 A", phases=3)
    tells(document, "halls", "4,000 A breaker of wide", "rated 225 A", "smaller circuit")


def test_a_rack_pdu_for_another_circuit():
    document = hall()
    document["catalog"]["rack_pdus"]["own"] = strip("L1-L2 L2-L3 L3-L1", {"C13": 1}, volts="208 V")
    tells(feeds(document, "wye", pdu="own"), "halls", "own is made for", "choose a rack PDU")
    document["catalog"]["rack_pdus"]["own"] = strip("L1 L2 L3", {"C13": 1}, plug="16 A")
    tells(feeds(document, "wye", pdu="own"), "halls", "plug of own is rated 16 A", "32 A")


def test_an_overload_shorter_than_the_reaction_is_a_warning():
    document = policy(hall(), reaction_time="90 s")
    overload = {"share": 1.25, "time": "60 s"}
    node(document, "ups-a", rated_power="50 kW", overload=overload)
    (warning,) = [w for w in facility_of(document).warnings if "overload" in w.path]
    assert "site.yaml:" in warning.path
    assert "lasts 60 s, servers react in 90 s" in warning.text


def test_a_generator_above_1000_m_without_a_derate():
    document = hall()
    document["site"]["elevation"] = "1001 m"
    document["policy"]["ashrae_class"] = "A2"
    node(document, "gen", kind="generator", rated_power="50 kW")
    node(document, "ats", kind="ats", inputs=["grid", "gen"])
    node(document, "ups-a", inputs=["ats"])
    tells(document, "power.nodes", "gen: a generator loses power with elevation", "add derate:")


@pytest.mark.parametrize(
    ("limit", "words"),
    [({"poles": 4}, "4 poles"), ({"kind": "busway", "taps": 1}, "1 tap positions")],
)
def test_too_many_circuits(limit, words):
    racks = 1 if "poles" in limit else 2
    document = node(hall(racks), "panel-a", **limit)
    tells(document, "halls", words, "another panel")


def test_loss_states_that_name_no_device():
    document = policy(hall(), loss_states=[{"id": "x", "lost": ["ups-z"]}])
    tells(document, "policy.loss_states[0].lost[0]", "no device 'ups-z'", "did you mean")
    tells(policy(hall(), loss_states=[{"id": "x"}]), "policy.loss_states[0]", "loses nothing")


def test_standard_and_continuous():
    document = node(hall(), "panel-a", volts="400 V", amps="5000 A", phases=3, standard="nec")
    node(document, "panel-a", continuous=0.8)
    tells(document, "power.nodes", "both standard and continuous", "keep one")


def test_length_without_conductor():
    tells(feeds(hall(), "wide", length="20 m"), "halls", "conductor is missing", "add conductor:")
    tells(node(hall(), "panel-a", length="20 m"), "power.nodes", "conductor is missing")


def test_everything_is_told_at_once():
    document = node(hall(), "panel-a", inputs=["ups-q"], volts="400 V")
    feeds(document, "no-such-circuit")
    assert len(told(document)) >= 3
