"""Which plan is best: CP-SAT over rack groups and patterns, goal after goal, always verified."""

from __future__ import annotations

import time

from rackplan.facility import Facility
from rackplan.formulation import build_instance
from rackplan.solver.lexicographic import solve_goals
from rackplan.solver.planning import build_plan
from rackplan.solver.result import Result
from rackplan.solver.settings import Progress, Settings
from rackplan.verifier import verify

__all__ = ["Progress", "Result", "Settings", "solve_facility"]


def solve_facility(facility: Facility, settings: Settings | None = None) -> Result:
    """Solve a resolved site and verify what comes out.

    Parameters
    ----------
    facility
        The resolved site.
    settings
        Time limit, workers, seed, progress; defaults when left out.

    Raises
    ------
    InputError
        A fixed server cannot run the workload it is said to run.
    SolverError
        CP-SAT rejects the model.
    """
    settings = settings or Settings()
    started = time.monotonic()
    instance = build_instance(facility)
    answer = solve_goals(instance, settings)
    if answer.status in {"INFEASIBLE", "UNKNOWN"}:
        return Result(answer.status, None, None, None, facility)
    plan = build_plan(instance, answer, settings, time.monotonic() - started)
    return Result(answer.status, plan, verify(facility, plan), None, facility)
