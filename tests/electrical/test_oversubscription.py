"""Power basis of each check, and nodes that may be oversubscribed where servers can be capped.

Two racks on two UPSs of 20 kW: 40 kW for servers of 10.2 kW at most, of which 8.4 kW was measured
as the highest draw of a sibling (Latif et al., IEEE Access 13, 2025): 40 / 10.2 = 3 by the maker's
figure, 40 / 8.4 = 4 by the measured one - which needs a cap, because 4 x 10.2 = 40.8 kW.
"""

from __future__ import annotations

import pytest
from small_sites import facility_of, small_site

import rackplan
from rackplan.errors import InputError
from rackplan.verifier.oversubscription import oversubscriptions
from rackplan.verifier.view import View

OVERLOAD = {"share": 1.25, "time": "60 s"}
CAP = "9 kW"


def site(basis, cap=None, **ups):
    """The hall above, every loss exempt, so that only normal operation counts."""
    document = small_site(racks=2, ups="20 kW")
    box = document["catalog"]["servers"]["box8"]
    measured = {"value": "8400 W", "basis": "measured", "source": "Latif et al. 2025"}
    box.update(max_draw="10200 W", typical_draw=measured, psu_rating="5100 W")
    if cap:
        box["power_cap"] = cap
    lost = ["ups-a", "ups-b", "panel-a", "panel-b"]
    lost += [f"row/r{rack}:{side}" for rack in (1, 2) for side in "AB"]
    document["policy"].update(power_basis=basis, reaction_time="10 s", not_survived=lost)
    document["power"]["nodes"][1].update(ups)
    return document


def placed(document):
    """How many servers fit, and what the verifier says of oversubscribed nodes."""
    facility = facility_of(document)
    result = rackplan.solve(facility, workers=1)
    assert result.verdict is not None
    assert result.verdict.ok, str(result.verdict)
    assert result.plan is not None
    return len(result.plan.servers), list(oversubscriptions(View(facility, result.plan)))


@pytest.mark.parametrize(
    ("basis", "cap", "ups", "servers"),
    [
        ("max_draw", None, {}, 3),
        ("nameplate", None, {}, 1),  # 4 x 5.1 kW = 20.4 kW each: 40 / 20.4
        # A measured peak alone changes nothing: the node must allow it,
        ("measured", CAP, {"overload": OVERLOAD}, 3),
        # its servers must be such as can be capped,
        ("measured", None, {"oversubscribe": True, "overload": OVERLOAD}, 3),
        # and it must carry all of them until they are: 20.4 kW is more than 20 kW.
        ("measured", CAP, {"oversubscribe": True}, 3),
        ("measured", CAP, {"oversubscribe": True, "overload": OVERLOAD}, 4),
        # Capped to 10.1 kW four still draw 40.4 kW.
        ("measured", "10100 W", {"oversubscribe": True, "overload": OVERLOAD}, 3),
        # 4 x 10.2 x 0.98 = 39.98 kW; five are 49.98.
        ("max_draw", CAP, {"oversubscribe": True, "overload": OVERLOAD, "diversity": 0.98}, 4),
        ("max_draw", CAP, {"oversubscribe": True, "overload": OVERLOAD, "diversity": 0.99}, 3),
    ],
)
def test_what_a_basis_admits(basis, cap, ups, servers):
    assert servers == placed(site(basis, cap, **ups))[0]


def test_an_oversubscribed_node_is_told_with_its_figures():
    # A side: 2 x 10.2 = 20.4 kW at full draw, 2 x 8.4 = 16.8 counted, 2 x 9 = 18 capped.
    _, found = placed(site("measured", CAP, oversubscribe=True, overload=OVERLOAD))
    assert ["ups-a", "ups-b"] == [one.node for one in found]
    one = found[0]
    assert (20_000, 20_400, 16_800, 18_000) == (
        one.limit_w,
        one.full_w,
        one.counted_w,
        one.capped_w,
    )


def test_a_node_that_is_not_over_is_not_told():
    assert [] == placed(site("max_draw", CAP, oversubscribe=True, overload=OVERLOAD))[1]


def test_each_check_may_have_its_own_basis():
    # Breakers by nameplate: 3 x 20.4 kW on one circuit of 20 kW would not stand; cooling by 8.4 kW.
    basis = {"breakers": "max_draw", "sources": "nameplate", "cooling": "measured"}
    facility = facility_of(site(basis))
    footprint = facility.footprints[0]
    assert (10_200, 20_400, 8400) == (footprint.draw_w, footprint.source_w, footprint.air_w)
    assert 10_200 == footprint.energy_w


def test_unknown_is_refused():
    document = site("measured")
    document["catalog"]["servers"]["box8"]["typical_draw"] = "8400 W"
    with pytest.raises(InputError, match="measured typical_draw"):
        facility_of(document)
    document = site("max_draw", diversity=0.9)
    with pytest.raises(InputError, match="may not be oversubscribed"):
        facility_of(document)
