"""The resolved site: immutable, in integers, with names replaced by what they name."""

from __future__ import annotations

from rackplan.facility.groups import RackGroup
from rackplan.facility.model import NORMAL, Facility, Footprint, LossState, Rack
from rackplan.facility.resolve import resolve

__all__ = [
    "NORMAL",
    "Facility",
    "Footprint",
    "LossState",
    "Rack",
    "RackGroup",
    "resolve",
]
