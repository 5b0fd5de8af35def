"""Each check fires when its figures contradict each other, and only then."""

from __future__ import annotations

from typing import Any

import pytest

from rackplan.catalog.checks import CHECKS, check_entry
from rackplan.catalog.load import builtin

DATASHEET = {"basis": "datasheet", "source": "dgx-h100-guide"}

BANK = {"id": "1", "breaker": "32 A", "continuous": 1, "outlets": {"C13": 4}}


def strip(breaker: str, outlet: str) -> dict[str, Any]:
    """Fields of a single-phase strip of 10 A with one bank."""
    bank = {"id": "1", "position": "L", "continuous": 0.8, "outlets": {outlet: 6}}
    return {"input_amps": "10 A", "banks": [{**bank, "breaker": breaker}]}


# Check, kind, entry that is broken, fields just inside the rule, fields just outside.
CASES: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    # 6,500 W x 1.02 = 6,630 W = 22,622 BTU/h
    ("RPC101", "servers", "dgx-a100", {"heat_claim": "22620 BTU/h"}, {"heat_claim": "22630 BTU/h"}),
    # C20: 16 A x 240 V = 3,840 VA
    ("RPC102", "servers", "dgx-h100", {"psu_rating": "3840 W"}, {"psu_rating": "3841 W"}),
    ("RPC103", "servers", "dgx-h100", {"inlet": "C22"}, {"inlet": "hard-wired"}),
    # 10,200 / 3 = 3,400 W
    (
        "RPC104",
        "servers",
        "dgx-h100",
        {"psu_min_full": 3, "psu_rating": "3400 W"},
        {"psu_min_full": 3, "psu_rating": "3399 W"},
    ),
    ("RPC104", "servers", "dgx-h100", {"psu_min_full": 6}, {"psu_min_full": 7}),
    # ceil(10,200 / 3,300) = 4
    ("RPC105", "servers", "dgx-h100", {"psu_label": "4+2"}, {"psu_label": "3+3"}),
    ("RPC106", "servers", "dgx-h100", {"typical_draw": "10.2 kW"}, {"typical_draw": "10201 W"}),
    ("RPC106", "servers", "dell-xe8640", {"max_draw": "2800 W"}, {"max_draw": "2799 W"}),
    (
        "RPC107",
        "rack_pdus",
        "pdu-230v-32a-1ph",
        {"banks": [{**BANK, "position": "L"}]},
        {"banks": [{**BANK, "position": "L"}, {**BANK, "id": "2", "position": "L1"}]},
    ),
    ("RPC107", "rack_pdus", "pdu-230v-32a-1ph", {"phases": 1}, {"phases": 3}),
    # 80 % of 60 A under the NEC; all of 32 A under IEC
    ("RPC108", "rack_pdus", "pdu-208v-60a-delta", {"plug_amps": "60 A"}, {"plug_amps": "59.9 A"}),
    ("RPC108", "rack_pdus", "pdu-400v-32a-wye", {"plug_amps": "32 A"}, {"plug_amps": "31.9 A"}),
    (
        "RPC109",
        "rack_pdus",
        "pdu-230v-32a-1ph",
        {"banks": [{**BANK, "position": "L", "breaker": "32 A"}]},
        {"banks": [{**BANK, "position": "L", "breaker": "31.9 A"}]},
    ),
    # delta: two banks of 16 A on each pair, sqrt(3) x 32 A = 55.4 A a line, / 2.5 = 22.2 A
    ("RPC109", "rack_pdus", "pdu-208v-60a-delta", {"input_amps": "23 A"}, {"input_amps": "22 A"}),
    # 0.8 x 20 A = 16 A for one C19, 0.8 x 15 A = 12 A for one C13
    ("RPC110", "rack_pdus", "pdu-208v-30a-1ph", strip("20 A", "C19"), strip("19.9 A", "C19")),
    ("RPC110", "rack_pdus", "pdu-208v-30a-1ph", strip("15 A", "C13"), strip("14.9 A", "C13")),
    ("RPC111", "rack_pdus", "pdu-208v-30a-1ph", strip("20 A", "C39"), strip("20 A", "NEMA 5-20R")),
    # 433 V / sqrt(3) = 250.0 V, 434 V / sqrt(3) = 250.6 V
    ("RPC112", "rack_pdus", "pdu-415v-32a-wye", {"volts": "433 V"}, {"volts": "434 V"}),
    ("RPC112", "rack_pdus", "pdu-208v-60a-delta", {"volts": "250 V"}, {"volts": "251 V"}),
    ("RPC113", "conductors", "cu-16mm2", {"reactance": "0.3 ohm/km"}, {"reactance": "0.31 ohm/km"}),
    # 65 A x 65 A x 1.608 ohm/km = 6.8 W/m; 30 W/m at 136.6 A
    ("RPC113", "conductors", "cu-awg-6", {"ampacity": "136 A"}, {"ampacity": "137 A"}),
    # 8 x 44.45 = 355.6 mm, and 1 mm for rounding
    ("RPC201", "servers", "dgx-h100", {"height": "356 mm"}, {"height": "357 mm"}),
    ("RPC202", "servers", "dgx-h100", {"weight": "72 kg"}, {"weight": "71.9 kg"}),
    ("RPC202", "servers", "dgx-h100", {"weight": "224 kg"}, {"weight": "224.1 kg"}),
    (
        "RPC203",
        "servers",
        "dgx-h100",
        {"weight": {"value": "130 kg", "note": "gross", **DATASHEET}},
        {"weight": {"value": "130 kg", **DATASHEET}},
    ),
    ("RPC204", "racks", "apc-ar3350", {"usable_depth": "1200 mm"}, {"usable_depth": "1201 mm"}),
    # 80 and 170 cfm/kW x 10.2 kW = 816 and 1,734 cfm
    ("RPC301", "servers", "dgx-h100", {"airflow": "816 cfm"}, {"airflow": "814 cfm"}),
    ("RPC301", "servers", "dgx-h100", {"airflow": "1733 cfm"}, {"airflow": "1736 cfm"}),
    (
        "RPC302",
        "servers",
        "dgx-h100",
        {"cooling": "liquid+air", "coolant_flow": "15 L/min"},
        {"coolant_flow": "15 L/min"},
    ),
    ("RPC302", "servers", "dgx-h100", {"coolants": []}, {"coolants": ["pg25"]}),
    ("RPC302", "servers", "dgx-h100", {"coupling": None}, {"coupling": "uqd-04"}),
    # 12 kW x 0.8 = 9.6 L/min, x 2.0 = 24 L/min
    (
        "RPC303",
        "servers",
        "smc-sys-421ge-nbrt-lcc",
        {"coolant_flow": "9.6 L/min"},
        {"coolant_flow": "9.5 L/min"},
    ),
    (
        "RPC303",
        "servers",
        "smc-sys-421ge-nbrt-lcc",
        {"coolant_flow": "24 L/min"},
        {"coolant_flow": "24.1 L/min"},
    ),
    ("RPC304", "servers", "dgx-h100", {"inlet_min": "29 degC"}, {"inlet_min": "30 degC"}),
    ("RPC304", "servers", "dgx-h100", {"humidity_min": 0.79}, {"humidity_min": 0.8}),
    # 1,368 kW x 0.8 = 1,094.4 L/min
    ("RPC305", "cdus", "vertiv-xdu1350", {"flow": "1095 L/min"}, {"flow": "1094 L/min"}),
    # 30 kW / (1.206 J/(L K) x 20 K) = 1,244 L/s
    ("RPC306", "air_units", "in-row-30kw", {"airflow": "1244 L/s"}, {"airflow": "1243 L/s"}),
    # 12 kW x 0.56 / (20 L/min / 60 x 1.0149 kg/L x 3,945 J/(kg K)) = 5.03 K; 0.55: 4.94 K
    (
        "RPC307",
        "servers",
        "smc-sys-421ge-nbrt-lcc",
        {"liquid_fraction": 0.56},
        {"liquid_fraction": 0.55},
    ),
    # The same with water: 1.0 kg/L x 4,179 J/(kg K) carry 4 % more.
    (
        "RPC307",
        "servers",
        "smc-sys-421ge-nbrt-lcc",
        {"liquid_fraction": 0.56, "coolants": ["pg25", "water"]},
        {"liquid_fraction": 0.56, "coolants": ["water", "pg25"]},
    ),
    (
        "RPC308",
        "servers",
        "dgx-b200",
        {"room_airflow": "1550 cfm"},
        {"room_airflow": "1545 cfm"},
    ),
    (
        "RPC309",
        "servers",
        "gb200-nvl72",
        {"peak": "132 kW", "coolant_return_max": "25.1 degC"},
        {"peak": "132 kW", "coolant_return_max": "25 degC"},
    ),
    (
        "RPC310",
        "air_units",
        "rear-door-passive-18kw",
        {"curve": {"points": {"11 K": "17.9 kW", "22 K": "18 kW"}}},
        {"curve": {"points": {"11 K": "18 kW", "22 K": "18 kW"}}},
    ),
    # 121 kW x 0.97 = 117.37 kW
    (
        "RPC311",
        "cdus",
        "vertiv-xdu121",
        {"curve": {"points": {"2 K": "60 kW", "4 K": "117.4 kW"}}},
        {"curve": {"points": {"2 K": "60 kW", "4 K": "117.3 kW"}}},
    ),
    (
        "RPC311",
        "air_units",
        "rear-door-passive-18kw",
        {"curve": {"points": {"20 K": "16 kW", "24 K": "20 kW"}}},
        {"curve": {"points": {"20 K": "17 kW", "24 K": "21 kW"}}},
    ),
    ("RPC312", "air_units", "crah-100kw", {"return_max": "36 degC"}, {"return_max": "35.9 degC"}),
    (
        "RPC312",
        "air_units",
        "crah-100kw",
        {"water_temperature": "35.9 degC"},
        {"water_temperature": "36 degC"},
    ),
    (
        "RPC313",
        "air_units",
        "rear-door-40kw",
        {"passive": True, "power": None},
        {"passive": True},
    ),
    (
        "RPC313",
        "air_units",
        "rear-door-passive-18kw",
        {"kind": "rear-door"},
        {"kind": "overhead"},
    ),
    (
        "RPC314",
        "cdus",
        "vertiv-xdu1350",
        {"flow_one_pump_lost": "1200 L/min"},
        {"flow_one_pump_lost": "1201 L/min"},
    ),
    ("RPC314", "cdus", "vertiv-xdu1350", {"pumps": 2}, {"pumps": 0}),
    (
        "RPC314",
        "cdus",
        "vertiv-xdu1350",
        {"pumps": 1, "flow_one_pump_lost": "0 L/min"},
        {"pumps": 1},
    ),
    ("RPC315", "rejectors", "tower-1mw", {"cycles": 1.01}, {"cycles": 1}),
    # 0.48 x 288.15 K / 32 K = 4.322; 500 kW / 101 kW is 14.5 % above it, 500 / 100 is 15.7 %.
    ("RPC316", "rejectors", "chiller-air-500kw", {"power": "101 kW"}, {"power": "100 kW"}),
    (
        "RPC401",
        "servers",
        "dgx-h100",
        {"scale_up": {"domain_gpus": 4}},
        {"scale_up": {"domain_gpus": 3}},
    ),
    (
        "RPC401",
        "servers",
        "dell-r760xa-l40s",
        {"scale_up": {"domain_gpus": 1}},
        {"scale_up": {"domain_gpus": 2}},
    ),
    ("RPC402", "servers", "dgx-h100", {"accelerator": "h200-sxm"}, {"accelerator": "h100-nvl"}),
    # The claim that circulates about the H20: ten times its dense FP8.
    ("RPC403", "accelerators", "h20-96", {"fp8": "296 TFLOP/s"}, {"fp8": "2979 TFLOP/s"}),
    ("RPC404", "models", "mixtral-8x7b", {"experts": 16}, {"experts": None}),
    ("RPC404", "models", "llama-3.1-8b", {"kv_heads": 32}, {"kv_heads": 24}),
    ("RPC404", "models", "mixtral-8x7b", {}, {"active_parameters": 47_000_000_000}),
    (
        "RPC501",
        "racks",
        "apc-ar3350",
        {"weight": {"value": "160 kg", "source": "our own scale"}},
        {"weight": {"value": "160 kg", "source": "our-scale"}},
    ),
    (
        "RPC502",
        "racks",
        "apc-ar3350",
        {"weight": {"value": "160 kg", "basis": "estimate", "note": "150 kg and doors"}},
        {"weight": {"value": "160 kg", "basis": "estimate"}},
    ),
    (
        "RPC503",
        "racks",
        "apc-ar3350",
        {"rejected": [{"field": "weight", "claim": "c", "reason": "r", "source": "a forum post"}]},
        {"rejected": [{"field": "wieght", "claim": "c", "reason": "r", "source": "a forum post"}]},
    ),
]


