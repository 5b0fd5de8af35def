"""What every file in ``sites/`` ends with: status, objective values, site totals.

After a change that is meant to move them, write the expected values again and read the difference::

    python tests/sites/regenerate.py
    git diff tests/sites/expected.json

Per-rack values are left out on purpose: plans of equal value may differ rack by rack.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackplan.solver import Result

ROOT = Path(__file__).resolve().parents[2]
SITES = sorted((ROOT / "sites").glob("*.yaml"))
EXPECTED = Path(__file__).with_name("expected.json")

TIME_LIMIT_S = 30.0
"""Deterministic seconds of the one worker, so that every machine stops at the same place."""


def solved(site: Path) -> Result:
    """Solve a site the repeatable way."""
    import rackplan

    return rackplan.solve(site, workers=1, time_limit_s=TIME_LIMIT_S)


def outcome(result: Result) -> dict[str, Any]:
    """Status, goals and totals: nothing that may differ between equal plans."""
    if result.plan is None:
        return {"status": result.status}
    return {
        "status": result.status,
        "objective": {goal.name: goal.value for goal in result.plan.objective},
        "totals": dict(result.plan.totals),
    }


def main() -> None:
    """Solve every site and write what it ends with."""
    found = {site.stem: outcome(solved(site)) for site in SITES}
    EXPECTED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
