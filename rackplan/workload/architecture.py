"""The numbers of a language model that its speed and memory follow from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rackplan.catalog.entries import Model, need


@dataclass(frozen=True, slots=True)
class Architecture:
    """A transformer, reduced to what the roofline needs.

    Attributes
    ----------
    parameters
        All parameters P; all of them stay in memory.
    active_parameters
        Parameters A that one token touches; equals P for a dense model.
    experts, experts_per_token
        Experts E of a mixture, and those k one token is sent to; 0 for a dense model.
    layers
        Layers L.
    hidden
        Width h of the residual stream.
    heads, head_dim
        Attention heads H and the width d of one.
    kv_heads
        Heads whose keys and values are cached.
    kv_latent
        Values cached per token and layer with latent attention (MLA); 0 without.
    """

    parameters: float
    active_parameters: float
    experts: float
    experts_per_token: float
    layers: float
    hidden: float
    heads: float
    head_dim: float
    kv_heads: float
    kv_latent: float

    @property
    def expert_parameters(self) -> float:
        """Parameters of one expert over all layers: e = (P - A) / (E - k)."""
        if self.experts <= self.experts_per_token:
            return 0.0
        return (self.parameters - self.active_parameters) / (self.experts - self.experts_per_token)

    def parameters_read(self, batch: float) -> float:
        """Parameters that a decode step of ``batch`` sequences reads from memory.

        With k of E experts per token, B tokens leave a given expert untouched with probability
        (1 - k/E)^B; so E (1 - (1 - k/E)^B) experts are read, and everything outside them once.
        """
        if not self.experts:
            return self.parameters
        one = self.expert_parameters
        untouched = math.pow(1.0 - self.experts_per_token / self.experts, batch)
        return self.parameters - self.experts * one * untouched

    def cached_values(self, tensor_parallel: int) -> float:
        """Values cached for one token over all layers by the whole tensor-parallel group.

        2 L kv_heads d for keys and values per head; a group wider than the key-value heads
        keeps copies, so it caches ``tensor_parallel`` heads. L kv_latent with latent attention,
        whose attention runs data-parallel: no copies.
        """
        if self.kv_latent:
            return self.layers * self.kv_latent
        return 2.0 * self.layers * max(self.kv_heads, tensor_parallel) * self.head_dim

    def attention_flops(self, context: float) -> float:
        """Operations one new token spends on attention over ``context`` tokens, all layers.

        4 L H d c: a product with the keys and one with the values, two operations each. With
        latent attention every head works on the latent: 4 L H kv_latent c.
        """
        width = self.kv_latent or self.head_dim
        return 4.0 * self.layers * self.heads * width * context

    def prefill_flops(self, tokens: float) -> float:
        """Operations to read a prompt of n tokens: 2 A n + 2 L H d n^2 (causal attention)."""
        attention = 2.0 * self.layers * self.heads * self.head_dim * tokens * tokens
        return 2.0 * self.active_parameters * tokens + attention

    @property
    def expert_parallel(self) -> bool:
        """Whether a group runs attention data-parallel and spreads the experts.

        That is how models with latent attention and many experts are served: tensor parallelism
        would keep a copy of the latent cache on every accelerator.
        """
        return bool(self.kv_latent and self.experts)

    def splits_over(self, tensor_parallel: int) -> bool:
        """Whether the model divides over that many accelerators: heads are split whole."""
        return self.expert_parallel or self.heads % tensor_parallel == 0


def architecture_of(model: Model) -> Architecture:
    """Read a catalog entry.

    Raises
    ------
    UnknownFigureError
        The entry lacks a figure that the roofline needs.
    """
    why = "its throughput"
    mixture = model.kind == "moe"
    parameters = model.parameters.value
    return Architecture(
        parameters=parameters,
        active_parameters=need(model, "active_parameters", why).value if mixture else parameters,
        experts=need(model, "experts", why).value if mixture else 0.0,
        experts_per_token=need(model, "experts_per_token", why).value if mixture else 0.0,
        layers=need(model, "layers", why).value,
        hidden=need(model, "hidden", why).value,
        heads=need(model, "heads", why).value,
        head_dim=need(model, "head_dim", why).value,
        kv_heads=0.0 if model.kv_latent else need(model, "kv_heads", why).value,
        kv_latent=model.kv_latent.value if model.kv_latent else 0.0,
    )
