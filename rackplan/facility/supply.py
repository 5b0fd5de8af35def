"""Whether the cords of a server go into a rack: voltage, phases, connectors."""

from __future__ import annotations

from rackplan.catalog.connectors import accepts
from rackplan.facility.devices import Feed
from rackplan.facility.model import Footprint, Rack

ROUNDED_V = 0.5
"""Voltages are written as whole numbers: 415 V gives 239.6 V to neutral, sold as 240 V [V]."""


def supply_misfit(footprint: Footprint, rack: Rack) -> str | None:
    """Why the cords of a server do not go into a rack: voltage, phases, connectors."""
    for feed in rack.feeds:
        why = _feed_misfit(footprint, feed)
        if why is not None:
            return why
    return None


def _feed_misfit(footprint: Footprint, feed: Feed) -> str | None:
    supply, name = footprint.supply, footprint.server_id
    if supply.low_v is not None and supply.high_v is not None and feed.rating is not None:
        if supply.phases == 0:
            return f"{name} takes direct current; feed {feed.side} gives alternating current"
        three = supply.phases == 3
        if three and len(feed.positions) < 3:
            return f"{name} takes three phases; feed {feed.side} has one"
        volts = float(feed.rating.volts) if three else feed.cord_v
        if not supply.low_v - ROUNDED_V <= volts <= supply.high_v + ROUNDED_V:
            window = f"{supply.low_v:,.0f} to {supply.high_v:,.0f} V"
            return f"{name} takes {window}; feed {feed.side} gives {volts:,.0f} V"
    if feed.strip is not None and supply.phases == 3:
        return f"{name} takes three phases; {feed.strip_id} has single-phase outlets"
    if feed.strip is not None and supply.inlet and supply.phases == 1:
        outlets = {outlet for bank in feed.strip.banks for outlet in bank.outlets}
        if not any(accepts(outlet, supply.inlet) for outlet in outlets):
            had = ", ".join(sorted(outlets))
            return f"{name} has {supply.inlet} inlets; {feed.strip_id} has {had} outlets"
    return None
