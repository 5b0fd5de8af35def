"""Time large sites with each kind of cooling that ties racks to each other.

usage: python tests/benchmarks/cooling.py [--racks N]

Prints for each kind: seconds to load, seconds to solve, status, servers. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "builders"))

from cooled_sites import MATRIX, cooled_site
from small_sites import Document, facility_of

import rackplan


def roomy(racks: int) -> Document:
    """A row of racks whose power and cooling are generous."""
    document = cooled_site(racks)
    for node in document["power"]["nodes"]:
        if node["kind"] == "ups":
            node["rated_power"] = "10 MW"
    catalog = document["catalog"]["air_units"]
    for unit in catalog.values():
        unit |= {"capacity": "500 kW", "airflow": "40000 L/s"}
    for line in document["demand"]:
        line.pop("max", None)
    document["cooling"]["zones"][0]["units"] = [{"id": "acu-[1-6]", "model": "acu"}]
    document["objective"] = ["servers"]
    return document


def cases(racks: int) -> Iterator[tuple[str, Document, dict[str, str]]]:
    """Sites by name, with the files beside them."""
    names = [f"row/r{i + 1}" for i in range(racks)]
    document = roomy(racks)
    document["cooling"]["zones"][0]["heat_matrix"] = MATRIX
    lines = [",".join(["inlet", *names])]
    for i, name in enumerate(names):
        near = (f"{0.2 / (1 + abs(i - j)) ** 2:.4f}" for j in range(racks))
        lines.append(",".join([name, *near]))
    yield "heat matrix", document, {MATRIX: "\n".join(lines)}
    for passive in (False, True):
        document = roomy(racks)
        door = document["catalog"]["air_units"]["door"]
        door |= {"capacity": "40 kW", "airflow": "3000 L/s", "passive": passive}
        document["halls"][0]["rows"][0]["door"] = {"model": "door"}
        yield f"{'passive' if passive else 'active'} rear doors", document, {}
    document = roomy(racks)
    document["catalog"]["air_units"]["acu"] |= {"capacity": "60 kW", "airflow": "4000 L/s"}
    document["cooling"]["zones"][0]["units"] = [
        {"id": f"irc-{k}", "model": "acu", "serves": names[max(0, 3 * k - 3) : 3 * k + 3]}
        for k in range((racks + 2) // 3)
    ]
    yield "in-row units that overlap", document, {}


def main() -> None:
    """Print one line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--racks", type=int, default=60)
    racks = parser.parse_args().racks
    for name, document, files in cases(racks):
        began = time.perf_counter()
        site = facility_of(document, files)
        loaded = time.perf_counter()
        result = rackplan.solve(site, time_limit_s=60)
        ended = time.perf_counter()
        servers = len(result.plan.servers) if result.plan else 0
        print(
            f"{name:28} {racks} racks  load {loaded - began:5.1f} s  solve {ended - loaded:6.1f} s"
            f"  {result.status:10} {servers} servers"
        )


if __name__ == "__main__":
    main()
