"""What must hold for any accelerator, workload and limit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rackplan.errors import WorkloadError
from rackplan.workload import Service, predict

FEW = settings(max_examples=60, deadline=None)
MODELS = st.sampled_from(["8b", "70b", "mixture"])
TOKENS = st.integers(min_value=1, max_value=20_000)
FASTER = st.floats(min_value=1.0, max_value=4.0)
LIMIT = st.one_of(st.none(), st.floats(min_value=0.005, max_value=3.0))
NOISE = 1 - 1e-6
"""Bisection and rounding, far below the digits shown."""


@st.composite
def requests(draw):
    return {
        "input_tokens": draw(TOKENS),
        "output_tokens": draw(TOKENS),
        "ttft_s": draw(LIMIT),
        "tpot_s": draw(LIMIT),
        "precision": draw(st.sampled_from(["fp16", "fp8"])),
        "domain": draw(st.sampled_from(["nvlink", "server"])),
    }


def rate_of(server, accelerator, workload) -> float:
    """The rate, 0 where the workload is refused."""
    service, _ = answer_of(server, accelerator, workload)
    return service.rate if service else 0.0


def answer_of(server, accelerator, workload) -> tuple[Service | None, str]:
    """The answer, or nothing and why."""
    try:
        return predict(server, accelerator, workload), ""
    except WorkloadError as error:
        return None, str(error)


@pytest.fixture(scope="module", params=["nvswitch", "bridge", "pcie"])
def server(request, make_server):
    gpus, domain = {"nvswitch": (8, 8), "bridge": (4, 2), "pcie": (4, 1)}[request.param]
    link = {"nvswitch": "nvswitch", "bridge": "nvlink-bridge", "pcie": "pcie"}[request.param]
    return make_server(gpus, domain, link)


@pytest.mark.parametrize(
    ("figure", "base", "unit"),
    [
        ("memory", 80, "GB"),
        ("memory_bandwidth", 3.35, "TB/s"),
        ("fp8", 1979, "TFLOP/s"),
        ("fp16", 989, "TFLOP/s"),
        ("link_bandwidth", 900, "GB/s"),
    ],
)
@FEW
@given(model=MODELS, fields=requests(), faster=FASTER)
def test_better_hardware_never_gives_less(
    server, make_accelerator, make_workload, figure, base, unit, model, fields, faster
) -> None:
    workload = make_workload(model, **fields)
    before = rate_of(server, make_accelerator(), workload)
    better = make_accelerator(**{figure: f"{base * faster:.6f} {unit}"})
    assert rate_of(server, better, workload) >= before * NOISE


@FEW
@given(model=MODELS, fields=requests(), tighter=st.floats(min_value=0.1, max_value=1.0))
@pytest.mark.parametrize("limit", ["ttft_s", "tpot_s"])
def test_a_tighter_limit_never_gives_more(
    server, make_accelerator, make_workload, limit, model, fields, tighter
) -> None:
    loose = make_workload(model, **(fields | {limit: fields[limit] or 1.0}))
    tight = replace(loose, **{limit: getattr(loose, limit) * tighter})
    accelerator = make_accelerator()
    assert rate_of(server, accelerator, tight) <= rate_of(server, accelerator, loose) / NOISE


@FEW
@given(model=MODELS, fields=requests())
def test_fp8_is_never_slower_than_fp16(
    server, make_accelerator, make_workload, model, fields
) -> None:
    wide = make_workload(model, **(fields | {"precision": "fp16"}))
    narrow = replace(wide, precision="fp8")
    accelerator = make_accelerator()
    assert rate_of(server, accelerator, narrow) >= rate_of(server, accelerator, wide) * NOISE


@FEW
@given(model=MODELS, fields=requests(), size=st.sampled_from([2, 4, 8]))
def test_a_group_over_pcie_is_slower_than_over_nvlink(
    make_accelerator, make_server, make_workload, model, fields, size
) -> None:
    workload = make_workload(model, **(fields | {"domain": "server", "tensor_parallel": size}))
    nvlink = rate_of(make_server(8, 8), make_accelerator(), workload)
    card = make_accelerator(link="pcie", link_bandwidth="128 GB/s")
    pcie = rate_of(make_server(8, 1, "pcie"), card, workload)
    assert pcie < nvlink or pcie == nvlink == 0


@FEW
@given(
    model=MODELS,
    fields=requests(),
    memory_gb=st.integers(min_value=1, max_value=300),
)
def test_every_answer_is_sane_or_a_refusal_with_a_figure(
    server, make_accelerator, make_workload, model, fields, memory_gb
) -> None:
    workload = make_workload(model, **fields)
    accelerator = make_accelerator(memory=f"{memory_gb} GB")
    service, refusal = answer_of(server, accelerator, workload)
    if service:
        _assert_sane(service, workload, server.gpus)
    else:
        assert re.search(r"\d GB that \d|\d ms at batch 1 > the limit of \d", refusal)


def _assert_sane(service: Service, workload, gpus: int) -> None:
    assert service.rate > 0
    assert service.batch >= 1
    assert 1 <= service.gpus_used <= gpus
    assert service.gpus_used == service.replicas * service.tensor_parallel
    if workload.domain == "nvlink":
        assert service.tensor_parallel <= service.domain_gpus
    if workload.ttft_s is not None:
        assert service.ttft_s <= workload.ttft_s
    if workload.tpot_s is not None:
        assert service.tpot_s <= workload.tpot_s


H20 = {"memory": "96 GB", "memory_bandwidth": "4.0 TB/s", "fp16": "148 TFLOP/s"}
H20_FP8 = H20 | {"fp8": "296 TFLOP/s"}


def test_h20_is_slower_at_prompts_and_faster_at_small_batches(
    make_accelerator, make_server, make_workload
) -> None:
    server, h100, h20 = make_server(), make_accelerator(), make_accelerator(**H20_FP8)
    prompts = make_workload("8b", input_tokens=4096, output_tokens=1)
    assert 5 * rate_of(server, h20, prompts) < rate_of(server, h100, prompts)
    # at a few sequences a step is reading 8 GB of weights, at 4.0 instead of 3.35 TB/s
    few = make_workload("8b", input_tokens=16, output_tokens=512, tensor_parallel=1, tpot_s=0.0059)
    slow, fast = predict(server, h100, few), predict(server, h20, few)
    assert 1 < slow.batch < 10
    assert fast.rate > slow.rate


def test_same_input_same_answer(make_accelerator, make_server, make_workload) -> None:
    arguments = make_server(), make_accelerator(), make_workload("70b", tpot_s=0.04)
    assert predict(*arguments) == predict(*arguments)
