"""The small site on one water circuit: a dry cooler before a chiller, a pump, and a design day.

Water of 20 degC comes back at 30. The cooler takes 100 kW 10 K above the air with fans of 3 kW, the
chiller 100 kW at half the Carnot COP, 12 K above the air and 2 K below the water.
"""

from __future__ import annotations

import copy
from typing import Any

from small_sites import Document, node_of, small_site

_FIGURES = {"basis": "estimate", "source": "worked example", "note": "chosen to be round"}

REJECTORS: dict[str, Document] = {
    "dry": {
        "vendor": "Maker",
        "name": "dry cooler",
        "kind": "dry-cooler",
        "defaults": _FIGURES,
        "capacity": "100 kW",
        "approach": "8 K",
        "exchanger_approach": "2 K",
        "power": "3 kW",
    },
    "chiller": {
        "vendor": "Maker",
        "name": "chiller",
        "kind": "chiller-air",
        "defaults": _FIGURES,
        "capacity": "100 kW",
        "approach": "12 K",
        "exchanger_approach": "2 K",
        "power": "30 kW",
        "carnot_share": 0.5,
        "minimum_lift": "10 K",
    },
}

DESIGN_DAY: Document = {"dry_bulb": "35 degC", "wet_bulb": "20 degC", "range": "20 K"}


def water_site(**sections: Any) -> Document:
    """Two servers of 6 kW behind UPSs of 80 % efficiency, with 1 kW of lighting on each panel."""
    document = small_site(
        demand=[{"server": "box8", "min": 2, "max": 2}],
        site={"name": "wet", "elevation": "0 m", "weather": {"design_day": dict(DESIGN_DAY)}},
        **sections,
    )
    document["catalog"]["rejectors"] = copy.deepcopy(REJECTORS)
    document["catalog"]["air_units"]["acu"]["power"] = "500 W"
    document["cooling"]["zones"][0]["water"] = "chw"
    document["cooling"]["zones"][0]["units"][0]["power_from"] = ["grid"]
    document["cooling"]["water"] = [
        {
            "id": "chw",
            "supply": "20 degC",
            "return": "30 degC",
            "units": [
                {"id": "dc-1", "model": "dry", "power_from": ["grid"]},
                {"id": "ch-[1-2]", "model": "chiller", "power_from": ["grid"]},
            ],
            "pumps": [
                {"id": "p-[1-2]", "flow": "50 L/min", "power": "200 W", "power_from": ["ups-[a-b]"]}
            ],
        }
    ]
    node_of(document, "ups-[a-b]")["efficiency"] = 0.8
    node_of(document, "panel-[a-b]")["load"] = "1 kW"
    return document


def circuit_of(document: Document) -> Document:
    """The water circuit as written."""
    circuit: Document = document["cooling"]["water"][0]
    return circuit
