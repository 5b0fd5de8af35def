"""rackplan: where 4- and 8-GPU servers go in a datacenter, with proof.

>>> import rackplan
>>> site = rackplan.load("sites/h20-inference-hall.yaml")
>>> result = rackplan.solve(site)  # doctest: +SKIP
>>> result.status, result.plan.totals["servers"]  # doctest: +SKIP
('OPTIMAL', 174)

Importing rackplan does no I/O, sets up no logging, and imports no solver until a solve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rackplan.api import load, read_plan, solve, verify
    from rackplan.errors import InputError, RackplanError
    from rackplan.facility import Facility
    from rackplan.plan import Plan
    from rackplan.solver import Progress, Result
    from rackplan.verifier import Verdict

__version__ = "0.1.0"

__all__ = [
    "Facility",
    "InputError",
    "Plan",
    "Progress",
    "RackplanError",
    "Result",
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
    "Verdict": "rackplan.verifier",
    "load": "rackplan.api",
    "read_plan": "rackplan.api",
    "solve": "rackplan.api",
    "verify": "rackplan.api",
}


def __getattr__(name: str) -> Any:
    """Public names, imported when first asked for."""
    import importlib

    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rackplan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
