"""Sites that cannot be settled in a test's time: the solver has to stop with what it has."""

from __future__ import annotations

from itertools import combinations
from random import Random

from small_sites import CHAT, Document, rack_of, row_of, small_site

ACCELERATORS = ("h100-sxm", "h20-96", "l40s", "h200-sxm")


def stubborn_site(systems: int = 7) -> Document:
    """A knapsack in many dimensions: every pair of UPS systems feeds one rack.

    Servers of odd power and throughput fill UPS systems of odd ratings. A good plan is quick to
    find; that no other one is better by a token per second is not.
    """
    random = Random(1)
    pairs = list(combinations(range(systems), 2))
    document = small_site(len(pairs), workloads=[CHAT], objective=["throughput/chat"], demand=[])
    document["cooling"]["zones"][0]["units"] = [{"id": "acu-[1-9]", "model": "acu"}]
    nodes = document["power"]["nodes"]
    del nodes[1:]
    for i in range(systems):
        watts = f"{random.randrange(20_000, 40_000)} W"
        nodes.append({"id": f"ups-{i}", "kind": "ups", "from": ["grid"], "rated_power": watts})
        nodes.append({"id": f"panel-{i}", "kind": "rpp", "from": [f"ups-{i}"]})
    del row_of(document)["feeds"]
    for index, pair in enumerate(pairs):
        sides = zip("AB", pair, strict=True)
        feeds = {side: {"from": f"panel-{i}", "circuit": "circuit"} for side, i in sides}
        rack_of(document, index)["feeds"] = feeds
    servers = document["catalog"]["servers"]
    for i, accelerator in enumerate(ACCELERATORS):
        servers[f"odd-{i}"] = {
            **servers["box4"],
            "accelerator": accelerator,
            "scale_up": {"link": "pcie", "domain_gpus": 1},
            "max_draw": f"{random.randrange(1500, 4000)} W",
            "psu_rating": "6000 W",
        }
        document["demand"].append({"server": f"odd-{i}", "max": random.randrange(15, 25)})
    return document
