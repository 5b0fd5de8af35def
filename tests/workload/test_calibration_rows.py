"""Published measurements against the prediction: a guard, not a fit.

Output tokens per second of the whole group at maximum load, from the performance overview of
NVIDIA TensorRT-LLM (docs/source/performance/perf-overview.md) of the version named in each row.
"""

from __future__ import annotations

import statistics

import pytest

from rackplan.catalog.load import builtin
from rackplan.workload import predict

ROWS = [
    # accelerator, precision, model, group, input, output, tok/s, TensorRT-LLM version
    ("a100-pcie-80", "fp16", "llama-3.1-70b", 4, 128, 4096, 1212.5416, "0.14"),
    ("a100-pcie-80", "fp16", "mistral-7b", 1, 20000, 2000, 281.4751, "0.14"),
    ("a100-sxm-80", "fp16", "llama-3.1-70b", 4, 1000, 1000, 1921.77, "0.17"),
    ("a100-sxm-80", "fp16", "llama-3.1-8b", 1, 1000, 1000, 3786.83, "0.17"),
    ("b200", "fp4", "llama-3.1-405b", 4, 500, 2000, 5858.75, "0.20"),
    ("b200", "fp4", "llama-3.1-70b", 1, 5000, 500, 1429.67, "0.20"),
    ("b200", "fp4", "llama-3.1-70b", 8, 20000, 2000, 3429.03, "0.20"),
    ("gb200", "fp4", "llama-3.1-70b", 1, 128, 2048, 11309.0, "1.0"),
    ("h100-sxm", "fp16", "llama-3.1-70b", 4, 2048, 2048, 2393.1359, "0.14"),
    ("h100-sxm", "fp8", "llama-3.1-405b", 8, 1000, 1000, 2919.0, "1.0"),
    ("h100-sxm", "fp8", "llama-3.1-70b", 4, 1000, 1000, 7430.99, "0.17"),
    ("h100-sxm", "fp8", "llama-3.1-8b", 1, 1000, 1000, 15220.0, "1.0"),
    ("h100-sxm", "fp8", "mistral-7b", 1, 1000, 1000, 16035.66, "0.17"),
    ("h200-sxm", "fp8", "llama-3.1-405b", 8, 128, 128, 3814.0, "1.0"),
    ("h200-sxm", "fp8", "llama-3.1-70b", 4, 128, 2048, 14156.0, "0.17"),
    ("h200-sxm", "fp8", "llama-3.1-8b", 1, 128, 2048, 26221.0, "1.0"),
    ("l40s", "fp8", "llama-3.1-70b", 8, 128, 2048, 2303.31, "0.17"),
    ("l40s", "fp8", "llama-3.1-8b", 1, 128, 2048, 5365.81, "0.17"),
    ("h100-sxm", "fp8", "mixtral-8x7b", 4, 1000, 1000, 27784.74, "0.17"),
    ("h200-sxm", "fp8", "mixtral-8x7b", 1, 20000, 2000, 1151.78, "0.17"),
    ("l40s", "fp8", "mixtral-8x7b", 4, 128, 128, 6921.87, "0.17"),
]


@pytest.fixture(scope="module")
def ratios(make_server, make_workload) -> dict[tuple[object, ...], float]:
    """Prediction over measurement by row."""
    found = {}
    for row in ROWS:
        accelerator_id, precision, model_id, size, tokens_in, tokens_out, measured, _ = row
        accelerator = builtin().accelerator(accelerator_id)
        pcie = accelerator_id in {"l40s", "a100-pcie-80"}
        domain, link = (1, "pcie") if pcie else (size, accelerator.link)
        workload = make_workload(
            builtin().model(model_id),
            precision=precision,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            tensor_parallel=size,
            domain="server",
        )
        server = make_server(size, domain, link, accelerator_id)
        found[row] = predict(server, accelerator, workload).rate / measured
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[2]}-{row[3]}")
def test_a_row_is_within_forty_percent(ratios, row) -> None:
    assert 0.6 <= ratios[row] <= 1.4


def test_the_median_error_is_within_fifteen_percent(ratios) -> None:
    assert statistics.median(abs(ratio - 1) for ratio in ratios.values()) <= 0.15


def test_h20_reads_prompts_as_published(make_server, make_workload) -> None:
    # LMSYS and Ant Group (2025-09-26): 16,500 input tokens/s of DeepSeek-R1 in FP8 at 4096 tokens
    # on a server with 8 H20
    workload = make_workload(
        builtin().model("deepseek-v3"), input_tokens=4096, output_tokens=1, tensor_parallel=8
    )
    server = make_server(8, 8, "nvswitch", "h20-96")
    service = predict(server, builtin().accelerator("h20-96"), workload)
    assert 0.6 <= service.requests_s * 4096 / 16_500 <= 1.4


@pytest.mark.parametrize(
    ("accelerator_id", "gpus", "measured"),
    [
        # MLPerf inference v4.1 (NVIDIA DGX H100, Dell XE9680 H200) and v5.1 (NVIDIA B200, Dell
        # XE7740 L40S), closed division, img/s
        ("h100-sxm", 8, 15.7189),
        ("h200-sxm", 8, 17.6742),
        ("b200", 8, 28.4631),
        ("l40s", 8, 5.9027),
    ],
)
def test_images(make_server, make_workload, accelerator_id, gpus, measured) -> None:
    accelerator = builtin().accelerator(accelerator_id)
    workload = make_workload(builtin().model("sdxl"))
    server = make_server(gpus, 1, "pcie", accelerator_id)
    assert 0.6 <= predict(server, accelerator, workload).rate / measured <= 1.4
