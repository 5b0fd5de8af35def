"""The global numbers of the throughput model, each with its unit, basis and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Literal

from rackplan.catalog.entries import Precision

FITTED = "fitted on published TensorRT-LLM, MLPerf and aiconfigurator rows, see docs/throughput.md"

_MIXTRAL = "fitted on 211 TensorRT-LLM rows of Mixtral 8x7B and 8x22B, see docs/throughput.md"
_IMAGES = "median of the MLPerf rows of Stable Diffusion XL, one per GPU, see docs/throughput.md"

ParameterBasis = Literal["fitted", "standard", "estimate"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one parameter comes from.

    Attributes
    ----------
    name
        Field of :class:`Parameters`.
    value
        Its value, in ``unit``.
    unit
        Unit, ``"1"`` for a ratio.
    basis
        ``fitted`` on measured rows, fixed by a ``standard``, or an ``estimate``.
    source
        The rows, the standard, or how the estimate was made.
    """

    name: str
    value: float
    unit: str
    basis: ParameterBasis
    source: str


def _number(
    value: float, unit: str, source: str = FITTED, basis: ParameterBasis = "fitted"
) -> float:
    return field(default=value, metadata={"unit": unit, "basis": basis, "source": source})


@dataclass(frozen=True, slots=True)
class Parameters:
    """Efficiencies and overheads of a serving stack; the defaults are the documented stack.

    Attributes
    ----------
    compute_fp16, compute_fp8, compute_int8, compute_fp4
        Reached share of the dense peak compute, by precision of the weights [1].
    bandwidth
        Reached share of the peak memory bandwidth [1].
    mixture_compute, mixture_bandwidth
        What a mixture of experts reaches of the dense models' compute and bandwidth [1].
    step_s
        Fixed time of one decode step [s].
    layer_s
        Fixed time of one layer in one decode step [s].
    nvlink
        Reached share of the link's one-way bandwidth in an all-reduce over NVLink [1].
    pcie
        The same over PCIe [1].
    pcie_latency_s
        Fixed time of one all-reduce over PCIe [s].
    pcie_b_s
        PCIe bandwidth, both directions, where the catalog gives none [B/s].
    usable_memory
        Share of the accelerator's memory that software can allocate [1].
    reserved_b
        Memory of one accelerator taken by the runtime and activations [B].
    batch_short, batch_long
        Most concurrent sequences of a replica, for answers up to and beyond ``short_tokens`` [1].
    short_tokens
        Longest answer that counts as short [tokens].
    diffusion_fp16, diffusion_fp8, diffusion_int8
        Reached share of the dense peak compute when making images [1].
    speed
        How much faster than the documented stack every duration is [1].
    """

    compute_fp16: float = _number(0.65, "1")
    compute_fp8: float = _number(0.595, "1")
    compute_int8: float = _number(
        0.595, "1", "taken equal to FP8: no measured LLM row runs INT8", "estimate"
    )
    compute_fp4: float = _number(0.354, "1")
    bandwidth: float = _number(0.764, "1")
    mixture_compute: float = _number(0.85, "1", _MIXTRAL)
    mixture_bandwidth: float = _number(0.90, "1", _MIXTRAL)
    step_s: float = _number(0.96e-3, "s")
    layer_s: float = _number(55e-6, "s")
    nvlink: float = _number(0.42, "1")
    pcie: float = _number(0.45, "1")
    pcie_latency_s: float = _number(60e-6, "s")
    pcie_b_s: float = _number(
        64e9,
        "B/s",
        "PCIe 4.0 x16, 32 GB/s each way: the slowest slot any accelerator of the catalog takes",
        "standard",
    )
    usable_memory: float = _number(0.98, "1")
    reserved_b: float = _number(1.5e9, "B")
    batch_short: float = _number(4096, "1")
    batch_long: float = _number(2048, "1")
    short_tokens: float = _number(500, "tokens")
    diffusion_fp16: float = _number(
        0.252,
        "1",
        "2/1.95 of FP8: NVIDIA states FP8 1.95 times as fast as FP16 (TensorRT blog, 8-bit"
        " post-training quantization of Stable Diffusion XL); no measured row",
        "estimate",
    )
    diffusion_fp8: float = _number(0.246, "1", _IMAGES, "estimate")
    diffusion_int8: float = _number(
        0.209, "1", "MLPerf v4.1 rows of Stable Diffusion XL on L40S alone", "estimate"
    )
    speed: float = _number(
        1.0,
        "1",
        "1 by definition for the documented stack; 1.17 for the tuned one: median ratio of MLPerf"
        " offline rows to the documented stack, see docs/throughput.md",
        "estimate",
    )

    def compute(self, precision: Precision) -> float:
        """Reached share of the peak compute for weights in ``precision`` [1]."""
        by_precision: dict[Precision, float] = {
            "fp16": self.compute_fp16,
            "fp8": self.compute_fp8,
            "int8": self.compute_int8,
            "fp4": self.compute_fp4,
        }
        return by_precision[precision]

    def diffusion(self, precision: Precision) -> float | None:
        """Reached share of the peak compute for images [1]; ``None`` where no row was measured."""
        by_precision: dict[Precision, float] = {
            "fp16": self.diffusion_fp16,
            "fp8": self.diffusion_fp8,
            "int8": self.diffusion_int8,
        }
        return by_precision.get(precision)

    def batch_limit(self, output_tokens: int) -> float:
        """Most concurrent sequences the scheduler of a replica runs [1]."""
        return self.batch_short if output_tokens <= self.short_tokens else self.batch_long

    def provenance(self) -> tuple[Provenance, ...]:
        """Every parameter with unit, basis and source."""
        return tuple(
            Provenance(
                one.name,
                getattr(self, one.name),
                one.metadata["unit"],
                one.metadata["basis"],
                one.metadata["source"],
            )
            for one in fields(self)
        )


WEIGHT_BYTES: Mapping[Precision, float] = MappingProxyType(
    {"fp16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.56}
)
"""Bytes of one stored weight. FP4 takes 0.5 B and its block scales 0.06 B."""

CACHE_BYTES: Mapping[Precision, float] = MappingProxyType(
    {"fp16": 2.0, "fp8": 1.0, "int8": 2.0, "fp4": 1.0}
)
"""Bytes of one cached value: FP8 with FP8 and FP4 weights, else FP16."""

ACTIVATION_BYTES = 2.0
"""Bytes of one activation in an all-reduce (FP16)."""

ROUTED_BYTES = 3.0
"""Bytes one activation costs on its way to an expert (FP8) and back (FP16)."""

DOCUMENTED = Parameters()
"""The stack whose figures vendors document: TensorRT-LLM with its default settings."""

TUNED = replace(DOCUMENTED, speed=1.17)
"""A stack tuned for one model and machine, as submissions to MLPerf are."""

STACKS: Mapping[str, Parameters] = MappingProxyType({"documented": DOCUMENTED, "tuned": TUNED})
"""Parameters by ``software`` of a workload."""
