"""Time `rackplan solve` as whole processes: the sites in `sites/`, and made halls of many racks.

usage: python tests/benchmarks/solving.py [--time-limit S] [--racks N ...] [SITE ...]

Each line: what the solve ended with, gap of each goal, wall and CPU seconds, peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PER_ROW = 12


def hall(racks: int) -> str:
    """A hall of ``racks`` racks as a site file: 4N/3 UPS over six pairs, three server models."""
    rows = max(1, racks // PER_ROW)
    pairs = ("ab", "cd", "ac", "bd", "ad", "bc")
    first = ",".join(pairs[row % 6][0] for row in range(rows))
    second = ",".join(pairs[row % 6][1] for row in range(rows))
    ups_kw = round(rows * PER_ROW * 16 / 3)
    names = f"[{0:03d}-{rows - 1:03d}]"
    return f"""
rackplan: 1
site: {{name: made-{racks}, elevation: 45 m}}
policy: {{server_delta_t: 15 K}}
catalog: {{servers: {{dell-xe9680-h20: {{like: dell-xe9680-h20, depth: 995 mm}}}}}}
power:
  nodes:
    - {{id: utility, kind: utility, rated_power: {ups_kw * 5} kW}}
    - {{id: "ups-[a-d]", kind: ups, from: [utility], rated_power: {ups_kw} kW, efficiency: 0.96}}
    - {{id: "rpp-{names}-1", kind: rpp, from: ["ups-[{first}]"], rated_power: {PER_ROW * 14} kW}}
    - {{id: "rpp-{names}-2", kind: rpp, from: ["ups-[{second}]"], rated_power: {PER_ROW * 14} kW}}
cooling:
  zones:
    - id: room
      supply: 24 degC
      rack_limit: 24 kW
      units: [{{id: "fan-[001-{ups_kw * 3 // 350 + 2:03d}]", model: fanwall-400kw}}]
halls:
  - id: hall
    rows:
      - id: "row-{names}"
        model: cabinet-48u-600x1200
        zone: room
        feeds:
          A: {{from: "rpp-{names}-1", circuit: iec-400v-63a-3ph}}
          B: {{from: "rpp-{names}-2", circuit: iec-400v-63a-3ph}}
        racks: [{{id: "r[01-{PER_ROW}]"}}]
workloads:
  - id: chat
    model: llama-3.1-70b
    precision: fp8
    input_tokens: 1024
    output_tokens: 512
    servers: [dell-xe9680-h20]
demand:
  - {{server: dell-xe9680-h20}}
  - {{server: dgx-a100, workloads: [], min: {racks // 8}, max: {racks // 4}}}
objective: [throughput/chat, racks, power]
"""


def measure(site: str, name: str, time_limit: float) -> str:
    """Solve one site in a process of its own and describe it in a line."""
    command = [sys.executable, "-m", "rackplan", "solve", site, "--json", "--quiet"]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, f"--time-limit={time_limit}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    output = process.stdout.read() if process.stdout else ""
    _, _, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    answer = json.loads(output)
    gaps = ", ".join(f"{goal['gap']:.3%}" for goal in answer.get("objective", ()))
    servers = answer.get("totals", {}).get("servers", "-")
    memory_mb = usage.ru_maxrss / 1024
    cpu_s = usage.ru_utime + usage.ru_stime
    return (
        f"{name:<24} {answer['status']:<10} {servers!s:>7}  {wall_s:7.1f}  {cpu_s:7.1f}"
        f"  {memory_mb:7.0f}   {gaps}"
    )


def main() -> None:
    """Print one line per site."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sites", nargs="*", help="site files (default: every file in sites/)")
    parser.add_argument("--racks", nargs="*", type=int, default=[], help="made halls of so many")
    parser.add_argument("--time-limit", type=float, default=30.0, help="seconds (default: 30)")
    options = parser.parse_args()

    print(f"{'site':<24} {'status':<10} {'servers':>7}   wall s    CPU s       MB   gaps by goal")
    sites = options.sites or sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("sites/*.yaml"))
    for site in sites:
        print(measure(site, Path(site).stem, options.time_limit), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for racks in options.racks:
            path = Path(folder) / f"made-{racks}.yaml"
            path.write_text(hall(racks), encoding="utf-8")
            print(measure(str(path), path.stem, options.time_limit), flush=True)


if __name__ == "__main__":
    main()
