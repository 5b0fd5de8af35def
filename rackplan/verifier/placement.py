"""Are the decisions of the site file kept: pinned servers and forbidden places?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rackplan.facility.demand import Pin
from rackplan.facility.model import Facility
from rackplan.verifier.verdict import Finding, at_least, counted, none_may
from rackplan.verifier.view import View


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge pins, each with servers of its own, and forbidden places; existing servers are free."""
    new = [placed for placed in view.placed if not placed.server.existing]
    standing = Counter((p.rack.id, p.server.model, p.server.workload) for p in new)
    yield from _fixed(facility, view, standing)
    # Pins that name a workload choose first: any server that is left serves the free ones.
    for pin in sorted(facility.pins, key=lambda pin: pin.workload is None):
        found = _claim(pin, standing)
        yield from at_least(
            f"placement/pin:{pin.id}",
            pin.rack,
            found,
            pin.count,
            "servers",
            before=f"{pin.rack} holds",
            after=f"pinned there ({pin.server})",
        )
    for forbid in facility.forbids:
        wrong = sum(
            placed.rack.id in forbid.racks
            and (not forbid.servers or placed.server.model in forbid.servers)
            for placed in new
        )
        reason = f": {forbid.reason}" if forbid.reason else ""
        message = f"{counted(wrong, 'new server')} placed where {forbid.id} allows none{reason}."
        yield from none_may(f"placement/forbid:{forbid.id}", forbid.id, wrong, message)


Standing = Counter[tuple[str, str, str | None]]


def _claim(pin: Pin, standing: Standing) -> int:
    """Take up to ``pin.count`` servers that no other pin has taken."""
    keys = [
        key
        for key in standing
        if key[:2] == (pin.rack, pin.server) and pin.workload in {None, key[2]}
    ]
    found = 0
    for key in keys:
        taken = min(standing[key], pin.count - found)
        standing[key] -= taken
        found += taken
    return found


def _fixed(facility: Facility, view: View, standing: Standing) -> Iterator[Finding]:
    """Servers pinned to a rack unit."""
    for rack in facility.racks.values():
        for fixed in rack.fixed:
            if fixed.existing:
                continue
            model = facility.footprints[fixed.footprint].server_id
            match = next(
                (
                    placed.server
                    for placed in view.by_rack[rack.id]
                    if (placed.server.u, placed.server.model) == (fixed.u, model)
                    and not placed.server.existing
                    and fixed.workload in {None, placed.server.workload}
                ),
                None,
            )
            if match is not None:
                standing[rack.id, match.model, match.workload] -= 1
            yield from at_least(
                f"placement/pin:{rack.id}/u{fixed.u:02d}",
                rack.id,
                int(match is not None),
                1,
                "servers",
                before=f"{rack.id} holds",
                after=f"pinned at U{fixed.u} ({model})",
            )
