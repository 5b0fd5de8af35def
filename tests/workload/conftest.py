"""Makers of small accelerators, servers, models and workloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rackplan.catalog.entries import Accelerator, Model, ServerModel
from rackplan.facility.demand import Survive, Workload


@pytest.fixture(scope="session")
def make_accelerator() -> Callable[..., Accelerator]:
    """An H100 unless told otherwise."""

    def make(**changes: Any) -> Accelerator:
        figures = {
            "vendor": "NVIDIA",
            "name": "H100 SXM",
            "memory": "80 GB",
            "memory_bandwidth": "3.35 TB/s",
            "fp16": "989 TFLOP/s",
            "fp8": "1979 TFLOP/s",
            "link": "nvswitch",
            "link_bandwidth": "900 GB/s",
            "tdp": "700 W",
        }
        return Accelerator.model_validate(figures | changes)

    return make


@pytest.fixture(scope="session")
def make_server() -> Callable[..., ServerModel]:
    """A server of ``gpus`` accelerators in domains of ``domain``."""

    def make(
        gpus: int = 8, domain: int = 8, link: str = "nvswitch", accelerator: str = "h100-sxm"
    ) -> ServerModel:
        return ServerModel.model_validate(
            {
                "vendor": "Maker",
                "name": f"Box {gpus}",
                "accelerator": accelerator,
                "gpus": gpus,
                "scale_up": {"link": link, "domain_gpus": domain},
            }
        )

    return make


MODELS: dict[str, dict[str, Any]] = {
    "8b": {"parameters": 8.03e9, "layers": 32, "hidden": 4096, "heads": 32, "kv_heads": 8},
    "70b": {"parameters": 70.55e9, "layers": 80, "hidden": 8192, "heads": 64, "kv_heads": 8},
    "mixture": {
        "kind": "moe",
        "parameters": 46.7e9,
        "active_parameters": 12.9e9,
        "experts": 8,
        "experts_per_token": 2,
        "layers": 32,
        "hidden": 4096,
        "heads": 32,
        "kv_heads": 8,
    },
    "latent": {
        "kind": "moe",
        "parameters": 671e9,
        "active_parameters": 37e9,
        "experts": 256,
        "experts_per_token": 8,
        "layers": 61,
        "hidden": 7168,
        "heads": 128,
        "kv_heads": 128,
        "kv_latent": 576,
    },
}


@pytest.fixture(scope="session")
def make_model() -> Callable[..., Model]:
    """A model by name: 8b, 70b, mixture, latent or images."""

    def make(name: str = "8b", **changes: Any) -> Model:
        if name == "images":
            figures: dict[str, Any] = {"parameters": 3.5e9, "flops_per_image": 244e12}
            return Model.model_validate(
                {"vendor": "V", "name": name, "kind": "diffusion"} | figures | changes
            )
        base = {"vendor": "V", "name": name, "kind": "dense", "head_dim": 128}
        return Model.model_validate(base | MODELS[name] | changes)

    return make


@pytest.fixture(scope="session")
def make_workload(make_model: Callable[..., Model]) -> Callable[..., Workload]:
    """A workload: 1024 tokens in, 256 out, FP8, no latency limits, unless told otherwise."""

    def make(model: str | Model = "8b", **changes: Any) -> Workload:
        entry = make_model(model) if isinstance(model, str) else model
        images = entry.kind == "diffusion"
        fields: dict[str, Any] = {
            "id": "chat",
            "model_id": entry.name,
            "model": entry,
            "precision": "fp8",
            "input_tokens": 0 if images else 1024,
            "output_tokens": 0 if images else 256,
            "ttft_s": None,
            "tpot_s": None,
            "tensor_parallel": None,
            "domain": "nvlink",
            "software": "documented",
            "unit": "img/s" if images else "tok/s",
            "demand": 0.0,
            "think_s": 0.0,
            "survive": Survive("full"),
        }
        return Workload(**(fields | changes))

    return make
