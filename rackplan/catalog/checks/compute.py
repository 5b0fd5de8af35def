"""Checks of accelerators, NVLink domains and models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.entries import Accelerator, Model, ServerModel

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

ACCELERATOR_LINKS = {
    "nvswitch": {"nvswitch"},
    "nvlink-mesh": {"nvswitch"},
    "nvlink-bridge": {"nvlink-bridge"},
    "nvl72": {"nvl72"},
    "infinity-fabric": {"infinity-fabric"},
}
"""Links an accelerator must have for a server to join its accelerators in a given way."""

STEPS = (("fp16", "fp8", 1.9, 2.1), ("fp16", "int8", 0.0, 2.1), ("fp8", "fp4", 1.9, 3.2))
"""Ratio of dense compute from one format to a narrower one: twice, but Blackwell Ultra cuts INT8
and raises FP4 to three times FP8."""

NEEDED = {
    "dense": ("layers", "hidden", "heads"),
    "moe": ("layers", "hidden", "heads", "active_parameters", "experts", "experts_per_token"),
    "diffusion": ("flops_per_image",),
}
"""Fields a model of each kind needs."""


def domain_divides_server(server: ServerModel, _: Catalog) -> Iterator[str]:
    """NVLink domains cover a server evenly, and without a link a domain is one accelerator."""
    domain = server.scale_up.domain_gpus.whole
    if domain == 0 or server.gpus % domain:
        yield f"{server.gpus} accelerators do not divide into domains of {domain}"
    if (server.scale_up.link == "pcie") != (domain == 1):
        yield f"link {server.scale_up.link} with a domain of {domain}: only pcie has domains of 1"


def link_exists(server: ServerModel, catalog: Catalog) -> Iterator[str]:
    """A server joins its accelerators by a link they have."""
    has = catalog.accelerator(server.accelerator).link
    wanted = ACCELERATOR_LINKS.get(server.scale_up.link, {has})
    if has not in wanted:
        yield f"link {server.scale_up.link}, but {server.accelerator} has {has}"


def compute_doubles(accelerator: Accelerator, _: Catalog) -> Iterator[str]:
    """Dense compute doubles from 16 to 8 bits, and grows by two to three from 8 to 4."""
    for wide, narrow, low, high in STEPS:
        slow, fast = getattr(accelerator, wide), getattr(accelerator, narrow)
        if slow is None or fast is None or slow.value == 0:
            continue
        ratio = fast.value / slow.value
        if not low <= ratio <= high:
            yield (
                f"{narrow} {fast.text} / {wide} {slow.text} = {ratio:.2f}, "
                f"outside {low:g} to {high:g}: sparse figure or slip?"
            )


def model_is_complete(model: Model, _: Catalog) -> Iterator[str]:
    """A model has what its kind needs, and its parts fit together."""
    for name in NEEDED[model.kind]:
        if getattr(model, name) is None:
            yield f"a {model.kind} model needs {name}"
    active = model.active_parameters
    if active is not None and active.value > model.parameters.value:
        yield f"active_parameters {active.value:g} above parameters {model.parameters.value:g}"
    heads, kv_heads = model.heads, model.kv_heads
    if heads and kv_heads and (kv_heads.value == 0 or heads.value % kv_heads.value):
        yield f"{heads.value:.0f} heads do not divide by {kv_heads.value:.0f} kv_heads"


CHECKS = (
    Check("RPC401", "domains divide the server", "error", ServerModel, domain_divides_server),
    Check("RPC402", "the link exists", "error", ServerModel, link_exists),
    Check("RPC403", "dense compute doubles", "error", Accelerator, compute_doubles),
    Check("RPC404", "the model is complete", "error", Model, model_is_complete),
)
