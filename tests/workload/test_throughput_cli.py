"""``rackplan throughput predict``."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from rackplan.catalog.entries import Precision
from rackplan.catalog.load import builtin
from rackplan.cli.throughput import predict_command, throughput
from rackplan.errors import WorkloadError
from rackplan.workload.trust import CALIBRATED, OVERSTATED

CHAT = ("--model", "llama-3.1-70b", "--input", "1024", "--output", "256")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(throughput, ["predict", *arguments])


def test_one_server_answers_alone() -> None:
    result = run("--server", "dgx-h100", *CHAT, "--ttft", "2 s", "--tpot", "40 ms")
    assert 0 == result.exit_code
    title, _, _, row = result.output.splitlines()
    assert (
        "llama-3.1-70b at fp8, 1024 in, 256 out, TTFT <= 2 s, TPOT <= 40 ms, documented software"
        == title
    )
    assert row.startswith("dgx-h100 ")
    assert row.endswith("SLO")


def test_all_servers_are_listed_or_refused_with_a_reason() -> None:
    document = json.loads(run(*CHAT, "--json").output)
    answered = [service["server"] for service in document["services"]]
    refused = [refusal["server"] for refusal in document["refused"]]
    assert set(builtin().ids("servers")) == {*answered, *refused}
    assert answered
    assert refused
    assert all(refusal["reason"] for refusal in document["refused"])


def test_the_best_server_comes_first() -> None:
    rates = [service["rate"] for service in json.loads(run(*CHAT, "--json").output)["services"]]
    assert sorted(rates, reverse=True) == rates


def test_rates_per_gpu_and_per_kw() -> None:
    (service,) = json.loads(run("--server", "dgx-h100", *CHAT, "--json").output)["services"]
    # DGX H100: 8 accelerators, 10.2 kW
    assert service["rate"] / 8 == pytest.approx(service["rate_per_gpu"])
    assert service["rate"] / 10.2 == pytest.approx(service["rate_per_kw"])


def test_explain_shows_the_calculation() -> None:
    plain, explained = (run("--server", "dgx-h100", *CHAT, *more) for more in ((), ("--explain",)))
    assert "decode step t_dec" not in plain.output
    assert "decode step t_dec" in explained.output
    steps = json.loads(run("--server", "dgx-h100", *CHAT, "--explain", "--json").output)
    assert "weights W" == steps["services"][0]["steps"][0]["name"]


def test_an_extrapolation_says_so() -> None:
    result = run("--server", "h3c-h20-8gpu", *CHAT)
    assert "no measured dense language model rows on h20-96" in result.output
    assert "extrapolated" in result.output


def test_images_need_no_token_lengths() -> None:
    result = run("--server", "dgx-h100", "--model", "sdxl")
    assert "img/s per server" in result.output


def test_missing_lengths_are_a_usage_error() -> None:
    result = run("--server", "dgx-h100", "--model", "llama-3.1-8b")
    assert 2 == result.exit_code
    assert "needs --input and --output" in result.output


def test_a_single_refused_server_is_an_error() -> None:
    result = run("--server", "dgx-a100", *CHAT)
    assert isinstance(result.exception, WorkloadError)
    assert "no fp8 units" in str(result.exception)


def test_a_time_without_unit_is_an_error() -> None:
    result = run(*CHAT, "--tpot", "40")
    assert 2 == result.exit_code
    assert "Invalid value for --tpot: a time needs a unit" in result.output


def test_a_server_of_ones_own(tmp_path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "servers:\n  my-box: {like: dgx-h100, name: My box, gpus: 4}\n", encoding="utf-8"
    )
    mine = run("--server", "my-box", *CHAT, "--json", "--catalog", str(tmp_path))
    whole = run("--server", "dgx-h100", *CHAT, "--json")
    # half the accelerators, half the replicas
    halves = [json.loads(one.output)["services"][0]["rate"] for one in (mine, whole)]
    assert 0.5 == pytest.approx(halves[0] / halves[1])


def test_every_precision_can_be_asked_for() -> None:
    (option,) = [one for one in predict_command.params if one.name == "precision"]
    assert get_args(Precision) == option.type.choices


def test_tuned_software_is_named_and_faster() -> None:
    slow, fast = (
        json.loads(run("--server", "dgx-h100", *CHAT, "--software", kind, "--json").output)
        for kind in ("documented", "tuned")
    )
    assert "tuned" == fast["software"]
    assert fast["services"][0]["rate"] > slow["services"][0]["rate"]


def test_accelerators_named_by_the_bands_exist() -> None:
    assert {*CALIBRATED, *OVERSTATED} <= set(builtin().ids("accelerators"))
