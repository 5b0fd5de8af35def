"""How far a prediction can be trusted: the band, and whether measured rows stand behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rackplan.catalog.entries import Precision
from rackplan.facility.demand import Workload

NARROW = (0.75, 1.25)
"""Band where accelerator, precision and model size were all calibrated on."""

WIDE = (0.60, 1.40)
"""Band elsewhere."""

LOW = (0.50, 1.40)
"""Band where the few measured rows there are stand at half to three quarters of the prediction."""

_FP16_FP8: frozenset[Precision] = frozenset({"fp16", "fp8"})
_FP4_FP8: frozenset[Precision] = frozenset({"fp4", "fp8"})
_FP16: frozenset[Precision] = frozenset({"fp16"})
_FP8: frozenset[Precision] = frozenset({"fp8"})
_FP4: frozenset[Precision] = frozenset({"fp4"})

CALIBRATED: Mapping[str, frozenset[Precision]] = MappingProxyType(
    {
        "a100-pcie-80": _FP16,
        "a100-sxm-80": _FP16,
        "b200": _FP4_FP8,
        "gb200": _FP4,
        "h100-sxm": _FP16_FP8,
        "h200-sxm": _FP16_FP8,
        "l40s": _FP8,
    }
)
"""Catalog ids of the accelerators with measured dense language model rows, by precision."""

OVERSTATED = frozenset({"mi300x", "mi325x"})
"""Accelerators whose MLPerf rows stand at 0.6 to 0.7 of the prediction: parameters are NVIDIA's."""

_SIZES = (6.7e9, 7.2e9, 8.0e9, 70.6e9, 405.9e9)
"""Parameters of the dense models the fit saw: Llama 2 7B, Mistral 7B, Llama 3.1 8B, 70B, 405B."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Band of a prediction and its reason.

    Attributes
    ----------
    band
        Lowest and highest multiplier of the rate.
    extrapolated
        Whether the accelerator, precision or model has no measured row.
    reason
        Why the band is wide; empty for the narrow one.
    """

    band: tuple[float, float]
    extrapolated: bool
    reason: str


def trust(workload: Workload, accelerator_id: str, caveats: tuple[str, ...] = ()) -> Trust:
    """Judge a prediction by what the parameters were fitted on.

    Parameters
    ----------
    workload
        What runs.
    accelerator_id
        Catalog id of the accelerator it runs on.
    caveats
        What else makes this prediction less certain; each widens the band.
    """
    unseen = tuple(filter(None, (_accelerator(workload, accelerator_id), _model(workload))))
    fewer = tuple(filter(None, (_kind(workload), *caveats)))
    reason = "; ".join(unseen + fewer)
    if accelerator_id in OVERSTATED or workload.model.kv_latent:
        return Trust(LOW, bool(unseen), reason)
    return Trust(WIDE if reason else NARROW, bool(unseen), reason)


def _accelerator(workload: Workload, accelerator_id: str) -> str:
    if workload.model.kind == "diffusion":
        return "no measured image rows in FP16" if workload.precision == "fp16" else ""
    measured = CALIBRATED.get(accelerator_id)
    if accelerator_id in OVERSTATED:
        return f"parameters are fitted on NVIDIA; measured rows on {accelerator_id} stand lower"
    if measured is None:
        return f"no measured dense language model rows on {accelerator_id}"
    if workload.precision not in measured:
        return f"no measured {workload.precision} rows on {accelerator_id}"
    return ""


def _model(workload: Workload) -> str:
    parameters = workload.model.parameters.value
    if workload.model.kind != "dense":
        return ""
    if any(abs(math.log(parameters / size)) < 0.1 for size in _SIZES):
        return ""
    return f"no measured dense model has about {parameters / 1e9:.3g} billion parameters"


def _kind(workload: Workload) -> str:
    if workload.model.kind == "diffusion":
        return "image rates rest on tuned MLPerf rows, whatever the software"
    parts = []
    if workload.model.kind == "moe":
        parts.append("mixtures of experts are fitted on Mixtral alone")
    if workload.model.kv_latent:
        parts.append("measured DeepSeek rows stand at 0.5 to 0.9 of the prediction")
    if workload.software == "tuned":
        parts.append("the gain of a tuned stack is one factor for all models")
    return "; ".join(parts)
