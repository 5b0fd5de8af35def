"""What a server delivers while its power is capped."""

from __future__ import annotations

from rackplan.catalog.entries import Accelerator, ServerModel


def capped_share(server: ServerModel, accelerator: Accelerator, draw_w: int, cap_w: int) -> float:
    """Throughput under a power cap over throughput at full power [-]: an estimate on the safe side.

    The cap is met by the accelerators alone: fans, processors and memory keep what they draw. What
    is left for the accelerators, over their thermal design power, is taken as the share of the
    throughput. Accelerators lose less than that (general knowledge: the last watts buy the least).

    Parameters
    ----------
    server, accelerator
        Catalog entries.
    draw_w
        Draw of the server at full power [W].
    cap_w
        Power it is capped to [W].
    """
    accelerators_w = server.gpus * accelerator.tdp.whole
    rest_w = max(0, draw_w - accelerators_w)
    return min(1.0, max(0.0, (cap_w - rest_w) / accelerators_w))
