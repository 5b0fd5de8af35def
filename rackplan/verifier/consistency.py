"""Is the plan about this site, and does it say the same thing everywhere?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from rackplan.errors import RackplanError
from rackplan.facility.model import Facility
from rackplan.plan import Server
from rackplan.verifier import restated
from rackplan.verifier.supplies import cords
from rackplan.verifier.verdict import Finding, none_may, violation
from rackplan.verifier.view import Placed, View, standing


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge the plan's site, every server's identity, existing servers, and restated figures."""
    yield from _site(facility, view)
    yield from view.strange
    yield from _identity(view)
    for placed in view.placed:
        yield from _place(placed)
        yield from _promise(placed)
        yield from _work(facility, view, placed)
    yield from _existing(facility, view)
    yield from restated.check(facility, view)


def _site(facility: Facility, view: View) -> Iterator[Finding]:
    stated = view.plan.site.get("sha256", "")
    message = (
        f"the plan is of another site file: it was made from {stated[:12] or 'no file'}, "
        f"this one is {facility.sha256[:12]}."
    )
    yield from none_may("plan/site", facility.name, int(stated != facility.sha256), message)


def _identity(view: View) -> Iterator[Finding]:
    for name, count in Counter(server.id for server in view.plan.servers).items():
        message = f"{name} is in the plan {count} times."
        yield from none_may(f"plan/{name}", name, count - 1, message)


def _differences(server: Server, pairs: dict[str, tuple[object, object]]) -> Iterator[Finding]:
    """A violation for each stated value that is not the one expected."""
    for what, (stated, expected) in pairs.items():
        if stated != expected:
            message = f"{server.id} states {what} {stated!r}; it is {expected!r}."
            yield violation(f"plan/{server.id}/{what}", server.id, message)


LINES_ALL = "L1-L2-L3"
"""Position of a three-phase cord."""


def _place(placed: Placed) -> Iterator[Finding]:
    """Its id, hall and row are those of its rack, and its cords go round the rack's feeds."""
    server, rack = placed.server, placed.rack
    plugged = cords(placed.footprint.psu_count, [feed.side for feed in rack.feeds])
    stated = Counter(cord.feed for cord in server.cords) if server.cords else plugged
    yield from _positions(placed)
    yield from _differences(
        server,
        {
            "id": (server.id, f"{rack.id}/u{server.u:02d}"),
            "hall": (server.hall, rack.hall),
            "row": (server.row, rack.row),
            "feeds": (_used(server.feeds), _used(plugged)),
            "cords": (_used(stated), _used(plugged)),
        },
    )


def _positions(placed: Placed) -> Iterator[Finding]:
    """Its cords sit on lines that their feeds have."""
    server, all_lines = placed.server, placed.footprint.supply.phases == 3
    allowed = {
        feed.side: {LINES_ALL} if all_lines else set(feed.positions) for feed in placed.rack.feeds
    }
    wrong = [c for c in server.cords if c.position not in allowed.get(c.feed, set())]
    if wrong:
        message = (
            f"{server.id} has a cord on {wrong[0].position!r}, which feed {wrong[0].feed} lacks."
        )
        yield violation(f"plan/{server.id}/position", server.id, message, amount=len(wrong))


def _used(feeds: object) -> dict[str, int]:
    return {side: count for side, count in dict(feeds).items() if count}  # type: ignore[call-overload]


def _promise(placed: Placed) -> Iterator[Finding]:
    footprint, server = placed.footprint, placed.server
    pairs: dict[str, tuple[object, object]] = {
        "survive": (server.survive, footprint.survive.kind),
        "loss_draw_w": (server.loss_draw_w, footprint.loss_draw_w),
    }
    yield from _differences(server, pairs)


def _work(facility: Facility, view: View, placed: Placed) -> Iterator[Finding]:
    """What it runs is known, and its rate is what the workload model predicts."""
    server = placed.server
    if server.workload is not None and server.workload not in facility.workloads:
        message = f"{server.id} runs {server.workload!r}, no workload of the site."
        yield violation(f"plan/{server.id}/workload", server.id, message)
        return
    service = view.service(placed)
    if isinstance(service, RackplanError):
        return  # judged with the workload
    if service is None:
        stated = (server.tensor_parallel, server.replicas, server.rate, server.rate_unit)
        yield from _differences(server, {"throughput": (stated, (0, 0, 0, ""))})
        return
    yield from _differences(server, {"rate_unit": (server.rate_unit, service.unit)})
    if not math.isclose(server.rate, service.rate, rel_tol=1e-6, abs_tol=1e-6):
        message = (
            f"{server.id} states {server.rate:g} {service.unit}; it delivers {service.rate:g}."
        )
        yield violation(f"plan/{server.id}/rate", server.id, message)


def _existing(facility: Facility, view: View) -> Iterator[Finding]:
    """Servers that already stand there are in the plan, unmoved, and no others claim to be."""
    found = {
        (placed.rack.id, placed.server.u, placed.footprint.base, placed.server.workload)
        for placed in view.placed
        if placed.server.existing
    }
    for rack in facility.racks.values():
        for fixed in rack.fixed:
            if fixed.existing:
                name = f"{rack.id}/u{fixed.u:02d}"
                model = facility.footprints[fixed.footprint].server_id
                base = facility.footprints[fixed.footprint].base
                missing = (rack.id, fixed.u, base, fixed.workload) not in found
                message = f"the existing {model} at {name} is moved, changed or missing."
                yield from none_may(f"plan/{name}/existing", name, int(missing), message)
    for placed in view.placed:
        if placed.server.existing and standing(placed.rack, placed.server) is None:
            message = f"{placed.server.id} is called existing; the site file has none there."
            yield violation(f"plan/{placed.server.id}/existing", placed.server.id, message)
