"""``rackplan throughput``: what a server delivers, without a site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog
    from rackplan.facility.demand import Workload

_PRECISIONS = ("fp16", "fp8", "int8", "fp4")
_SIZES = ("1", "2", "4", "8", "16", "18", "36", "72")
_TOKENS = click.IntRange(1, 2_000_000)


@click.group("throughput")
def throughput() -> None:
    """Predict what a server delivers on a model."""


@throughput.command("predict")
@click.option(
    "--server",
    "servers",
    multiple=True,
    metavar="ID",
    help="Server model of the catalog; may be repeated. All of them when left out.",
)
@click.option("--model", "model_id", required=True, metavar="ID", help="Model that runs.")
@click.option(
    "--precision",
    type=click.Choice(_PRECISIONS),
    default="fp8",
    show_default=True,
    help="Number format of the weights.",
)
@click.option("--input", "input_tokens", type=_TOKENS, help="Mean prompt length in tokens.")
@click.option("--output", "output_tokens", type=_TOKENS, help="Mean answer length in tokens.")
@click.option(
    "--ttft", metavar="TIME", help='Longest mean time to first token, "2 s"; for images, per image.'
)
@click.option("--tpot", metavar="TIME", help='Longest mean time per output token, "40 ms".')
@click.option(
    "--tp", type=click.Choice(_SIZES), help="Accelerators per replica; chosen if not set."
)
@click.option(
    "--domain",
    type=click.Choice(("nvlink", "server")),
    default="nvlink",
    show_default=True,
    help="Keep a replica in one NVLink domain, or let it use PCIe inside a server.",
)
@click.option(
    "--software",
    type=click.Choice(("documented", "tuned")),
    default="documented",
    show_default=True,
    help="Software stack the figures assume.",
)
@click.option(
    "--catalog",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Add the entries of a catalog folder.",
)
@click.option("--explain", is_flag=True, help="Show the calculation.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def predict_command(
    servers: tuple[str, ...], folder: Path | None, explain: bool, as_json: bool, **asked: Any
) -> None:
    """Predict the throughput of one server, or compare all servers of the catalog.

    Example:

        rackplan throughput predict --model llama-3.1-8b --input 1024 --output 256
    """
    from rackplan.catalog.load import builtin, read_folder
    from rackplan.cli.comparison import compare, document_of, lines_of

    catalog = builtin().extended(read_folder(folder)) if folder is not None else builtin()
    workload = _workload(catalog, asked)
    answers, refusals = compare(catalog, servers, workload)
    if as_json:
        click.echo(json.dumps(document_of(workload, answers, refusals, explain), indent=2))
    else:
        click.echo("\n".join(lines_of(workload, answers, refusals, explain)))


def _workload(catalog: Catalog, asked: dict[str, Any]) -> Workload:
    """Make a workload of the options."""
    from rackplan.facility.demand import Survive, Workload

    model = catalog.model(asked["model_id"])
    images = model.kind == "diffusion"
    if not images and None in (asked["input_tokens"], asked["output_tokens"]):
        raise click.UsageError(f"{asked['model_id']} needs --input and --output, in tokens")
    return Workload(
        id="command line",
        model_id=asked["model_id"],
        model=model,
        precision=asked["precision"],
        input_tokens=0 if images else asked["input_tokens"],
        output_tokens=0 if images else asked["output_tokens"],
        ttft_s=_seconds(asked["ttft"], "--ttft"),
        tpot_s=_seconds(asked["tpot"], "--tpot"),
        tensor_parallel=int(asked["tp"]) if asked["tp"] else None,
        domain=asked["domain"],
        software=asked["software"],
        unit="img/s" if images else "tok/s",
        demand=0.0,
        think_s=0.0,
        survive=Survive("full"),
    )


def _seconds(text: str | None, option: str) -> float | None:
    from rackplan.errors import QuantityError
    from rackplan.units import Quantity, parse

    if text is None:
        return None
    try:
        return parse(text, Quantity.TIME, "down") / 1e3
    except QuantityError as error:
        raise click.BadParameter(str(error), param_hint=option) from error
