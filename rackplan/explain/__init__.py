"""Why not: the rules that cannot hold together."""

from __future__ import annotations

from rackplan.explain.conflict import find_conflict

__all__ = ["find_conflict"]
