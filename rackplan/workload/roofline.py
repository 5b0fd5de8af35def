"""How long one replica takes for a decode step and for a prompt, and how much it can hold."""

from __future__ import annotations

from dataclasses import dataclass

from rackplan.catalog.entries import Precision
from rackplan.workload.architecture import Architecture
from rackplan.workload.group import Group
from rackplan.workload.parameters import (
    ACTIVATION_BYTES,
    CACHE_BYTES,
    ROUTED_BYTES,
    WEIGHT_BYTES,
    Parameters,
)


@dataclass(frozen=True, slots=True)
class Replica:
    """One copy of a model on a tensor-parallel group.

    Attributes
    ----------
    architecture
        The model.
    group
        The accelerators that hold it.
    weight_b
        Bytes of one weight [B].
    cache_b
        Bytes the group caches for one token [B/token].
    fixed_s
        Fixed time of one decode step: step_s + L layer_s [s].
    """

    architecture: Architecture
    group: Group
    weight_b: float
    cache_b: float
    fixed_s: float

    @property
    def weights_b(self) -> float:
        """Memory all weights take [B]: W = P x bytes per weight."""
        return self.architecture.parameters * self.weight_b

    @property
    def starved(self) -> bool:
        """Whether the weights leave less than a fifth of the memory to the cache."""
        return self.weights_b > 0.8 * self.group.memory_b

    def batch_in_memory(self, tokens: float) -> float:
        """Concurrent sequences of ``tokens`` tokens whose cache fits beside the weights.

        B_max = (M - W) / (KV x tokens), with M the usable memory of the group and KV the cache
        bytes of a token. Negative when the weights alone do not fit.
        """
        return (self.group.memory_b - self.weights_b) / (self.cache_b * tokens)

    def allreduce_s(self, tokens: float) -> float:
        """Time of one all-reduce of the activations of ``tokens`` tokens [s].

        2 (t-1)/t x tokens x h x 2 B / link + latency, with t the group size, h the hidden size
        and link the reached one-way bandwidth of an accelerator; 0 for t = 1.
        """
        size = self.group.tensor_parallel
        if size == 1:
            return 0.0
        payload_b = tokens * self.architecture.hidden * ACTIVATION_BYTES
        return 2.0 * (size - 1) / size * payload_b / self.group.link_b_s + self.group.link_latency_s

    def routing_s(self, tokens: float) -> float:
        """Time to send the activations of ``tokens`` tokens to their experts and back [s].

        (t-1)/t x tokens/t x k x h x 3 B / link + 2 latency: each accelerator holds 1/t of the
        tokens and sends each to k experts in FP8, which answer in FP16.
        """
        size, model = self.group.tensor_parallel, self.architecture
        if size == 1:
            return 0.0
        payload_b = tokens / size * model.experts_per_token * model.hidden * ROUTED_BYTES
        sent_s = (size - 1) / size * payload_b / self.group.link_b_s
        return sent_s + 2.0 * self.group.link_latency_s

    def exchange_s(self, tokens: float) -> float:
        """Time all layers spend on the link for ``tokens`` tokens [s].

        Two all-reduces per layer; with spread experts one routing per layer instead.
        """
        if self.architecture.expert_parallel:
            return self.architecture.layers * self.routing_s(tokens)
        return 2.0 * self.architecture.layers * self.allreduce_s(tokens)

    def weights_s(self, batch: float) -> float:
        """Time to read the weights a decode step needs [s]: W_read(B) / bandwidth."""
        read_b = self.architecture.parameters_read(batch) * self.weight_b
        return read_b / self.group.bandwidth_b_s

    def matrix_s(self, batch: float) -> float:
        """Time of a decode step's matrix products [s]: 2 A B / compute."""
        return 2.0 * self.architecture.active_parameters * batch / self.group.compute_flop_s

    def cache_s(self, batch: float, context: float) -> float:
        """Time a decode step spends on attention over the cache [s].

        The longer of reading it, B KV c / bandwidth, and computing on it, B x attention FLOPs
        / FP16 compute. The second wins only for latent attention on accelerators that have
        little compute for their bandwidth.
        """
        read_s = self.cache_b * context / self.group.bandwidth_b_s
        compute_s = self.architecture.attention_flops(context) / self.group.attention_flop_s
        return batch * max(read_s, compute_s)

    def decode_s(self, batch: float, context: float) -> float:
        """Time of one decode step of ``batch`` sequences at mean ``context`` length [s].

        t_dec = max(weights, matrix products) + cache + fixed + exchange.
        """
        return (
            max(self.weights_s(batch), self.matrix_s(batch))
            + self.cache_s(batch, context)
            + self.fixed_s
            + self.exchange_s(batch)
        )

    def prefill_s(self, tokens: float) -> float:
        """Time to read one prompt of n tokens [s].

        t_prefill = (2 A n + 2 L H d n^2) / compute + exchange.
        """
        compute_s = self.architecture.prefill_flops(tokens) / self.group.compute_flop_s
        return compute_s + self.exchange_s(tokens)


def replica_of(
    architecture: Architecture, group: Group, precision: Precision, parameters: Parameters
) -> Replica:
    """Put the model on the group with weights in ``precision``."""
    fixed_s = (parameters.step_s + architecture.layers * parameters.layer_s) / parameters.speed
    cached = architecture.cached_values(group.tensor_parallel)
    return Replica(
        architecture, group, WEIGHT_BYTES[precision], cached * CACHE_BYTES[precision], fixed_s
    )
