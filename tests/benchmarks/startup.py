"""Time the commands a person waits for, as whole processes: `rackplan --help` and `rackplan check`.

usage: python tests/benchmarks/startup.py [--runs N] [SITE ...]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.argv[0] = 'rackplan'; from rackplan.cli import main; sys.exit(main())"


def seconds(arguments: list[str], runs: int) -> list[float]:
    """Return the wall time of each run of ``rackplan ARGUMENTS`` [s], after one warm-up run.

    Raises
    ------
    SystemExit
        The command failed: its time would mean nothing.
    """
    command = [sys.executable, "-c", START, *arguments]
    times = []
    for _ in range(runs + 1):
        begin = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - begin)
        if done.returncode:
            sys.exit(f"rackplan {' '.join(arguments)} ended with {done.returncode}\n{done.stderr}")
    return times[1:]


def main() -> None:
    """Print one line per command: fewest and median seconds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sites", nargs="*", help="site files (default: every file in sites/)")
    parser.add_argument("--runs", type=int, default=5, help="runs per command (default: 5)")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")

    sites = options.sites or sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("sites/*.yaml"))
    commands = [["--help"], *(["check", site] for site in sites)]
    width = max(len(" ".join(command)) for command in commands) + len("rackplan ")
    print(f"{'command':<{width}}  min s  median s   ({options.runs} runs)")
    for command in commands:
        times = seconds(command, options.runs)
        name = " ".join(["rackplan", *command])
        print(f"{name:<{width}}  {min(times):5.2f}  {statistics.median(times):8.2f}", flush=True)


if __name__ == "__main__":
    main()
