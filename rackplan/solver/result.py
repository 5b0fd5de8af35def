"""What a solve ends with."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from rackplan.facility import Facility
from rackplan.plan import Conflict, Plan, Status
from rackplan.verifier import Verdict


@dataclass(frozen=True)
class Result:
    """The outcome of a solve: a status of its own, and a verified plan where there is one.

    Attributes
    ----------
    status
        OPTIMAL, FEASIBLE, INFEASIBLE or UNKNOWN.
    plan
        The plan; ``None`` when the site is infeasible or undecided.
    verdict
        The verifier's judgment of the plan; ``None`` without a plan.
    conflict
        Why it is infeasible; ``None`` otherwise.
    facility
        The site that was solved.
    """

    status: Status
    plan: Plan | None
    verdict: Verdict | None
    conflict: Conflict | None
    facility: Facility

    @property
    def exit_code(self) -> int:
        """0 a verified plan, 3 proven infeasible, 4 undecided, 5 the verifier disagrees."""
        if self.verdict is not None:
            return 0 if self.verdict.ok else 5
        return 3 if self.status == "INFEASIBLE" else 4

    def _rows(self) -> list[Mapping[str, object]]:
        if self.plan is None:
            return []
        return [
            {
                "rack": rack.rack,
                "servers": rack.servers,
                "GPUs": rack.gpus,
                "kW": round(rack.load_w / 1000, 1),
                **{f"{name}": round(rate, 1) for name, rate in rack.throughput.items()},
            }
            for rack in self.plan.racks
            if rack.servers
        ]

    def __repr__(self) -> str:
        if self.plan is None:
            return f"Result({self.status})"
        totals = self.plan.totals
        return (
            f"Result({self.status}, {totals['servers']} servers, {totals['gpus']} GPUs, "
            f"{totals['it_load_w'] / 1000:.1f} kW)"
        )

    def _repr_html_(self) -> str:
        """A table of the racks in use, for notebooks."""
        rows = self._rows()
        columns = list(dict.fromkeys(key for row in rows for key in row))
        head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(str(row.get(c, '')))}</td>" for c in columns)
            + "</tr>"
            for row in rows
        )
        caption = html.escape(repr(self))
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"
