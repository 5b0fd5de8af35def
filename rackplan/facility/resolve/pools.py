"""Which racks only some units reach: what must hold beside the sum over a zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rackplan.facility.cooling import CoolingUnit, Pool
from rackplan.facility.resolve.context import Context, Path

MOST = 2000
"""Most pools of a zone: they come from units that overlap like the cells of a grid."""


def pools_of(
    context: Context, units: Sequence[CoolingUnit], racks: Sequence[str], path: Path
) -> tuple[Pool, ...]:
    """Pools of a zone some of whose units reach their neighbors only; none where all reach all.

    Let N(r) be the units that reach rack r. For every union W of such sets, the racks with N(r)
    inside W have no others. Where no unit reaches the whole zone, sets that share no unit need not
    be united: each carries its own. Units that reach the whole zone are in every pool.
    """
    near = {unit.id: unit.serves for unit in units if unit.serves is not None}
    everywhere = frozenset(unit.id for unit in units if unit.serves is None)
    if not near:
        return ()
    inside = set(racks)
    for k, unit in enumerate(units):
        for rack in sorted((unit.serves or frozenset()) - inside):
            message = f"{unit.id} serves {rack}, which is not in its zone"
            context.problem((*path, "units", k, "serves"), message, "give the rack that zone")
    reach = {
        rack: frozenset(name for name, served in near.items() if rack in served) for rack in racks
    }
    alone = [rack for rack, reached in reach.items() if not reached and not everywhere]
    if alone:
        message = f"no unit reaches {alone[0]}" + (
            f" and {len(alone) - 1} more racks" if len(alone) > 1 else ""
        )
        context.problem(path, message, "name it under serves: of a unit beside it")
    unions = _unions(reach.values(), apart=not everywhere)
    if unions is None:
        message = f"units of the zone overlap in more than {MOST} ways"
        context.problem(path, message, "give units of one contained aisle the same serves:")
        return ()
    return tuple(
        Pool(
            "+".join(name for name in near if name in union) or "none",
            frozenset(rack for rack, reached in reach.items() if reached <= union),
            union | everywhere,
        )
        for union in unions
    )


def _unions(sets: Iterable[frozenset[str]], *, apart: bool) -> list[frozenset[str]] | None:
    """All unions of sets, the sets first; ``None`` when there are too many.

    With ``apart`` only sets that share a member are united.
    """
    first = list(dict.fromkeys(sets))
    found = dict.fromkeys(first)
    waiting = list(first)
    while waiting:
        union = waiting.pop()
        for other in first:
            larger = union | other
            if (union & other or not apart) and larger not in found:
                found[larger] = None
                waiting.append(larger)
        if len(found) > MOST:
            return None
    return list(found)
