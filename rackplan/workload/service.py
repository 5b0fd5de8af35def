"""What a server delivers for one workload, with the reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from rackplan.facility.demand import RateUnit

Binding = Literal["compute", "memory bandwidth", "KV capacity", "link", "SLO", "weights"]
"""What holds the throughput back: the resource of which 10 % more helps most.

``SLO``: the latency limit keeps the batch small and costs more than 5 % of the throughput.
``weights``: the cache is short because the weights take more than 80 % of the memory.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation.

    Attributes
    ----------
    name
        What is calculated.
    formula
        How, in symbols.
    value
        The result as text, with its unit.
    """

    name: str
    formula: str
    value: str


@dataclass(frozen=True, slots=True)
class Service:
    """Throughput of one server of a model on one workload.

    Attributes
    ----------
    workload_id
        The workload.
    tensor_parallel
        Accelerators per replica.
    replicas
        Replicas per server.
    gpus_used
        Accelerators of the server that hold a replica.
    domain_gpus
        Accelerators in the server's NVLink domain.
    batch
        Mean concurrent sequences of one replica; fractions are a mean over time.
    unit
        Unit of ``rate``: the unit of the workload's demand.
    rate
        What the server delivers in that unit. ``tok/s`` counts output tokens; ``users`` are those
        served at once, by Little's law: sequences in flight + requests/s x think time.
    tokens_s, requests_s, images_s
        Output tokens, requests and images per second and server; 0 where it makes none.
    ttft_s
        Mean time to first token [s]; for images the time of one image.
    tpot_s
        Mean time per output token [s]; 0 for images.
    band
        Lowest and highest multiplier of ``rate`` to reckon with.
    binding
        What holds the throughput back.
    extrapolated
        Whether the accelerator or the model has no measured row behind it.
    reason
        Why the band is what it is; empty for the narrow band.
    steps
        The calculation, line by line.
    """

    workload_id: str
    tensor_parallel: int
    replicas: int
    gpus_used: int
    domain_gpus: int
    batch: float
    unit: RateUnit
    rate: float
    tokens_s: float
    requests_s: float
    images_s: float
    ttft_s: float
    tpot_s: float
    band: tuple[float, float]
    binding: Binding
    extrapolated: bool
    reason: str
    steps: tuple[Step, ...]


def three_digits(value: float) -> str:
    """Write a number with three significant digits: no prediction is better than that.

    >>> three_digits(12345.6)
    '12,300'
    >>> three_digits(0.041234)
    '0.0412'
    """
    if not value or not math.isfinite(value):
        return f"{value:g}"
    decimals = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    # 99.96 becomes 100.0: its digits before the point have grown by one.
    decimals = 2 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(0, decimals)}f}"
