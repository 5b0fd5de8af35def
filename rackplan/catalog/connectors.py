"""Connectors of power cords: what an outlet of a rack PDU carries, and which inlets it can feed.

Currents are those of IEC 60320-1: C13 and C15 10 A; C19, C21 and C23 16 A. UL rates them 15 and
20 A, of which a continuous load may take 80 % (NEC 210.20(A)): 12 and 16 A. C39 is an outlet of
rack PDUs that takes the plugs of C13 and of C19; other makers sell the same as a combination
outlet (HDOT Cx).
"""

from __future__ import annotations

import re

INLET_AMPS = {"C14": 10, "C16": 10, "C18": 10, "C20": 16, "C22": 16, "C24": 16}
"""Rated current of IEC 60320 appliance inlets [A]."""

OUTLET_AMPS = {
    "C13": (10, 12),
    "C15": (10, 12),
    "C19": (16, 16),
    "C21": (16, 16),
    "C39": (16, 16),
}
"""Lasting current an outlet carries by IEC 60320, and by UL under the NEC [A]."""

CORD_PLUG = {"C14": "C14", "C16": "C14", "C20": "C20", "C22": "C20"}
"""Plug at the outlet's end of the cord that fits an inlet. The inlets for high temperature, C16 and
C22, take C15 and C21 connectors, whose cords have the ordinary plug at the other end."""

OUTLETS_OF_PLUG = {"C14": {"C13", "C15", "C39"}, "C20": {"C19", "C21", "C39"}}
"""Outlets that a plug fits."""


def accepts(outlet: str, inlet: str) -> bool:
    """Whether an outlet feeds a power supply with this inlet through an ordinary cord.

    Parameters
    ----------
    outlet
        Connector of the rack PDU: ``C19``.
    inlet
        Connector of the power supply, as makers write it: ``C20 (locking)``.
    """
    plug = CORD_PLUG.get(_connector(inlet), "")
    return _connector(outlet) in OUTLETS_OF_PLUG.get(plug, set())


def outlet_amps(outlet: str, continuous_nec: bool) -> int | None:
    """Lasting current an outlet carries [A]; ``None`` for a connector that is not known.

    Parameters
    ----------
    outlet
        Connector: ``C13``.
    continuous_nec
        Whether 80 % of the UL rating holds (a rack PDU for the NEC), else the IEC rating.
    """
    amps = OUTLET_AMPS.get(_connector(outlet))
    if amps is None:
        return None
    iec, nec = amps
    return nec if continuous_nec else iec


def inlet_amps(inlet: str) -> int | None:
    """Rated current of an inlet such as ``C20 (locking)`` [A]; ``None`` when it is not known."""
    return INLET_AMPS.get(_connector(inlet))


def _connector(text: str) -> str:
    """The connector that a text begins with: ``C20`` of ``C20 (locking)``."""
    found = re.match(r"\s*(C[0-9]{1,2})\b", text[:40])
    return found[1] if found else ""
