"""Demand: how many servers and how much work, exactly at the limit and one unit over."""

from __future__ import annotations

import pytest

CHAT = {"id": "chat", "model": "llama-3.1-8b", "precision": "fp16"}
CHAT |= {"input_tokens": 512, "output_tokens": 256}
LONG = {**CHAT, "id": "long", "input_tokens": 4096}


def test_at_least(bench):
    # A cabinet of 48U holds six boxes.
    bench.fits(bench.ask(bench.site(), {"server": "box", "min": 6}))
    text = bench.stops(bench.ask(bench.site(), {"server": "box", "min": 7}), "demand/box/min")
    assert "7" in text


def test_the_line_may_have_a_name_of_its_own(bench):
    bench.stops(
        bench.ask(bench.site(), {"server": "box", "id": "order", "min": 7}), "demand/order/min"
    )


def pinned(bench, *lines):
    """Two boxes whose rack units the site file gives."""
    site = bench.ask(bench.site(), *lines)
    site["placement"] = {"pin": [{"server": "box", "rack": "row/r1", "u": u} for u in (1, 9)]}
    return site


def test_at_most(bench):
    assert 2 == len(bench.fits(pinned(bench, {"server": "box", "max": 2})).plan.servers)
    bench.stops(pinned(bench, {"server": "box", "max": 1}), "demand/box/max")


def test_pinned_servers_count_for_the_line(bench):
    result = bench.fits(pinned(bench, {"server": "box", "min": 3, "max": 3}))
    assert 3 == len(result.plan.servers)


def test_existing_servers_do_not_count_for_the_line(bench):
    site = bench.rack(bench.site(), existing=[{"server": "box", "u": [1]}])
    result = bench.fits(site)
    assert [True, False, False] == [server.existing for server in result.plan.servers]


def working(bench, text, **work):
    """The hall with at most two boxes that chat, and this much asked of them."""
    site = bench.ask(bench.site(workloads=[{**CHAT, **work}]), {"server": "box", "max": 2})
    if text:
        site["workloads"][0]["demand"] = text
    return site


@pytest.mark.parametrize("unit", ["tok/s", "req/s", "users"])
def test_throughput(bench, unit):
    # Two boxes deliver twice what one does, each counted in whole thousandths.
    probe = bench.fits(working(bench, "1 users" if unit == "users" else f"0.001 {unit}"))
    each = int(probe.plan.servers[0].rate * 1000)
    most = 2 * each // 1000 * 1000 if unit == "users" else 2 * each
    step = 1000 if unit == "users" else 1
    number = "{:.0f}" if unit == "users" else "{:.3f}"
    at_limit = working(bench, f"{number.format(most / 1000)} {unit}")
    assert 2 == len(bench.fits(at_limit).plan.servers)
    over = working(bench, f"{number.format((most + step) / 1000)} {unit}")
    bench.stops(over, "demand/chat")


def test_users_who_pause_are_more(bench):
    # Little's law: users = requests/s x (latency + pause): a pause of 10 s adds 10 x requests/s.
    def rate(unit, **work):
        text = f"1 {unit}"
        return bench.fits(working(bench, text, **work)).plan.servers[0].rate

    busy, paused = rate("users"), rate("users", think_time="10 s")
    assert pytest.approx(busy + 10 * rate("req/s")) == paused


def test_existing_servers_do_their_part(bench):
    one = bench.fits(working(bench, "1 tok/s")).plan.servers[0].rate
    site = working(bench, f"{3 * int(one * 1000) / 1000:.3f} tok/s")
    bench.stops(site, "demand/chat")
    bench.rack(site, existing=[{"server": "box", "u": [41], "workload": "chat"}])
    assert 3 == len(bench.fits(site).plan.servers)


def test_no_room_for_any_server_at_all(bench):
    site = working(bench, "1 tok/s")
    bench.stops(bench.row(site, profile={"blocked": ["1-48"]}), "demand/chat")


def test_optimum_two_workloads_share_the_servers(bench):
    # Six boxes. ``long`` needs what two boxes deliver, less a little; the other four chat.
    site = bench.ask(bench.site(workloads=[dict(CHAT), dict(LONG)]), {"server": "box", "max": 6})
    site["objective"] = ["throughput/long"]
    long_rate = bench.fits(site).plan.servers[0].rate
    site["workloads"][1]["demand"] = f"{2 * long_rate - 1:.3f} tok/s"
    site["objective"] = ["throughput/chat"]
    result = bench.fits(site)
    work = [server.workload for server in result.plan.servers]
    assert (4, 2) == (work.count("chat"), work.count("long"))
    chat_rate = next(s.rate for s in result.plan.servers if s.workload == "chat")
    assert 4 * int(chat_rate * 1000) == result.plan.objective[0].value
