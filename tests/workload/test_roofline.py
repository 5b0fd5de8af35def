"""The roofline by hand: a toy model of 10e9 parameters on an accelerator of round figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rackplan.errors import UnknownFigureError, WorkloadError
from rackplan.workload.architecture import Architecture, architecture_of
from rackplan.workload.group import Group, group_of, group_sizes, replicas_in
from rackplan.workload.operate import Load, latency_at, operate
from rackplan.workload.parameters import DOCUMENTED
from rackplan.workload.roofline import Replica, replica_of

TOY = Architecture(
    parameters=10e9,
    active_parameters=10e9,
    experts=0,
    experts_per_token=0,
    layers=10,
    hidden=1000,
    heads=10,
    head_dim=100,
    kv_heads=5,
    kv_latent=0,
)
STACK = replace(DOCUMENTED, step_s=1e-3, layer_s=1e-4)
GROUP = Group(
    tensor_parallel=1,
    memory_b=100e9,
    bandwidth_b_s=1e12,
    compute_flop_s=1e15,
    attention_flop_s=5e14,
    link="none",
    link_b_s=400e9,
    link_latency_s=0.0,
)
PAIR = replace(GROUP, tensor_parallel=2, link="nvlink")


@pytest.fixture
def toy() -> Replica:
    return replica_of(TOY, GROUP, "fp8", STACK)


def test_cache_and_batch_in_memory(toy: Replica) -> None:
    # KV = 2 x 10 layers x 5 heads x 100 x 1 B = 10 kB; B = (100 - 10) GB / (10 kB x 1000) = 9000
    assert 10_000 == toy.cache_b
    assert 9000 == pytest.approx(toy.batch_in_memory(1000))


def test_fp16_weights_double_weights_and_cache() -> None:
    wide = replica_of(TOY, GROUP, "fp16", STACK)
    assert 20e9 == wide.weights_b
    assert 20_000 == wide.cache_b


def test_decode_is_bound_by_memory_at_a_small_batch(toy: Replica) -> None:
    # weights 10 GB / 1 TB/s = 10 ms > products 2 x 10e9 x 100 / 1e15 = 2 ms;
    # cache 100 x 10 kB x 1000 / 1e12 = 1 ms; fixed 1 + 10 x 0.1 = 2 ms
    assert 0.013 == pytest.approx(toy.decode_s(100, 1000))


def test_decode_is_bound_by_compute_at_a_large_batch(toy: Replica) -> None:
    # products 2 x 10e9 x 1000 / 1e15 = 20 ms > weights 10 ms; cache 10 ms; fixed 2 ms
    assert 0.032 == pytest.approx(toy.decode_s(1000, 1000))


def test_attention_can_be_bound_by_compute() -> None:
    # 4 x 10 x 10 x 100 x 1000 tokens = 4e7 FLOP per sequence; at 1e9 FLOP/s 40 ms, reading 0.01 ms
    slow = replica_of(TOY, replace(GROUP, attention_flop_s=1e9), "fp8", STACK)
    assert 0.04 == pytest.approx(slow.cache_s(1, 1000))


def test_prefill(toy: Replica) -> None:
    # 2 x 10e9 x 1000 + 2 x 10 x 10 x 100 x 1000^2 = 2e13 + 2e10; / 1e15 = 20.02 ms
    assert 0.02002 == pytest.approx(toy.prefill_s(1000))


def test_allreduce_over_two_accelerators() -> None:
    pair = replica_of(TOY, PAIR, "fp8", STACK)
    # 2 x 1/2 x 100 x 1000 x 2 B / 400 GB/s = 0.5 us; two in each of 10 layers = 10 us
    assert 0.5e-6 == pytest.approx(pair.allreduce_s(100))
    assert 10e-6 == pytest.approx(pair.exchange_s(100))


def test_latency_of_the_link_counts_per_allreduce() -> None:
    pair = replica_of(TOY, replace(PAIR, link="pcie", link_latency_s=60e-6), "fp8", STACK)
    # 20 all-reduces x 60 us = 1.2 ms, and the 10 us of the payload
    assert 1.21e-3 == pytest.approx(pair.exchange_s(100))


def test_experts_read_saturate_with_the_batch() -> None:
    mixture = replace(TOY, active_parameters=6e9, experts=4, experts_per_token=2)
    # e = (10 - 6)/(4 - 2) = 2e9; one token reads A; two read 2e9 + 4 x (1 - 1/4) x 2e9 = 8e9
    assert 6e9 == pytest.approx(mixture.parameters_read(1))
    assert 8e9 == pytest.approx(mixture.parameters_read(2))
    assert 10e9 == pytest.approx(mixture.parameters_read(200))


def test_latent_cache_is_not_copied_but_narrow_heads_are() -> None:
    # 10 layers x 50; and 2 x 10 x max(5, 10) x 100 for a group wider than the 5 heads
    assert 500 == replace(TOY, kv_latent=50).cached_values(8)
    assert 20_000 == TOY.cached_values(10)


def test_routing_to_experts() -> None:
    spread = replace(TOY, experts=4, experts_per_token=2, active_parameters=6e9, kv_latent=50)
    replica = replica_of(spread, PAIR, "fp8", STACK)
    # 1/2 x 100/2 tokens x 2 experts x 1000 x 3 B / 400 GB/s = 0.375 us; 10 layers
    assert 3.75e-6 == pytest.approx(replica.exchange_s(100))


def test_latency_and_throughput_by_hand(toy: Replica) -> None:
    load = Load(1000, 100, None, None, 10)
    point = operate(toy, load)
    # context 1050; weights 10 ms + cache 10 x 10 kB x 1050 / 1e12 = 0.105 ms + 2 ms = 12.105 ms
    # TPOT = 12.105 + 9 x 20.02 / 100 = 13.9068 ms
    # TTFT = 1.5 x 12.105 + 20.02 x (1 + 1.8018/12.105) = 41.1574 ms
    # requests/s = 10 / (100 x 12.105 ms + 10 x 20.02 ms) = 10 / 1.4107 = 7.0887
    assert ("scheduler", 10) == (point.stop, point.batch)
    assert 0.0139068 == pytest.approx(point.latency.tpot_s)
    assert 0.0411574 == pytest.approx(point.latency.ttft_s, rel=1e-5)
    assert 7.0887 == pytest.approx(point.requests_s, rel=1e-5)


def test_batch_stops_at_the_limit(toy: Replica) -> None:
    free = Load(1000, 100, None, None, 1000)
    limit_s = latency_at(toy, free, 40.0, toy.prefill_s(1000)).tpot_s
    point = operate(toy, replace(free, tpot_s=limit_s))
    assert "SLO" == point.stop
    assert 40.0 == pytest.approx(point.batch)


def test_a_limit_missed_alone_is_refused_with_the_figure(toy: Replica) -> None:
    # B = 1: 10 + 0.0105 + 2 = 12.0 ms
    with pytest.raises(WorkloadError, match=r"TPOT is 12\.0 ms at batch 1 > the limit of 5 ms"):
        operate(toy, Load(1000, 100, None, 0.005, 1000))


def test_weights_that_do_not_fit_are_refused(toy: Replica) -> None:
    small = replace(toy, group=replace(GROUP, memory_b=9e9))
    with pytest.raises(WorkloadError, match=r"weights of 10\.0 GB do not fit the 9\.00 GB"):
        operate(small, Load(1000, 100, None, None, 1000))


def test_a_cache_that_does_not_fit_is_refused(toy: Replica) -> None:
    # 5 MB left, one sequence of 1100 tokens needs 11 MB
    small = replace(toy, group=replace(GROUP, memory_b=10.005e9))
    with pytest.raises(WorkloadError, match=r"0\.0110 GB of cache for one sequence of 1100 tokens"):
        operate(small, Load(1000, 100, None, None, 1000))


def test_group_applies_efficiencies(make_accelerator, make_server) -> None:
    group = group_of(make_server(), make_accelerator(), 4, "fp8", DOCUMENTED)
    # 4 x (80 x 0.98 - 1.5) GB; 4 x 3.35 x 0.764 TB/s; 4 x 1979 x 0.595 TFLOP/s; 450 x 0.42 GB/s
    assert 307.6e9 == pytest.approx(group.memory_b)
    assert 10.2376e12 == pytest.approx(group.bandwidth_b_s)
    assert 4710.02e12 == pytest.approx(group.compute_flop_s)
    assert 189e9 == pytest.approx(group.link_b_s)


def test_group_beyond_the_domain_takes_pcie(make_accelerator, make_server) -> None:
    server = make_server(4, 2, "nvlink-bridge")
    inside = group_of(server, make_accelerator(), 2, "fp8", DOCUMENTED)
    beyond = group_of(server, make_accelerator(), 4, "fp8", DOCUMENTED)
    # 64 GB/s both ways / 2 x 0.45 = 14.4 GB/s, and the assumption is stated
    assert ("nvlink", "") == (inside.link, inside.assumption)
    assert "pcie" == beyond.link
    assert 14.4e9 == pytest.approx(beyond.link_b_s)
    assert "64 GB/s" in beyond.assumption


def test_pcie_bandwidth_comes_from_the_catalog_where_stated(make_accelerator, make_server) -> None:
    card = make_accelerator(link="pcie", link_bandwidth="128 GB/s")
    group = group_of(make_server(4, 1, "pcie"), card, 2, "fp8", DOCUMENTED)
    assert 28.8e9 == pytest.approx(group.link_b_s)
    assert "" == group.assumption


@pytest.mark.parametrize(
    ("gpus", "domain", "link", "reach", "sizes"),
    [
        (8, 8, "nvswitch", "nvlink", (1, 2, 4, 8)),
        (4, 1, "pcie", "nvlink", (1,)),
        (4, 1, "pcie", "server", (1, 2, 4)),
        (4, 2, "nvlink-bridge", "nvlink", (1, 2)),
        (72, 72, "nvl72", "nvlink", (1, 2, 4, 8, 16, 18, 32, 36, 64, 72)),
    ],
)
def test_group_sizes(make_server, gpus, domain, link, reach, sizes) -> None:
    assert sizes == group_sizes(make_server(gpus, domain, link), reach)


def test_replicas_stay_inside_domains(make_server) -> None:
    rack = make_server(72, 72, "nvl72")
    # 72 // 16 = 4 leaves 8 idle; two bridge pairs hold 2 pairs, or 4 singles
    assert (72, 4, 4, 1) == tuple(replicas_in(rack, size) for size in (1, 16, 18, 72))
    assert (4, 2, 1) == tuple(
        replicas_in(make_server(4, 2, "nvlink-bridge"), size) for size in (1, 2, 4)
    )


def test_a_model_without_layers_is_refused(make_model) -> None:
    with pytest.raises(UnknownFigureError, match="layers"):
        architecture_of(make_model("8b", layers=None))
