"""The calculation of a prediction, written out line by line."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.workload.operate import Load, Point
from rackplan.workload.roofline import Replica
from rackplan.workload.service import Step, three_digits

_STOPS = {
    "memory": "the cache fills the memory",
    "scheduler": "most sequences a scheduler runs",
    "SLO": "the latency limit is reached",
}


def steps_of(replica: Replica, load: Load, point: Point, replicas: int) -> tuple[Step, ...]:
    """Every intermediate figure of the prediction, in the order it is calculated."""
    memory = tuple(_memory(replica, load))
    times = tuple(_times(replica, load, point))
    return memory + times + tuple(_result(load, point, replicas))


def _gb(value_b: float) -> str:
    return f"{three_digits(value_b / 1e9)} GB"


def _ms(value_s: float) -> str:
    return f"{three_digits(value_s * 1e3)} ms"


def _memory(replica: Replica, load: Load) -> Iterator[Step]:
    tokens = load.input_tokens + load.output_tokens
    yield Step("weights W", "parameters x bytes per weight", _gb(replica.weights_b))
    yield Step(
        "usable memory M",
        "tensor parallel x (usable share x memory - reserved)",
        f"{_gb(replica.group.memory_b)} on {replica.group.tensor_parallel} accelerator(s)",
    )
    yield Step(
        "cache per token KV",
        "2 x layers x KV heads x head size x bytes, or layers x latent x bytes",
        f"{three_digits(replica.cache_b / 1e3)} kB",
    )
    yield Step(
        "largest batch in memory",
        "(M - W) / (KV x (input + output))",
        three_digits(replica.batch_in_memory(tokens)),
    )


def _times(replica: Replica, load: Load, point: Point) -> Iterator[Step]:
    batch, context = point.batch, load.context
    yield Step("batch B", f"largest allowed: {_STOPS[point.stop]}", three_digits(batch))
    yield Step("read weights", "weights touched by B / bandwidth", _ms(replica.weights_s(batch)))
    yield Step(
        "matrix products", "2 x active parameters x B / compute", _ms(replica.matrix_s(batch))
    )
    yield Step(
        "read cache",
        f"B x KV x {three_digits(context)} tokens / bandwidth",
        _ms(replica.cache_s(batch, context)),
    )
    yield Step("fixed", "step + layers x time per layer", _ms(replica.fixed_s))
    yield Step(
        "exchange",
        "layers x (t-1)/t x B/t x experts per token x hidden x 3 B / link"
        if replica.architecture.expert_parallel
        else "2 x layers x (2 (t-1)/t x B x hidden x 2 B / link + latency)",
        f"{_ms(replica.exchange_s(batch))} over {replica.group.link}",
    )
    yield Step(
        "decode step t_dec",
        "max(read weights, matrix products) + read cache + fixed + exchange",
        _ms(point.latency.decode_s),
    )
    yield Step(
        "prompt t_pre",
        "(2 x active x input + attention) / compute + exchange",
        _ms(point.latency.prefill_s),
    )


def _result(load: Load, point: Point, replicas: int) -> Iterator[Step]:
    yield Step("TPOT", "t_dec + (B - 1) t_pre / output", _ms(point.latency.tpot_s))
    yield Step(
        "TTFT",
        "1.5 t_dec + t_pre (1 + (B - 1) t_pre / (output t_dec))",
        _ms(point.latency.ttft_s),
    )
    tokens_s = point.requests_s * load.output_tokens
    yield Step(
        "replica",
        "B x output / (output t_dec + B t_pre)",
        f"{three_digits(tokens_s)} tok/s",
    )
    yield Step(
        "server",
        "replicas x replica",
        f"{replicas} x {three_digits(tokens_s)} = {three_digits(replicas * tokens_s)} tok/s",
    )
