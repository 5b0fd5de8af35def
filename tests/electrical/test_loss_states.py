"""States of loss that the policy names: two at once, a loss during maintenance, modules."""

from __future__ import annotations

from electrical_sites import demand, feeds, fits, hall, node, policy, row, solved, stops
from small_sites import facility_of


def three(count, **rated):
    """Three UPSs, each with a panel; racks on all three; so many boxes of three supplies."""
    document = demand(hall(1), count)
    document["catalog"]["servers"]["box"] |= {"psu_count": 3, "max_draw": "1200 W"}
    document["power"]["nodes"] = [
        {"id": "grid", "kind": "utility"},
        {"id": "ups-[a-c]", "kind": "ups", "from": ["grid"], **rated},
        {"id": "panel-[a-c]", "kind": "rpp", "from": ["ups-[a-c]"]},
    ]
    return feeds(document, "wide", "panel-a", "panel-b", "panel-c")


def test_a_double_loss():
    # Ten boxes of 1,200 W: one UPS lost 6 kW on each of two, two lost 12 kW on the last.
    two = [{"id": "ab", "lost": ["ups-a", "ups-b"]}]
    fits(three(10, rated_power="6 kW"))
    stops(three(10, rated_power="5999 W"), "power/ups-a@loss:ups-b")
    fits(policy(three(10, rated_power="12 kW"), loss_states=two))
    rule = "power/ups-c@state:ab"
    stops(policy(three(10, rated_power="11999 W"), loss_states=two), rule)


def test_a_loss_during_maintenance():
    # The same two, one out for service; the third is not named and need not hold alone.
    one = [{"id": "service", "out": ["ups-a"], "lost": ["ups-b"]}]
    fits(policy(three(10, rated_power="12 kW"), loss_states=one))
    document = policy(three(10, rated_power="11999 W"), loss_states=one)
    stops(document, "power/ups-c@state:service")


def test_every_loss_during_maintenance():
    # `each` is the service itself and every single loss beside it: grid alone has no stand-in.
    every = [{"id": "service", "out": ["ups-a"], "lost": "each"}]
    document = policy(three(10, rated_power="12 kW"), loss_states=every)
    named = {state.id for state in facility_of(document).states if state.kind == "named"}
    assert {"state:service", "state:service+ups-b", "state:service+panel-c"} <= named
    assert "state:service+ups-a" not in named
    assert "state:service+grid" not in named
    fits(document)
    # A box needs a live supply: two of three panels gone leave one.
    result = solved(policy(three(10, rated_power="11999 W"), loss_states=every))
    assert any("@state:service+" in rule.id for rule in result.conflict.rules)


def test_both_sides_lost_keep_nobody_up():
    # Servers that must stay at full power cannot; servers that may stop can.
    both = [{"id": "dark", "lost": ["ups-a", "ups-b"]}]
    assert "INFEASIBLE" == solved(policy(demand(hall(), 1), loss_states=both)).status
    fits(policy(demand(hall(), 1, survive="shed"), loss_states=both))


def test_a_module_lost():
    # Twelve boxes of 1 kW: 12 kW on ups-a alone, and 6 kW of the 9 kW that three of its four
    # modules carry while both sides live: its modules do not bind.
    def build(rated, count):
        document = demand(hall(), count)
        return node(document, "ups-a", rated_power=rated, modules=4)

    fits(build("12 kW", 12))
    stops(build("11999 W", 12), "power/ups-a@loss:ups-b")
    # One feed, two modules: 12 kW of 24 kW without one, until servers stop.
    document = demand(hall(), 13, survive="shed")
    row(document)["feeds"] = {"A": {"from": "panel-a", "circuit": "wide"}}
    node(document, "panel-b", spare=True)
    node(document, "ups-b", spare=True)
    node(document, "ups-a", rated_power="24 kW", modules=2)
    stops(document, "power/ups-a/transfer@loss:ups-a/module")
    fits(demand(document, 12, survive="shed"))
