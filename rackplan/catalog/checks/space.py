"""Checks of dimensions and weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.entries import RackModel, ServerModel

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

UNIT_MM = 44.45
"""Height of a rack unit [mm], EIA-310."""

ROUNDING_MM = 1.0
"""Data sheets round heights to whole millimeters: the DGX H100 prints 356 mm for 8U (355.6 mm)."""

WEIGHT_PER_UNIT_G = (9_000, 28_000)
"""Weight of GPU servers per rack unit [g]: from 9.4 kg (AS-8125GS, net) to 23.9 kg (XE9680L)."""


def height_fits_units(server: ServerModel, _: Catalog) -> Iterator[str]:
    """A server is no higher than its rack units. A rack product stands on its own feet."""
    if server.kind == "rack" or server.height is None or server.rack_units is None:
        return
    room = server.rack_units.value * UNIT_MM
    if server.height.value > room + ROUNDING_MM:
        yield (
            f"height {server.height.text} does not fit {server.rack_units.value:.0f}U: "
            f"{server.rack_units.value:.0f} x {UNIT_MM} = {room:.1f} mm"
        )


def weight_is_plausible(server: ServerModel, _: Catalog) -> Iterator[str]:
    """GPU servers weigh 9 to 28 kg per rack unit."""
    if server.kind == "rack" or server.weight is None or server.rack_units is None:
        return
    per_unit = server.weight.value / server.rack_units.value
    low, high = WEIGHT_PER_UNIT_G
    if not low <= per_unit <= high:
        yield (
            f"weight {server.weight.text} / {server.rack_units.value:.0f}U = "
            f"{per_unit / 1000:.1f} kg per U, outside {low // 1000} to {high // 1000}"
        )


def weight_says_net_or_gross(server: ServerModel, _: Catalog) -> Iterator[str]:
    """Net and gross weights lie up to 27 kg apart, so the note says which one it is."""
    if server.weight is None or server.weight.basis == "site":
        return
    note = server.weight.note.lower()
    if "net" not in note and "gross" not in note:
        yield f"the note of weight {server.weight.text} does not say net, gross or not stated"


def server_fits_rack(rack: RackModel, _: Catalog) -> Iterator[str]:
    """The usable depth is less than the outer depth."""
    if rack.usable_depth is not None and rack.usable_depth.value > rack.depth.value:
        yield f"usable_depth {rack.usable_depth.text} is above depth {rack.depth.text}"


CHECKS = (
    Check("RPC201", "the height fits the units", "error", ServerModel, height_fits_units),
    Check("RPC202", "weight per U is plausible", "error", ServerModel, weight_is_plausible),
    Check("RPC203", "net or gross is stated", "warning", ServerModel, weight_says_net_or_gross),
    Check("RPC204", "usable depth fits the depth", "error", RackModel, server_fits_rack),
)
