"""``rackplan throughput``: what a server delivers, without a site."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from rackplan.catalog.entries import Precision, ServerModel
from rackplan.errors import RackplanError, UnknownFigureError, WorkloadError
from rackplan.units import Quantity, parse
from rackplan.workload import Service, predict, three_digits

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog
    from rackplan.facility.demand import Workload

_SIZES = ("1", "2", "4", "8", "16", "18", "36", "72")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A server model and what it delivers."""

    id: str
    server: ServerModel
    service: Service

    @property
    def gpu_rate(self) -> float:
        return self.service.rate / self.server.gpus

    @property
    def kw_rate(self) -> float | None:
        draw = self.server.max_draw
        return self.service.rate / (draw.value / 1e3) if draw and draw.value else None


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A server model that cannot run the workload, and why."""

    id: str
    reason: str


@click.group()
def throughput() -> None:
    """What a server delivers on a model."""


@throughput.command("predict")
@click.option("--server", "servers", multiple=True, help="Server model; all when left out.")
@click.option("--model", "model_id", required=True, help="Model that runs.")
@click.option("--precision", type=click.Choice(get_args(Precision)), default="fp8")
@click.option("--input", "input_tokens", type=click.IntRange(1, 2_000_000), help="Prompt length.")
@click.option("--output", "output_tokens", type=click.IntRange(1, 2_000_000), help="Answer length.")
@click.option("--ttft", help='Most time to first token, "2 s"; for images, time per image.')
@click.option("--tpot", help='Most time per output token, "40 ms".')
@click.option("--tp", type=click.Choice(_SIZES), help="Accelerators per replica.")
@click.option("--domain", type=click.Choice(["nvlink", "server"]), default="nvlink")
@click.option("--software", type=click.Choice(["documented", "tuned"]), default="documented")
@click.option("--explain", is_flag=True, help="Show the calculation.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def predict_command(
    servers: tuple[str, ...],
    model_id: str,
    precision: Precision,
    input_tokens: int | None,
    output_tokens: int | None,
    ttft: str | None,
    tpot: str | None,
    tp: str | None,
    domain: Literal["nvlink", "server"],
    software: Literal["documented", "tuned"],
    explain: bool,
    as_json: bool,
) -> None:
    """Predict the throughput of one server, or compare all servers of the catalog."""
    from rackplan.catalog.load import builtin
    from rackplan.facility.demand import Survive, Workload

    catalog = builtin()
    model = catalog.model(model_id)
    images = model.kind == "diffusion"
    if not images and (input_tokens is None or output_tokens is None):
        raise click.UsageError(f"{model_id} needs --input and --output, in tokens")
    workload = Workload(
        id="command line",
        model_id=model_id,
        model=model,
        precision=precision,
        input_tokens=input_tokens or 0,
        output_tokens=output_tokens or 0,
        ttft_s=_seconds(ttft),
        tpot_s=_seconds(tpot),
        tensor_parallel=int(tp) if tp else None,
        domain=domain,
        software=software,
        unit="img/s" if images else "tok/s",
        demand=0.0,
        think_s=0.0,
        survive=Survive("full"),
    )
    answers, refusals = _ask(catalog, servers, workload)
    if as_json:
        click.echo(json.dumps(_document(workload, answers, refusals, explain), indent=2))
    else:
        click.echo("\n".join(_text(workload, answers, refusals, explain)))


def _seconds(text: str | None) -> float | None:
    return parse(text, Quantity.TIME, "down") / 1e3 if text is not None else None


def _ask(
    catalog: Catalog, servers: tuple[str, ...], workload: Workload
) -> tuple[list[_Answer], list[_Refusal]]:
    """Ask every server model; a single named one that cannot run the workload is an error."""
    answers: list[_Answer] = []
    refusals: list[_Refusal] = []
    for server_id in servers or catalog.ids("servers"):
        server = catalog.server(server_id)
        try:
            service = predict(server, catalog.accelerator(server.accelerator), workload)
        except (WorkloadError, UnknownFigureError) as error:
            if len(servers) == 1:
                raise
            refusals.append(_Refusal(server_id, str(error)))
        else:
            answers.append(_Answer(server_id, server, service))
    answers.sort(key=lambda answer: (-answer.service.rate, answer.id))
    if not answers and not refusals:
        raise RackplanError("the catalog has no servers")
    return answers, refusals


def _document(
    workload: Workload, answers: list[_Answer], refusals: list[_Refusal], explain: bool
) -> dict[str, Any]:
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


def _text(
    workload: Workload, answers: list[_Answer], refusals: list[_Refusal], explain: bool
) -> list[str]:
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


def _table(answers: list[_Answer]) -> list[str]:
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


def _row(answer: _Answer) -> tuple[str, ...]:
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


def _steps(answer: _Answer) -> list[str]:
    rows = [(step.name, step.value, step.formula) for step in answer.service.steps]
    return [f"{answer.id}:", *(f"  {line}" for line in _aligned(rows))]
