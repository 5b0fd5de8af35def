"""Images per second: compute-bound, one image at a time on each accelerator."""

from __future__ import annotations

from rackplan.catalog.entries import Accelerator, ServerModel, need
from rackplan.errors import WorkloadError
from rackplan.facility.demand import Workload
from rackplan.workload.group import nvlink_domain
from rackplan.workload.parameters import WEIGHT_BYTES, Parameters
from rackplan.workload.service import Service, Step, three_digits
from rackplan.workload.trust import trust


def predict_images(
    server: ServerModel, accelerator: Accelerator, workload: Workload, parameters: Parameters
) -> Service:
    """Predict image generation, every accelerator a replica of its own.

    images/s = efficiency x dense compute / operations per image. ``speed`` of the parameters is
    left out: the rows behind the efficiency are tuned already.

    Raises
    ------
    WorkloadError
        The precision is missing, the weights do not fit, or one image takes longer than allowed.
    UnknownFigureError
        The model entry states no operations per image.
    """
    peak = accelerator.compute(workload.precision)
    efficiency = parameters.diffusion(workload.precision)
    if peak is None:
        raise WorkloadError(f"{accelerator.name} has no {workload.precision} units")
    if efficiency is None:
        raise WorkloadError(f"no measured image rows in {workload.precision} to predict from")
    if workload.tensor_parallel not in (None, 1):
        raise WorkloadError(
            f"an image model runs on one accelerator, tensor parallel {workload.tensor_parallel}"
            " is asked"
        )
    weights_b = workload.model.parameters.value * WEIGHT_BYTES[workload.precision]
    memory_b = accelerator.memory.value * parameters.usable_memory - parameters.reserved_b
    if weights_b >= memory_b:
        raise WorkloadError(
            f"weights of {three_digits(weights_b / 1e9)} GB do not fit the"
            f" {three_digits(max(memory_b, 0.0) / 1e9)} GB that 1 accelerator can allocate"
        )
    flops = need(workload.model, "flops_per_image", "its image rate").value
    image_s = flops / (efficiency * peak.value)
    if workload.ttft_s is not None and image_s > workload.ttft_s:
        raise WorkloadError(
            f"one image takes {three_digits(image_s)} s > the limit of {workload.ttft_s:g} s"
        )
    steps = (
        Step(
            "one image",
            "operations / (efficiency x compute)",
            f"{three_digits(flops / 1e12)} TFLOP / ({efficiency:g} x"
            f" {three_digits(peak.value / 1e12)} TFLOP/s) = {three_digits(image_s)} s",
        ),
        Step(
            "server",
            "accelerators / time of one image",
            f"{server.gpus} / {three_digits(image_s)} s = {three_digits(server.gpus / image_s)}"
            " img/s",
        ),
    )
    return _service(server, workload, image_s, steps)


def _service(
    server: ServerModel, workload: Workload, image_s: float, steps: tuple[Step, ...]
) -> Service:
    judged = trust(workload, server.accelerator)
    images_s = server.gpus / image_s
    # Little's law: users = requests/s x (time of one image + pause).
    users = images_s * (image_s + workload.think_s)
    return Service(
        workload_id=workload.id,
        tensor_parallel=1,
        replicas=server.gpus,
        gpus_used=server.gpus,
        domain_gpus=nvlink_domain(server),
        batch=1.0,
        unit=workload.unit,
        rate=users if workload.unit == "users" else images_s,
        tokens_s=0.0,
        requests_s=images_s,
        images_s=images_s,
        ttft_s=image_s,
        tpot_s=0.0,
        band=judged.band,
        binding="compute",
        extrapolated=judged.extrapolated,
        reason=judged.reason,
        steps=steps,
    )
