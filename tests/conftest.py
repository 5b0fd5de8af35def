"""What every test may use: the checkout, and rackplan as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

RunRackplan = Callable[..., subprocess.CompletedProcess[str]]

# The suite repeats exactly; `HYPOTHESIS_PROFILE=explore pytest` looks for new examples instead.
# Deadlines measure the machine, not rackplan.
settings.register_profile("repeat", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def run_rackplan() -> RunRackplan:
    """Return a function that runs ``rackplan ARGS`` as a process, as the installed command does."""
    start = "import sys; sys.argv[0] = 'rackplan'; from rackplan.cli import main; sys.exit(main())"

    def run(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", start, *args]
        return subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
        )

    return run
