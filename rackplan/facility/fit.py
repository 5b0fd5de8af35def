"""Whether a server suits a rack: kind of position, depth, room to serve it, the way in."""

from __future__ import annotations

from rackplan.facility.floor import Floor
from rackplan.facility.model import Footprint, Rack


def depth_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why a server is too deep for a rack; ``None`` when it fits or the rack states no depth."""
    usable, behind_mm = rack.model.usable_depth, rack.stand.rear_space_mm
    if usable is None or footprint.depth_mm is None:
        return None
    over_mm = footprint.depth_mm + behind_mm - usable.whole
    if over_mm <= 0:
        return None
    cables = f" and {behind_mm} mm of cables behind it" if behind_mm else ""
    return (
        f"{footprint.server_id} is {footprint.depth_mm} mm deep{cables}, {rack.id} takes "
        f"{usable.whole} mm: {over_mm} mm too much"
    )


def kind_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why a server or rack product cannot stand in this kind of position; ``None`` if it can."""
    if footprint.server.kind == rack.model.accepts:
        return None
    if footprint.server.kind == "rack":
        return (
            f"{footprint.server_id} is a whole rack and needs a bare floor position, not a cabinet"
        )
    return f"{footprint.server_id} needs a cabinet, {rack.id} is a bare floor position"


def service_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why a server cannot be served in a rack; ``None`` when it can or nothing is known."""
    for side, clear_mm, need_mm in (
        ("in front of", rack.stand.front_mm, front_need_mm(footprint)),
        ("behind", rack.stand.rear_mm, rear_need_mm(footprint)),
    ):
        if clear_mm is not None and need_mm is not None and need_mm > clear_mm:
            return (
                f"{footprint.server_id} needs {need_mm} mm {side} it, {rack.id} has {clear_mm} mm: "
                f"{need_mm - clear_mm} mm too little"
            )
    return None


def front_need_mm(footprint: Footprint) -> int | None:
    """Free floor in front that service takes [mm]: as published, else a server's depth on rails."""
    if footprint.server.front_clearance is not None:
        return footprint.server.front_clearance.whole
    return footprint.depth_mm if footprint.server.kind == "server" else None


def rear_need_mm(footprint: Footprint) -> int | None:
    """Free floor behind that service takes [mm], where it is published."""
    clearance = footprint.server.rear_clearance
    return None if clearance is None else clearance.whole


def access_misfit(footprint: Footprint, rack: Rack, floor: Floor) -> str | None:
    """Why a rack product does not pass the doors on its way; ``None`` when it does."""
    server = footprint.server
    if server.kind != "rack" or rack.stand.delivery == "nothing":
        return None
    for what, size, door_mm in (
        ("wide", server.width, floor.door_width_mm),
        ("high", server.height, floor.door_height_mm),
    ):
        if size is not None and door_mm is not None and size.whole > door_mm:
            return (
                f"{footprint.server_id} is {size.whole} mm {what}, a door on the way to {rack.id} "
                f"{door_mm} mm: {size.whole - door_mm} mm too much"
            )
    return None
