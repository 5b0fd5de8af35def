"""Choosing the replica layout, units of the demand, refusals and trust."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from rackplan.errors import UnknownFigureError, WorkloadError
from rackplan.workload import DOCUMENTED, TUNED, predict, three_digits
from rackplan.workload.trust import LOW, NARROW, WIDE


@pytest.fixture(scope="module")
def h100(make_accelerator):
    return make_accelerator()


def test_the_best_of_all_sizes_is_taken(h100, make_server, make_workload) -> None:
    free = predict(make_server(), h100, make_workload("70b"))
    pinned = {
        size: predict(make_server(), h100, make_workload("70b", tensor_parallel=size)).rate
        for size in (1, 2, 4, 8)
    }
    best = max(pinned, key=lambda size: pinned[size])
    assert (best, pinned[best]) == (free.tensor_parallel, free.rate)
    assert 8 == free.replicas * free.tensor_parallel == free.gpus_used


def test_rates_agree_with_each_other(h100, make_server, make_workload) -> None:
    tokens = predict(make_server(), h100, make_workload())
    requests = predict(make_server(), h100, make_workload(unit="req/s"))
    assert tokens.rate == tokens.tokens_s
    # 256 output tokens per request
    assert requests.rate == requests.requests_s == pytest.approx(tokens.tokens_s / 256)


def test_users_follow_littles_law(h100, make_server, make_workload) -> None:
    # without a pause every user is a sequence in flight; 10 s of pause add requests/s x 10
    eager = predict(make_server(), h100, make_workload(unit="users"))
    calm = predict(make_server(), h100, make_workload(unit="users", think_s=10.0))
    assert eager.replicas * eager.batch == pytest.approx(eager.rate)
    assert eager.rate + 10 * eager.requests_s == pytest.approx(calm.rate)


def test_throughput_times_latency_is_the_batch(h100, make_server, make_workload) -> None:
    service = predict(make_server(), h100, make_workload(tpot_s=0.02))
    # B per replica = requests/s x (prompt + 256 x TPOT); TTFT counts the step and queue too
    latency_s = service.batch * service.replicas / service.requests_s
    assert latency_s == pytest.approx(256 * service.tpot_s, rel=0.05)
    assert 0.02 == pytest.approx(service.tpot_s)


def test_software_speeds_every_duration_up(h100, make_server, make_workload) -> None:
    slow = predict(make_server(), h100, make_workload())
    fast = predict(make_server(), h100, make_workload(software="tuned"))
    assert TUNED.speed == pytest.approx(fast.rate / slow.rate)
    assert WIDE == fast.band


def test_given_parameters_win(h100, make_server, make_workload) -> None:
    slow = replace(DOCUMENTED, speed=0.5)
    half = predict(make_server(), h100, make_workload(), slow)
    assert 0.5 == pytest.approx(half.rate / predict(make_server(), h100, make_workload()).rate)


def test_images_by_hand(h100, make_server, make_workload) -> None:
    service = predict(make_server(), h100, make_workload("images"))
    # 0.246 x 1979e12 / 244e12 = 1.99522 img/s per accelerator, 8 of them
    assert 15.9618 == pytest.approx(service.rate, rel=1e-4)
    assert 0.501198 == pytest.approx(service.ttft_s, rel=1e-4)
    assert ("compute", 8, 1.0) == (service.binding, service.replicas, service.batch)


def test_images_for_users(h100, make_server, make_workload) -> None:
    # 15.9618 img/s x (0.501198 s + 9.498802 s) = 159.618 users
    service = predict(make_server(), h100, make_workload("images", unit="users", think_s=9.498802))
    assert 159.618 == pytest.approx(service.rate, rel=1e-4)


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        ("70b", {"precision": "fp16", "tensor_parallel": 1}, r"141 GB do not fit the 76\.9 GB"),
        ("8b", {"precision": "fp4"}, "has no fp4 units"),
        ("8b", {"precision": "int8"}, "has no int8 units"),
        ("70b", {"tpot_s": 0.001}, r"TPOT is .* ms at batch 1 > the limit of 1 ms"),
        ("70b", {"ttft_s": 0.010}, r"TTFT is .* ms at batch 1 > the limit of 10 ms"),
        ("8b", {"tensor_parallel": 16}, "NVLink domain: domain 8, asked 16"),
        ("8b", {"tensor_parallel": 16, "domain": "server"}, "8 accelerators, asked 16"),
        ("latent", {}, r"weights of 671 GB do not fit the 615 GB .*3 other sizes"),
        ("8b", {"unit": "img/s"}, "makes tokens, demand is in img/s"),
        ("8b", {"output_tokens": 0}, "input and output tokens of at least 1"),
        ("images", {"unit": "tok/s"}, "makes images, demand is in tok/s"),
        ("images", {"ttft_s": 0.5}, r"one image takes 0\.501 s > the limit of 0\.5 s"),
        ("images", {"tensor_parallel": 2}, "runs on one accelerator"),
    ],
)
def test_refusals_hold_the_figure(
    h100, make_server, make_workload, model, changes, message
) -> None:
    with pytest.raises(WorkloadError, match=message):
        predict(make_server(), h100, make_workload(model, **changes))


def test_a_domain_of_one_refuses_groups(h100, make_server, make_workload) -> None:
    server = make_server(4, 1, "pcie")
    with pytest.raises(WorkloadError, match="domain 1, asked 4"):
        predict(server, h100, make_workload(tensor_parallel=4))
    with pytest.raises(WorkloadError, match="with domain: server a group may take 4"):
        predict(server, h100, make_workload("70b", precision="fp16"))
    assert 1 == predict(server, h100, make_workload()).domain_gpus


def test_heads_are_split_whole(make_accelerator, make_server, make_workload) -> None:
    rack = make_server(72, 72, "nvl72")
    with pytest.raises(WorkloadError, match="64 attention heads do not split over 18"):
        predict(rack, make_accelerator(), make_workload("70b", tensor_parallel=18))
    wide = predict(rack, make_accelerator(), make_workload("latent", tensor_parallel=18))
    assert (4, 72) == (wide.replicas, wide.gpus_used)


def test_accelerators_left_over_stay_unused(make_accelerator, make_server, make_workload) -> None:
    # 72 = 4 x 16 + 8
    rack = make_server(72, 72, "nvl72")
    service = predict(rack, make_accelerator(), make_workload("70b", tensor_parallel=16))
    assert (4, 64) == (service.replicas, service.gpus_used)


def test_images_in_fp4_have_no_measured_rows(make_accelerator, make_server, make_workload) -> None:
    b200 = make_accelerator(fp4="9000 TFLOP/s")
    with pytest.raises(WorkloadError, match="no measured image rows in fp4"):
        predict(make_server(), b200, make_workload("images", precision="fp4"))


def test_a_missing_figure_is_refused(h100, make_model, make_server, make_workload) -> None:
    with pytest.raises(UnknownFigureError, match="flops_per_image"):
        predict(make_server(), h100, make_workload(make_model("images", flops_per_image=None)))
    with pytest.raises(UnknownFigureError, match="active_parameters"):
        predict(make_server(), h100, make_workload(make_model("mixture", active_parameters=None)))


@pytest.mark.parametrize(
    ("binding", "model", "accelerator", "changes"),
    [
        ("compute", "8b", {"fp8": "100 TFLOP/s"}, {"tensor_parallel": 1}),
        # FP16 weights and a bandwidth a tenth of the usual
        ("memory bandwidth", "8b", {"memory_bandwidth": "0.3 TB/s"}, {"tensor_parallel": 1}),
        ("link", "70b", {"link_bandwidth": "2 GB/s"}, {"tensor_parallel": 8}),
        ("SLO", "70b", {}, {"tpot_s": 0.03}),
        # long answers fill the memory while a step is mostly fixed time and reading weights
        ("KV capacity", "8b", {"memory": "20 GB"}, {"output_tokens": 8000, "tensor_parallel": 1}),
        # 70.6 of 76.9 GB are weights
        ("weights", "70b", {}, {"tensor_parallel": 1}),
    ],
)
def test_binding(
    make_accelerator, make_server, make_workload, binding, model, accelerator, changes
) -> None:
    service = predict(
        make_server(), make_accelerator(**accelerator), make_workload(model, **changes)
    )
    assert binding == service.binding


def test_a_limit_that_costs_nothing_does_not_bind(h100, make_server, make_workload) -> None:
    service = predict(make_server(), h100, make_workload(tpot_s=1.0, ttft_s=5.0))
    assert "SLO" != service.binding


@pytest.mark.parametrize(
    ("accelerator", "model", "changes", "band", "extrapolated", "reason"),
    [
        ("h100-sxm", "8b", {}, NARROW, False, ""),
        ("h20-96", "70b", {}, WIDE, True, "no measured dense language model rows on h20-96"),
        ("a100-sxm-80", "8b", {}, WIDE, True, "no measured fp8 rows on a100-sxm-80"),
        ("h100-sxm", "mixture", {}, WIDE, False, "fitted on Mixtral alone"),
        ("mi300x", "8b", {}, LOW, True, "fitted on NVIDIA"),
        ("h100-sxm", "images", {}, WIDE, False, "MLPerf"),
        ("h100-sxm", "images", {"precision": "fp16"}, WIDE, True, "no measured image rows"),
        ("h100-sxm", "70b", {"tensor_parallel": 1}, WIDE, False, "more than 80 %"),
    ],
)
def test_trust(
    h100, make_server, make_workload, accelerator, model, changes, band, extrapolated, reason
) -> None:
    server = make_server(accelerator=accelerator)
    service = predict(server, h100, make_workload(model, **changes))
    assert (band, extrapolated) == (service.band, service.extrapolated)
    assert reason in service.reason
    assert bool(reason) == bool(service.reason)


def test_an_unseen_size_widens_the_band(h100, make_model, make_server, make_workload) -> None:
    service = predict(make_server(), h100, make_workload(make_model("70b", parameters=32e9)))
    assert (WIDE, True) == (service.band, service.extrapolated)
    assert "about 32 billion parameters" in service.reason


def test_latent_attention_has_a_low_band(make_accelerator, make_server, make_workload) -> None:
    roomy = make_accelerator(memory="141 GB")
    assert LOW == predict(make_server(), roomy, make_workload("latent")).band


def test_an_assumed_pcie_bandwidth_is_stated(h100, make_server, make_workload) -> None:
    workload = make_workload("70b", domain="server", tensor_parallel=4)
    service = predict(make_server(4, 2, "nvlink-bridge"), h100, workload)
    assert "64 GB/s" in service.reason


def test_steps_lead_to_the_result(h100, make_server, make_workload) -> None:
    service = predict(make_server(), h100, make_workload("70b", tpot_s=0.04))
    values = {step.name: step.value for step in service.steps}
    assert "40.0 ms" == values["TPOT"]
    assert values["server"].endswith(f"{three_digits(service.tokens_s)} tok/s")
    assert all(step.formula and step.value for step in service.steps)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.041234, "0.0412"),
        (9.996, "10.0"),
        (99.96, "100"),
        (123.4, "123"),
        (12345.6, "12,300"),
        (-1234, "-1,230"),
        (float("inf"), "inf"),
    ],
)
def test_three_digits(value, text) -> None:
    assert text == three_digits(value)


def test_every_parameter_has_unit_basis_and_source() -> None:
    rows = DOCUMENTED.provenance()
    assert [field.name for field in fields(DOCUMENTED)] == [row.name for row in rows]
    for row in rows:
        assert row.unit in {"1", "s", "B", "B/s", "tokens"}
        assert len(row.source) > 20
    bases = {row.name: row.basis for row in rows}
    assert ("fitted", "estimate", "standard") == (
        bases["bandwidth"],
        bases["compute_int8"],
        bases["pcie_b_s"],
    )
