"""Server models side by side on one workload, as text and as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rackplan.catalog.entries import ServerModel
from rackplan.catalog.load import Catalog
from rackplan.errors import RackplanError, UnknownFigureError, WorkloadError
from rackplan.facility.demand import Workload
from rackplan.workload import Service, predict, three_digits


@dataclass(frozen=True, slots=True)
class Answer:
    """A server model and what it delivers."""

    id: str
    server: ServerModel
    service: Service

    @property
    def gpu_rate(self) -> float:
        """Rate per accelerator, idle ones included."""
        return self.service.rate / self.server.gpus

    @property
    def kw_rate(self) -> float | None:
        """Rate per kW of maximum draw; ``None`` where no source gives the draw."""
        draw = self.server.max_draw
        return self.service.rate / (draw.value / 1e3) if draw and draw.value else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A server model that cannot run the workload, and why."""

    id: str
    reason: str


def compare(
    catalog: Catalog, servers: tuple[str, ...], workload: Workload
) -> tuple[list[Answer], list[Refusal]]:
    """Ask the named server models, or all of the catalog; the best come first.

    Raises
    ------
    WorkloadError, UnknownFigureError
        The only server named cannot run the workload.
    """
    answers: list[Answer] = []
    refusals: list[Refusal] = []
    for server_id in servers or catalog.ids("servers"):
        server = catalog.server(server_id)
        try:
            service = predict(server, catalog.accelerator(server.accelerator), workload)
        except (WorkloadError, UnknownFigureError) as error:
            if len(servers) == 1:
                raise
            refusals.append(Refusal(server_id, str(error)))
        else:
            answers.append(Answer(server_id, server, service))
    answers.sort(key=lambda answer: (-answer.service.rate, answer.id))
    if not answers and not refusals:
        raise RackplanError("the catalog has no servers")
    return answers, refusals


def document_of(
    workload: Workload, answers: list[Answer], refusals: list[Refusal], explain: bool
) -> dict[str, Any]:
    """The comparison as JSON data; with ``explain`` every step of the calculation."""
    services = []
    for answer in answers:
        service = asdict(answer.service)
        if not explain:
            del service["steps"]
        services.append(
            {
                "server": answer.id,
                **service,
                "rate_per_gpu": answer.gpu_rate,
                "rate_per_kw": answer.kw_rate,
            }
        )
    return {
        "model": workload.model_id,
        "precision": workload.precision,
        "input_tokens": workload.input_tokens,
        "output_tokens": workload.output_tokens,
        "ttft_s": workload.ttft_s,
        "tpot_s": workload.tpot_s,
        "domain": workload.domain,
        "software": workload.software,
        "services": services,
        "refused": [{"server": refusal.id, "reason": refusal.reason} for refusal in refusals],
    }


def lines_of(
    workload: Workload, answers: list[Answer], refusals: list[Refusal], explain: bool
) -> list[str]:
    """The comparison as lines of text; with ``explain`` every step of the calculation."""
    lines = [_title(workload), ""]
    if answers:
        lines += _table(answers)
    for answer in answers:
        if answer.service.reason and (explain or len(answers) == 1):
            lines += ["", f"{answer.id}: wide band: {answer.service.reason}"]
        if explain:
            lines += ["", *_steps(answer)]
    if refusals:
        lines += ["", "Cannot run it:"]
        lines += [f"  {refusal.id}: {refusal.reason}" for refusal in refusals]
    return lines


def _title(workload: Workload) -> str:
    parts = [f"{workload.model_id} at {workload.precision}"]
    if workload.output_tokens:
        parts.append(f"{workload.input_tokens} in, {workload.output_tokens} out")
    word = "time per image" if workload.unit == "img/s" else "TTFT"
    if workload.ttft_s is not None:
        parts.append(f"{word} <= {workload.ttft_s:g} s")
    if workload.tpot_s is not None:
        parts.append(f"TPOT <= {workload.tpot_s * 1e3:g} ms")
    parts.append(f"{workload.software} software")
    return ", ".join(parts)


def _table(answers: list[Answer]) -> list[str]:
    unit = answers[0].service.unit
    head = (
        "server",
        f"{unit} per server",
        "per GPU",
        "per kW",
        "band",
        "replicas",
        "batch",
        "TTFT ms",
        "TPOT ms",
        "held back by",
    )
    return _aligned([head, *(_row(answer) for answer in answers)])


def _row(answer: Answer) -> tuple[str, ...]:
    service = answer.service
    low, high = (three_digits(service.rate * factor) for factor in service.band)
    return (
        answer.id,
        three_digits(service.rate),
        three_digits(answer.gpu_rate),
        "-" if answer.kw_rate is None else three_digits(answer.kw_rate),
        f"{low} to {high}",
        f"{service.replicas} x {service.tensor_parallel}",
        three_digits(service.batch),
        three_digits(service.ttft_s * 1e3),
        three_digits(service.tpot_s * 1e3) if service.tpot_s else "-",
        service.binding + (" *" if service.extrapolated else ""),
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns two spaces apart: text to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = {0, len(widths) - 1}
    lines = [
        "  ".join(
            cell.ljust(width) if column in text else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    if any(row[-1].endswith(" *") for row in rows):
        lines.append("* no measured row for this accelerator, precision or model: extrapolated")
    return lines


def _steps(answer: Answer) -> list[str]:
    rows = [(step.name, step.value, step.formula) for step in answer.service.steps]
    return [f"{answer.id}:", *(f"  {line}" for line in _aligned(rows))]
