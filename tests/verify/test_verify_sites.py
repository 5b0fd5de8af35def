"""The verifier finds its loss states by itself: the same ones the facility lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackplan.facility import resolve
from rackplan.schema.load import load_site_document
from rackplan.verifier.walk import PowerGraph, losses

SITES = sorted((Path(__file__).parents[2] / "sites").glob("*.yaml"))


def test_there_are_sites():
    assert SITES


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_the_loss_states_are_those_of_the_facility(path):
    facility = resolve(load_site_document(path))
    mine = list(losses(facility, PowerGraph(facility)))
    listed = {state.id: state.kind for state in facility.states}
    assert listed == {loss.id: loss.kind for loss in mine if loss.kind != "feed"}
    circuits = {feed.id for rack in facility.racks.values() for feed in rack.feeds}
    survived = circuits - facility.policy.not_survived
    assert survived == {loss.lost for loss in mine if loss.kind == "feed"}
