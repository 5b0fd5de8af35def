"""Power flow: circuits, redundancy arrangements, cords and promises, against published figures."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.facility.demand import Survive
from rackplan.facility.devices import ANY_SUPPLY
from rackplan.facility.model import Feed, PowerNode
from rackplan.facility.power import Flow, cords_by_feed, feed_draw_w, stays


def node(name, *inputs, parallel=False, efficiency=Fraction(1)):
    """A power node without ratings."""
    return PowerNode(name, "ups", inputs, parallel, None, None, efficiency, 0)


def graph(*nodes):
    """Nodes by id; feeding nodes come first."""
    return {item.id: item for item in nodes}


def carried(nodes, lost, draws):
    """Load of every live node when circuits draw these watts from their sources."""
    flow = Flow(nodes, (lost,))
    loads = dict.fromkeys((n for n in nodes if n not in flow.dead), Fraction(0))
    for source, watts in draws:
        for name, share in flow.upstream(source).items():
            loads[name] += share * watts
    return loads


def shared(nodes, lost, loads):
    """Dual-corded loads: half from each of two sources, all from the live one."""
    dead = Flow(nodes, (lost,)).dead
    draws = []
    for pair, watts in loads:
        live = [source for source in pair if source not in dead]
        draws += [(source, Fraction(watts, len(live))) for source in live]
    return carried(nodes, lost, draws)


@pytest.mark.parametrize("systems", [2, 3, 4, 5])
def test_distributed_redundancy(systems):
    # n systems, equal loads on every pair, one may fail: at most (n - 1) / n of each may be used -
    # 2N 50 %, 3N/2 66.7 %, 4N/3 75 %, 5N/4 80 %. Its failure adds 1 / (n - 1) of it to each other.
    nodes = graph(*[node(f"ups-{i}") for i in range(systems)])
    loads = [(pair, 6000) for pair in combinations(nodes, 2)]
    normal = shared(nodes, "", loads)
    assert set(normal.values()) == {Fraction((systems - 1) * 3000)}
    failed = shared(nodes, "ups-0", loads)
    assert {f"ups-{i}" for i in range(1, systems)} == set(failed)
    for name, watts in failed.items():
        assert Fraction(systems - 1, systems) == normal[name] / watts
        assert normal[name] + normal["ups-0"] / (systems - 1) == watts


@pytest.mark.parametrize("modules", [2, 3, 4, 5])
def test_parallel_modules(modules):
    # N+1 on one bus: (n - 1) / n of each module.
    names = [f"m{i}" for i in range(modules)]
    nodes = graph(*[node(name) for name in names], node("bus", *names, parallel=True))
    normal, failed = (carried(nodes, lost, [("bus", 60_000)]) for lost in ("", "m0"))
    assert Fraction(60_000, modules) == normal["m1"]
    assert Fraction(60_000, modules - 1) == failed["m1"]
    assert 60_000 == failed["bus"] == sum(failed[name] for name in names[1:])


def test_block_redundancy():
    # Primaries at 100 %, the catcher idle; a static switch moves one primary's load over.
    nodes = graph(
        node("one"),
        node("two"),
        node("catcher"),
        node("sts-1", "one", "catcher"),
        node("sts-2", "two", "catcher"),
    )
    draws = [("sts-1", 9000), ("sts-2", 9000)]
    assert (9000, 9000, 0) == tuple(
        carried(nodes, "", draws)[name] for name in ("one", "two", "catcher")
    )
    failed = carried(nodes, "one", draws)
    assert (9000, 9000) == (failed["two"], failed["catcher"])
    assert 0 == carried(nodes, "catcher", draws).get("catcher", 0)


def test_losses_load_what_is_above():
    # 1,000 W through a UPS of 0.8 and a transformer of 0.5: 1,250 W and 2,500 W.
    nodes = graph(
        node("grid"),
        node("tx", "grid", efficiency=Fraction(1, 2)),
        node("ups", "tx", efficiency=Fraction(4, 5)),
    )
    assert {"ups": 1000, "tx": 1250, "grid": 2500} == carried(nodes, "", [("ups", 1000)])


def test_two_paths_that_meet_again_add_up():
    # A bus on two UPSs of different efficiency: 1,000 W is 500 / 0.8 + 500 / 0.5 = 1,625 W above.
    nodes = graph(
        node("grid"),
        node("good", "grid", efficiency=Fraction(4, 5)),
        node("poor", "grid", efficiency=Fraction(1, 2)),
        node("bus", "good", "poor", parallel=True),
    )
    assert 1625 == carried(nodes, "", [("bus", 1000)])["grid"]
    assert 2000 == carried(nodes, "good", [("bus", 1000)])["grid"]


def test_death_spreads_only_to_what_has_no_other_input():
    nodes = graph(
        node("grid"),
        node("gen"),
        node("ats", "grid", "gen"),
        node("ups", "ats"),
        node("panel", "ups"),
        node("other", "grid"),
    )
    assert {"grid", "other"} == Flow(nodes, ("grid",)).dead
    assert {"ats", "ups", "panel"} == Flow(nodes, ("ats",)).dead
    assert frozenset() == Flow(nodes, ("",)).dead == Flow(nodes, ("acu-1",)).dead
    assert {} == Flow(nodes, ("ups",)).upstream("panel")


def test_a_transfer_switch_takes_the_first_live_input():
    nodes = graph(node("grid"), node("gen"), node("ats", "grid", "gen"))
    assert {"ats": 1, "grid": 1} == Flow(nodes, ("",)).upstream("ats")
    assert {"ats": 1, "gen": 1} == Flow(nodes, ("grid",)).upstream("ats")
    assert {"ats": 1, "grid": 1} == Flow(nodes, ("gen",)).upstream("ats")


@st.composite
def lossless_graphs(draw):
    """Layers of nodes, each fed by some of the layer above, sharing or switching."""
    layers = [["s0", "s1", "s2"]]
    nodes = [node(name) for name in layers[0]]
    for depth in range(draw(st.integers(1, 4))):
        names = [f"n{depth}{i}" for i in range(draw(st.integers(1, 3)))]
        above = st.lists(st.sampled_from(layers[-1]), min_size=1, max_size=3, unique=True)
        nodes += [node(name, *draw(above), parallel=draw(st.booleans())) for name in names]
        layers.append(names)
    return graph(*nodes), layers


@given(lossless_graphs(), st.data())
def test_no_power_is_lost_or_made(built, data):
    nodes, layers = built
    lost = data.draw(st.sampled_from(["", *nodes]))
    draws = [(name, data.draw(st.integers(0, 10_000))) for name in layers[-1]]
    loads = carried(nodes, lost, draws)
    dead = Flow(nodes, (lost,)).dead
    served = sum(watts for name, watts in draws if name not in dead)
    assert served == sum(loads.get(name, 0) for name in layers[0])
    assert not dead.intersection(loads)


def feeds(sides):
    """Feeds of a rack, one a side."""
    return tuple(Feed(f"row/r:{side}", side, f"p{side}", "circuit", 10_000) for side in sides)


def dealt(psus, sides):
    """Supplies by side."""
    return {name.partition(":")[2]: n for name, n in cords_by_feed(psus, feeds(sides)).items()}


def test_cords():
    assert {"A": 3, "B": 3} == dealt(6, "AB")
    assert {"A": 3, "B": 2} == dealt(5, "AB")
    assert {"A": 2, "B": 2, "C": 2} == dealt(6, "ABC")
    assert {"A": 2, "B": 1, "C": 1} == dealt(4, "ABC")
    assert {"A": 1, "B": 0} == dealt(1, "AB")
    assert {} == dealt(6, "")


@given(st.integers(0, 40), st.integers(1, 6))
def test_every_supply_has_a_cord_and_feeds_differ_by_one_at_most(psus, sides):
    counts = list(dealt(psus, "ABCDEF"[:sides]).values())
    assert psus == sum(counts)
    assert 1 >= max(counts) - min(counts)
    assert counts == sorted(counts, reverse=True)


def server(kind="full", psus=6, rating=3000, full=4, boot=3, draw=10_200, cap=None):
    """What flow and promises read of a footprint."""
    loss = {"full": draw, "reduced": cap, "shed": 0}[kind]
    return SimpleNamespace(
        psu_count=psus,
        psu_rating_w=rating,
        psu_need_full=full,
        psu_need_boot=boot,
        draw_w=draw,
        loss_draw_w=loss,
        survive=Survive(kind, cap),
        supply=ANY_SUPPLY,
    )


def test_live_supplies_share_evenly():
    # DGX H100: 1.7 kW a cord; 2.55 kW with four live, 3.4 kW with three.
    abc, ab = feeds("ABC"), feeds("AB")
    each = feed_draw_w(server(), ab, frozenset({"row/r:A", "row/r:B"}), 10_200)
    assert {"row/r:A": 5100, "row/r:B": 5100} == each
    two = feed_draw_w(server(), abc, frozenset({"row/r:A", "row/r:C"}), 10_200)
    assert {"row/r:A": 5100, "row/r:C": 5100} == two
    one = feed_draw_w(server(), ab, frozenset({"row/r:B"}), 10_200)
    assert {"row/r:B": 10_200} == one
    five = feed_draw_w(server(psus=5), ab, frozenset({"row/r:A", "row/r:B"}), 10_200)
    assert {"row/r:A": 6120, "row/r:B": 4080} == five  # 60 and 40 %
    assert {} == feed_draw_w(server(), ab, frozenset(), 10_200)
    assert {"row/r:A": 0} == feed_draw_w(server("shed"), ab, frozenset({"row/r:A"}), 0)


@pytest.mark.parametrize(
    ("kind", "cap", "live", "normal", "loss"),
    [
        ("full", None, 4, True, True),
        ("full", None, 3, False, False),
        ("reduced", 6000, 3, False, True),
        ("reduced", 6000, 2, False, False),  # below the boot minimum
        ("reduced", 9000, 3, False, True),
        ("reduced", 9001, 3, False, False),  # 3 x 3,000 W
        ("reduced", 6000, 4, True, True),
        ("shed", None, 0, False, True),
        ("shed", None, 3, False, True),
        ("shed", None, 4, True, True),
    ],
)
def test_promises(kind, cap, live, normal, loss):
    footprint = server(kind, cap=cap)
    assert normal is stays(footprint, feeds("AB"), live, loss=False)
    assert loss is stays(footprint, feeds("AB"), live, loss=True)


def test_full_power_is_more_than_reduced_whatever_the_boot_minimum():
    assert stays(server("reduced", boot=6, cap=6000), feeds("AB"), 4, loss=True)
