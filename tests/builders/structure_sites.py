"""Small sites with things that take rack units beside servers."""

from __future__ import annotations

from small_sites import Document, row_of, small_site


def with_flat_strip(**values: object) -> Document:
    """Feed A ends in a rack PDU of 2U."""
    document = small_site(2)
    document["catalog"]["rack_pdus"] = {
        "flat": {
            "vendor": "Maker",
            "name": "flat strip",
            "defaults": {"basis": "estimate", "source": "worked example"},
            "volts": "400 V",
            "phases": 1,
            "wiring": "single",
            "input_amps": "50 A",
            "plug": "P",
            "plug_amps": "50 A",
            "rack_units": 2,
            "weight": "6 kg",
            "banks": [
                {"id": "1", "position": "L", "continuous": 1.0, "outlets": {"C19": 12}},
            ],
        }
    }
    row_of(document)["feeds"]["A"].update({"pdu": "flat", **values})
    return document
