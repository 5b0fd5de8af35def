"""Does every server have its leaf ports, within cable reach?"""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import Facility
from rackplan.units import Quantity, show
from rackplan.verifier.verdict import Finding, at_most, none_may
from rackplan.verifier.view import View


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge the ports of leaf groups and the cable runs to their leaf racks."""
    for group in facility.leaf_groups.values():
        ports = sum(
            placed.footprint.ports for placed in view.placed if placed.rack.leaf_group == group.id
        )
        yield from at_most(
            f"fabric/{group.id}",
            group.id,
            ports,
            group.ports,
            "ports",
            before=f"{group.id} needs",
            after="for its servers",
        )
    for rack, servers in view.racks():
        leaf = facility.leaf_groups.get(rack.leaf_group) if rack.leaf_group is not None else None
        if leaf is None or leaf.reach_mm is None or rack.cable_mm is None:
            continue
        cabled = sum(placed.footprint.ports > 0 for placed in servers)
        far = cabled if rack.cable_mm > leaf.reach_mm else 0
        run, reach = (show(mm, Quantity.LENGTH) for mm in (rack.cable_mm, leaf.reach_mm))
        message = f"{rack.id} is {run} of cable from its leaf rack; {leaf.id} reaches {reach}."
        yield from none_may(f"fabric/{rack.id}/reach", rack.id, far, message)
