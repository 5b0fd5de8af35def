"""Nodes that only caps keep within their rating: never silent, a verdict of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from rackplan.plan.power import Oversubscription
from rackplan.verifier.loads import SiteLoads, mode_of
from rackplan.verifier.supplies import Mode
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss


def oversubscriptions(view: View) -> Iterator[Oversubscription]:
    """Every node whose servers, at their maximum draw, pass its rating in some state."""
    nodes = view.facility.nodes.values()
    allowed = [node.id for node in nodes if node.oversubscribed]
    losses = [loss for loss in view.loads.losses if loss.kind in {"normal", "power", "named"}]
    for name in allowed:
        found = [_at(view.loads, name, loss) for loss in losses if name not in loss.dead]
        over = [one for one in found if one.full_w > one.limit_w]
        if over:
            yield max(over, key=lambda one: one.full_w)


def _at(loads: SiteLoads, name: str, loss: Loss) -> Oversubscription:
    node = loads.facility.nodes[name]
    normal = loss.kind == "normal"
    counted = _load(loads, name, loss, "counted" if normal else "held counted")
    capped = _load(loads, name, loss, "capped" if normal else "held capped")
    bare = _load(loads, name, loss, "bare")
    factor = loads.facility.policy.power_factor
    limits = [node.limit_w, None if node.limit_va is None else int(node.limit_va * factor)]
    known = [limit for limit in limits if limit is not None]
    return Oversubscription(
        node=name,
        state=loss.id,
        limit_w=int(min(known, default=10**12) * node.share_left(loss.module)),
        full_w=math.ceil(loads.nodes(loss, mode_of(loss))[name]),
        counted_w=math.ceil(bare + (counted - bare) * node.diversity),
        capped_w=math.ceil(capped),
    )


def _load(loads: SiteLoads, name: str, loss: Loss, mode: Mode) -> Fraction:
    return loads.nodes(loss, mode)[name]
