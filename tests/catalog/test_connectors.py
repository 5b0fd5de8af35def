"""Connectors: what an outlet carries, and which power supplies it can feed."""

from __future__ import annotations

import pytest

from rackplan.catalog import connectors
from rackplan.catalog.connectors import accepts, inlet_amps, outlet_amps
from rackplan.catalog.load import builtin


@pytest.mark.parametrize(
    ("inlet", "outlets"),
    [
        ("C14", {"C13", "C15", "C39"}),
        ("C16", {"C13", "C15", "C39"}),
        ("C20", {"C19", "C21", "C39"}),
        ("C22", {"C19", "C21", "C39"}),
        ("C20 (locking)", {"C19", "C21", "C39"}),
        ("C18", set()),
        ("hard-wired", set()),
        ("", set()),
    ],
)
def test_an_outlet_accepts_the_plug_of_the_inlets_cord(inlet: str, outlets: set[str]) -> None:
    known = {*connectors.OUTLET_AMPS, "NEMA 5-20R", ""}
    assert outlets == {outlet for outlet in known if accepts(outlet, inlet)}


@pytest.mark.parametrize(
    ("outlet", "iec", "nec"),
    [
        ("C13", 10, 12),  # UL 15 A x 0.8
        ("C15", 10, 12),
        ("C19", 16, 16),  # UL 20 A x 0.8
        ("C21", 16, 16),
        ("C39", 16, 16),
        ("C19 (locking)", 16, 16),
        ("C195", None, None),
        ("NEMA 5-20R", None, None),
    ],
)
def test_what_an_outlet_carries(outlet: str, iec: int | None, nec: int | None) -> None:
    assert iec == outlet_amps(outlet, continuous_nec=False)
    assert nec == outlet_amps(outlet, continuous_nec=True)


@pytest.mark.parametrize(
    ("inlet", "amps"),
    [("C14", 10), ("C20", 16), ("C20 (locking)", 16), ("C24", 16), ("busbar", None), ("", None)],
)
def test_what_an_inlet_is_rated_for(inlet: str, amps: int | None) -> None:
    assert amps == inlet_amps(inlet)


def test_an_outlet_carries_what_the_inlets_it_accepts_are_rated_for() -> None:
    for inlet, rated in connectors.INLET_AMPS.items():
        for outlet in connectors.OUTLET_AMPS:
            carried = outlet_amps(outlet, continuous_nec=False)
            assert not accepts(outlet, inlet) or (carried is not None and rated <= carried)


def test_every_server_that_plugs_in_finds_an_outlet_on_the_generic_strips() -> None:
    strips = [builtin().rack_pdu(one) for one in builtin().ids("rack_pdus") if "pdu-" in one]
    inlets = {builtin().server(one).inlet for one in builtin().ids("servers")} - {""}
    for strip in strips:
        outlets = {outlet for bank in strip.banks for outlet in bank.outlets}
        assert all(any(accepts(outlet, inlet) for outlet in outlets) for inlet in inlets)