def found(kind: str, like: str, fields: dict[str, Any]) -> list[str]:
    catalog = builtin().extended({kind: {"ours": {"like": like, **fields}}})
    return [finding.id for finding in check_entry(catalog, kind, "ours")]


@pytest.mark.parametrize(("check_id", "kind", "like", "sound", "broken"), CASES)
def test_a_check_fires_exactly_when_its_rule_is_broken(
    check_id: str, kind: str, like: str, sound: dict[str, Any], broken: dict[str, Any]
) -> None:
    assert [] == found(kind, like, sound)
    assert [check_id] == found(kind, like, broken)


def test_every_check_is_tested_here() -> None:
    assert [check.id for check in CHECKS] == list(dict.fromkeys(case[0] for case in CASES))


def test_check_ids_are_unique() -> None:
    ids = [check.id for check in CHECKS]
    assert sorted(set(ids)) == sorted(ids)


def test_the_message_holds_the_arithmetic() -> None:
    # 38,557 BTU/h is what the DGX H100 guide prints: 11.3 kW of heat from 10.2 kW.
    ours = {"like": "dgx-h100", "heat_claim": "38557 BTU/h"}
    catalog = builtin().extended({"servers": {"ours": ours}})
    (finding,) = check_entry(catalog, "servers", "ours")
    assert ("RPC101", "error") == (finding.id, finding.severity)
    assert "11,300 W" in finding.message
    assert "10,200 W (+10.8%)" in finding.message


def test_the_c20_trap_is_caught() -> None:
    ours = {"like": "smc-as-4126gs-nmr-lcc", "psu_rating": "6600 W"}
    catalog = builtin().extended({"servers": {"ours": ours}})
    (finding,) = check_entry(catalog, "servers", "ours")
    assert "RPC102" == finding.id
    assert "16 A x 240 V = 3,840 VA" in finding.message


def test_the_inlet_is_held_against_the_stated_voltage() -> None:
    ours = {"like": "dgx-h100", "psu_rating": "3329 W", "input_voltage": "208 VAC 1ph"}
    assert ["RPC102"] == found("servers", "dgx-h100", ours)  # 16 A x 208 V = 3,328 VA
