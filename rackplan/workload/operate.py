"""The operating point of a replica: the largest batch that memory and the latency limits allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rackplan.errors import WorkloadError
from rackplan.workload.roofline import Replica
from rackplan.workload.service import Binding, three_digits

_HALVINGS = 40
"""Bisection steps: 4096 / 2^40 is far below any digit shown."""


class MisfitError(WorkloadError):
    """A replica that cannot serve the workload; ``excess`` is needed over available, above 1."""

    def __init__(self, message: str, excess: float) -> None:
        super().__init__(message)
        self.excess = excess


@dataclass(frozen=True, slots=True)
class Load:
    """What each request asks of a replica.

    Attributes
    ----------
    input_tokens, output_tokens
        Mean prompt and answer length [tokens].
    ttft_s, tpot_s
        Latency limits [s]; ``None`` for none.
    batch_limit
        Most concurrent sequences the scheduler runs.
    """

    input_tokens: int
    output_tokens: int
    ttft_s: float | None
    tpot_s: float | None
    batch_limit: float

    @property
    def context(self) -> float:
        """Mean context length of a decode step [tokens]: input + output/2."""
        return self.input_tokens + self.output_tokens / 2


@dataclass(frozen=True, slots=True)
class Latency:
    """Times at one batch: decode step, prompt, mean TTFT and TPOT [s]."""

    decode_s: float
    prefill_s: float
    ttft_s: float
    tpot_s: float

    def within(self, load: Load) -> bool:
        """Whether both latency limits hold."""
        return (load.ttft_s is None or self.ttft_s <= load.ttft_s) and (
            load.tpot_s is None or self.tpot_s <= load.tpot_s
        )


@dataclass(frozen=True, slots=True)
class Point:
    """A replica at work.

    Attributes
    ----------
    batch
        Mean concurrent sequences.
    stop
        What keeps the batch from growing.
    latency
        Times at that batch.
    requests_s
        Requests per second of the replica.
    """

    batch: float
    stop: Literal["memory", "scheduler", "SLO"]
    latency: Latency
    requests_s: float


def latency_at(replica: Replica, load: Load, batch: float, prefill_s: float) -> Latency:
    """Mean times with ``batch`` sequences always in flight.

    TPOT = t_dec + (B-1) t_prefill / OSL: between two of its tokens a sequence waits for the
    prompts of the others. TTFT = 1.5 t_dec + t_prefill (1 + x): half a step to be admitted, the
    step that gives the first token, the prompt itself, and the queue before it. With rho the share
    of time spent on the other prompts, the M/M/1 wait is x = rho/(1-rho) = (B-1) t_prefill /
    (OSL t_dec).
    """
    decode_s = replica.decode_s(batch, load.context)
    interference_s = max(0.0, batch - 1.0) * prefill_s / load.output_tokens
    ttft_s = 1.5 * decode_s + prefill_s * (1.0 + interference_s / decode_s)
    return Latency(decode_s, prefill_s, ttft_s, decode_s + interference_s)


def operate(replica: Replica, load: Load, cache: float = 1.0) -> Point:
    """Find the largest batch that fits memory and meets the latency limits.

    Throughput, TPOT and TTFT all rise with the batch, so the largest batch is the best one. It is
    a mean over time and need not be whole; a whole one would make faster hardware look slower by
    rounding.

    Parameters
    ----------
    replica
        The replica.
    load
        The requests.
    cache
        Multiplier of the memory left for the cache, to ask what more memory would give.

    Raises
    ------
    MisfitError
        The weights or a single sequence do not fit, or a latency limit is missed even alone.
    """
    tokens = load.input_tokens + load.output_tokens
    in_memory = replica.batch_in_memory(tokens) * cache
    if in_memory < 1.0:
        raise _memory_misfit(replica, tokens)
    prefill_s = replica.prefill_s(load.input_tokens)
    most = min(in_memory, load.batch_limit)
    latency = latency_at(replica, load, most, prefill_s)
    if latency.within(load):
        stop: Literal["memory", "scheduler"] = "memory" if most == in_memory else "scheduler"
        return _point(load, most, stop, latency)
    alone = latency_at(replica, load, 1.0, prefill_s)
    if not alone.within(load):
        raise _slo_misfit(load, alone)
    low, high = 1.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if latency_at(replica, load, middle, prefill_s).within(load):
            low = middle
        else:
            high = middle
    return _point(load, low, "SLO", latency_at(replica, load, low, prefill_s))


def _point(
    load: Load, batch: float, stop: Literal["memory", "scheduler", "SLO"], latency: Latency
) -> Point:
    """Requests/s = B / (OSL t_dec + B t_prefill): prompts and decode steps share the replica."""
    busy_s = load.output_tokens * latency.decode_s + batch * latency.prefill_s
    return Point(batch, stop, latency, batch / busy_s)


def _memory_misfit(replica: Replica, tokens: int) -> MisfitError:
    size, memory_b = replica.group.tensor_parallel, replica.group.memory_b
    weights = f"{three_digits(replica.weights_b / 1e9)} GB"
    usable = f"{three_digits(memory_b / 1e9)} GB that {size} accelerator(s) can allocate"
    need_b = replica.weights_b + replica.cache_b * tokens
    excess = need_b / memory_b if memory_b else float("inf")
    if replica.weights_b >= memory_b:
        return MisfitError(f"weights of {weights} do not fit the {usable}", excess)
    cache = f"{three_digits(replica.cache_b * tokens / 1e9)} GB"
    return MisfitError(
        f"weights of {weights} and {cache} of cache for one sequence of {tokens} tokens"
        f" do not fit the {usable}",
        excess,
    )


def _slo_misfit(load: Load, alone: Latency) -> MisfitError:
    missed = []
    for name, value, limit in (
        ("TTFT", alone.ttft_s, load.ttft_s),
        ("TPOT", alone.tpot_s, load.tpot_s),
    ):
        if limit is not None and value > limit:
            shown = f"{three_digits(value * 1e3)} ms at batch 1 > the limit of {limit * 1e3:g} ms"
            missed.append((value / limit, f"{name} is {shown}"))
    excess = max(ratio for ratio, _ in missed)
    return MisfitError(" and ".join(text for _, text in missed), excess)


def binding_of(replica: Replica, load: Load, point: Point) -> Binding:
    """Name what holds the throughput back.

    ``SLO`` when it limits the batch and costs more than 5 % of the throughput; else the resource
    of which 10 % more gives the most.
    """
    if point.stop == "SLO":
        free = operate(replica, replace(load, ttft_s=None, tpot_s=None))
        if free.requests_s > 1.05 * point.requests_s:
            return "SLO"
    group = replica.group
    more: dict[Binding, Replica] = {
        "compute": replace(
            replica,
            group=replace(
                group,
                compute_flop_s=group.compute_flop_s * 1.1,
                attention_flop_s=group.attention_flop_s * 1.1,
            ),
        ),
        "memory bandwidth": replace(
            replica, group=replace(group, bandwidth_b_s=group.bandwidth_b_s * 1.1)
        ),
        "link": replace(
            replica,
            group=replace(
                group, link_b_s=group.link_b_s * 1.1, link_latency_s=group.link_latency_s / 1.1
            ),
        ),
    }
    gains: dict[Binding, float] = {
        name: operate(faster, load).requests_s for name, faster in more.items()
    }
    gains["weights" if replica.starved else "KV capacity"] = operate(replica, load, 1.1).requests_s
    return max(gains, key=lambda name: gains[name])
