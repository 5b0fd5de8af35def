"""Checks of units that reject heat: what a kind needs, and power against the Carnot COP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.entries import Rejector

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

ZERO_C_K = 273.15
COP_SLACK = 0.15
"""How far the power of a chiller may be off what its Carnot share makes it."""


def kind_has_its_figures(unit: Rejector, _: Catalog) -> Iterator[str]:
    """A chiller states lift and Carnot share, what uses water its cycles of concentration."""
    yield from (message for _, message in unit.unusable())


def chiller_power_matches_carnot(unit: Rejector, _: Catalog) -> Iterator[str]:
    """Power of a chiller at its design point: capacity / (share x T_evap / (T_cond - T_evap))."""
    if unit.carnot_share is None or unit.design_ambient is None or unit.design_supply is None:
        return
    exchanger_k = unit.exchanger_approach.value if unit.exchanger_approach else 0.0
    evaporating_c = unit.design_supply.value - exchanger_k
    lift_k = unit.design_ambient.value + unit.approach.value - evaporating_c
    cop = unit.carnot_share.value * (evaporating_c + ZERO_C_K) / lift_k if lift_k > 0 else 0.0
    stated = unit.capacity.value / unit.power.value if unit.power.value else 0.0
    if cop <= 0 or abs(stated / cop - 1) > COP_SLACK:
        yield (
            f"capacity {unit.capacity.text} over power {unit.power.text} is a COP of {stated:.2f}; "
            f"carnot_share {unit.carnot_share.text} makes it {cop:.2f} at the design point"
        )


CHECKS = (
    Check("RPC315", "kind has its figures", "error", Rejector, kind_has_its_figures),
    Check("RPC316", "chiller power fits", "error", Rejector, chiller_power_matches_carnot),
)
