"""One CP-SAT search: anytime, interruptible, with an honest status."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from rackplan.errors import SolverError
from rackplan.plan import Status
from rackplan.solver.settings import PORTFOLIO, Settings

HARD_LIMIT_FACTOR = 4
"""Wall-clock seconds allowed per deterministic second before a repeatable run is cut off anyway."""

LP_FIRST = ("max_lp", "core_max_lp", "reduced_costs")
"""What a few threads search with. CP-SAT's own choice for fewer than eight leaves the LP bounds
out: on the sites of this project it proves nothing in 15 s, and this proves them in 3 s."""


@dataclass(frozen=True)
class Found:
    """What a search ended with.

    ``values`` holds the value of every variable by index; empty without a solution. ``value`` and
    ``bound`` are those of the objective. ``spent_s`` is what to take off the time limit [s].
    """

    status: Status
    values: tuple[int, ...]
    value: int
    bound: int
    spent_s: float
    interrupted: bool


class _Watch(cp_model.CpSolverSolutionCallback):
    """Passes every better solution and every better bound on."""

    def __init__(self, tell: Callable[[int | None, int], None]) -> None:
        super().__init__()
        self._tell = tell
        self._value: int | None = None

    def on_solution_callback(self) -> None:
        """Tell value and bound of the new solution."""
        self._value = round(self.objective_value)
        self._tell(self._value, round(self.best_objective_bound))

    def on_bound(self, bound: float) -> None:
        """Tell a new bound, with the best value so far."""
        if math.isfinite(bound):
            self._tell(self._value, round(bound))


def search(
    model: cp_model.CpModel,
    settings: Settings,
    time_limit_s: float,
    *,
    maximize: bool,
    tell: Callable[[int | None, int], None],
    only_hint: bool = False,
) -> Found:
    """Search until proven, out of time, or interrupted (Ctrl-C keeps the best plan found).

    With ``only_hint`` every hinted variable keeps its hint.

    Raises
    ------
    SolverError
        CP-SAT calls the model invalid, or ends with a status rackplan does not know.
    """
    solver = cp_model.CpSolver()
    _configure(solver, settings, time_limit_s)
    solver.parameters.fix_variables_to_their_hinted_value = only_hint
    watch = _Watch(tell)
    solver.best_bound_callback = watch.on_bound
    outcome: list[cp_model.CpSolverStatus] = []
    failure: list[Exception] = []

    def run() -> None:
        try:
            outcome.append(solver.solve(model, watch))
        except Exception as error:  # carried over to the calling thread
            failure.append(error)

    started = time.monotonic()
    interrupted = _run_interruptibly(run, solver.stop_search)
    if failure:
        raise failure[0]
    status = _status(outcome[0], model)
    response = solver.response_proto
    spent_s = response.deterministic_time if settings.repeatable else time.monotonic() - started
    solved = status in {"OPTIMAL", "FEASIBLE"}
    bound = response.best_objective_bound
    return Found(
        status=status,
        values=tuple(response.solution) if solved else (),
        value=round(response.objective_value) if solved else 0,
        bound=_whole(bound, maximize=maximize) if solved else 0,
        spent_s=spent_s,
        interrupted=interrupted,
    )


def _configure(solver: cp_model.CpSolver, settings: Settings, time_limit_s: float) -> None:
    parameters = solver.parameters
    parameters.num_workers = settings.threads
    parameters.random_seed = settings.seed
    if 1 < settings.threads < PORTFOLIO:
        parameters.subsolvers.extend(LP_FIRST)
    parameters.catch_sigint_signal = False
    parameters.linearization_level = 2  # site rules are linear: the bound comes from the LP
    parameters.max_time_in_seconds = time_limit_s
    if settings.repeatable:
        parameters.max_deterministic_time = time_limit_s
        parameters.max_time_in_seconds = time_limit_s * HARD_LIMIT_FACTOR


def _run_interruptibly(run: Callable[[], None], stop: Callable[[], None]) -> bool:
    """Run in a thread, so that Ctrl-C reaches Python while the solver works.

    An event says when it is done: after Ctrl-C in the middle of ``Thread.join``, Python 3.11 and
    3.12 call a thread finished that still runs.
    """
    done = threading.Event()

    def run_and_tell() -> None:
        try:
            run()
        finally:
            done.set()

    threading.Thread(target=run_and_tell, name="rackplan-solve", daemon=True).start()
    interrupted = finished = False
    while not finished:
        try:
            if interrupted:
                stop()  # again and again: a solver that has not started yet does not hear it
            finished = done.wait(timeout=0.1)
        except KeyboardInterrupt:
            interrupted = True
    return interrupted


def _status(status: cp_model.CpSolverStatus, model: cp_model.CpModel) -> Status:
    known: dict[cp_model.CpSolverStatus, Status] = {
        cp_model.OPTIMAL: "OPTIMAL",
        cp_model.FEASIBLE: "FEASIBLE",
        cp_model.INFEASIBLE: "INFEASIBLE",
        cp_model.UNKNOWN: "UNKNOWN",
    }
    if status not in known:
        raise SolverError(f"CP-SAT rejects the model: {status}: {model.validate()[:500]}")
    return known[status]


def _whole(bound: float, *, maximize: bool) -> int:
    """A proven bound as an integer: objectives are whole, so it may be rounded inward."""
    return math.floor(bound + 1e-6) if maximize else math.ceil(bound - 1e-6)
