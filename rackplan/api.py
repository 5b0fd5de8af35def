"""The library's front: load a site, solve it, verify a plan. The command line calls these too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rackplan.errors import InputError, Problem
from rackplan.facility import Facility, resolve
from rackplan.plan import Plan, read
from rackplan.schema.load import FaultySiteError, load_site_document

if TYPE_CHECKING:
    from rackplan.solver import Progress, Result
    from rackplan.verifier import Verdict


DANGLING = ("there is no ", "the catalog has no ")
"""How problems begin that are about a name which stands for nothing."""


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

    try:
        loaded = load_site_document(path)
    except FaultySiteError as error:
        raise InputError([*error.problems, *_dangling(error)]) from error
    return resolve(loaded)


def _dangling(error: FaultySiteError) -> list[Problem]:
    """Names in the sound part of a faulty site that stand for nothing, faulty parts aside."""
    if error.rest is None:
        return []
    try:
        resolve(error.rest)
    except InputError as found:
        dangling = [p for p in found.problems if p.message.startswith(DANGLING)]
        told = {(p.line, p.path) for p in error.problems}
        return [
            p
            for p in dangling
            if (p.line, p.path) not in told
            and not any(repr(name) in f"{p.message} {p.value}" for name in error.faulty_names)
        ]
    return []


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
        Search threads; a good portfolio when left out. One worker makes runs repeatable.
    seed
        Random seed.
    on_progress
        Called with news while solving, from a solver thread.

    Raises
    ------
    InputError
        The site file cannot be used.
    """
    from rackplan.explain import find_conflict  # late: reading a site needs no solver
    from rackplan.solver import Settings, solve_facility

    facility = load(site) if isinstance(site, str | Path) else site
    result = solve_facility(facility, Settings(time_limit_s, workers, seed, on_progress))
    if result.status == "INFEASIBLE":
        try:
            conflict = find_conflict(facility, time_limit_s, seed)
        except KeyboardInterrupt:  # the verdict stands, only its reason is left out
            conflict = None
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
    from rackplan import verifier

    facility = load(site) if isinstance(site, str | Path) else site
    judged = read_plan(plan) if isinstance(plan, str | Path) else plan
    return verifier.verify(facility, judged)


def read_plan(path: str | Path) -> Plan:
    """Read a ``plan.json``.

    Raises
    ------
    InputError
        It cannot be read, or is no plan of this version.
    """
    return read(Path(path))
