"""rackplan: where 4- and 8-GPU servers go in a datacenter, with proof.

>>> import rackplan
>>> site = rackplan.load("sites/h20-inference-hall.yaml")
>>> result = rackplan.solve(site)  # doctest: +SKIP
>>> result.status, result.plan.totals["servers"]  # doctest: +SKIP
('OPTIMAL', 170)

Importing rackplan does no I/O, sets up no logging, and imports no solver until a solve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackplan.errors import InputError, RackplanError
    from rackplan.facility import Facility
    from rackplan.plan import Plan
    from rackplan.solver import Progress, Result, Settings
    from rackplan.verify import Verdict

__version__ = "0.1.0"

__all__ = [
    "Facility",
    "InputError",
    "Plan",
    "Progress",
    "RackplanError",
    "Result",
    "Settings",
    "Verdict",
    "__version__",
    "load",
    "read_plan",
    "solve",
    "verify",
]

_HOMES = {
    "Facility": "rackplan.facility",
    "InputError": "rackplan.errors",
    "Plan": "rackplan.plan",
    "Progress": "rackplan.solver",
    "RackplanError": "rackplan.errors",
    "Result": "rackplan.solver",
    "Settings": "rackplan.solver",
    "Verdict": "rackplan.verify",
}


def load(path: str | Path) -> Facility:
    """Read and resolve a site file.

    Parameters
    ----------
    path
        The site file.

    Raises
    ------
    InputError
        With every problem found, each with file, line and cure.
    """
    from rackplan.facility import resolve
    from rackplan.schema.load import load_site_document

    return resolve(load_site_document(path))


def solve(
    site: Facility | str | Path,
    *,
    time_limit_s: float = 60.0,
    workers: int | None = None,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Place servers in a site, verify the plan, and say why when nothing fits.

    Parameters
    ----------
    site
        A resolved site, or the path of a site file.
    time_limit_s
        Time for all goals together [s]; the best plan found is kept, with its bound.
    workers
        Search threads; one per core when left out. One worker makes runs repeatable.
    seed
        Random seed.
    on_progress
        Called with news while solving, from a solver thread.

    Raises
    ------
    InputError
        The site file cannot be used.
    """
    from rackplan.explain import find_conflict
    from rackplan.formulation import build_instance
    from rackplan.solver import Settings, solve_facility

    facility = load(site) if isinstance(site, str | Path) else site
    result = solve_facility(facility, Settings(time_limit_s, workers, seed, on_progress))
    if result.status == "INFEASIBLE":
        conflict = find_conflict(build_instance(facility), time_limit_s, seed)
        result = replace(result, conflict=conflict)
    return result


def verify(site: Facility | str | Path, plan: Plan | str | Path) -> Verdict:
    """Judge a plan against a site, without a solver.

    Parameters
    ----------
    site
        A resolved site, or the path of a site file.
    plan
        A plan, or the path of a ``plan.json``.

    Raises
    ------
    InputError
        A file cannot be used.
    """
    from rackplan import verify as room

    facility = load(site) if isinstance(site, str | Path) else site
    judged = read_plan(plan) if isinstance(plan, str | Path) else plan
    return room.verify(facility, judged)


def read_plan(path: str | Path) -> Plan:
    """Read a ``plan.json``.

    Raises
    ------
    InputError
        It cannot be read, or is no plan of this version.
    """
    from rackplan.plan import read

    return read(Path(path))


def __getattr__(name: str) -> Any:
    """Public types, imported when first asked for."""
    import importlib

    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rackplan' has no attribute {name!r}")
