"""The data that ships: complete, valid, every figure sourced."""

from __future__ import annotations

import math
import re
from importlib import resources

import pytest

from rackplan.catalog.checks import check, figures_of
from rackplan.catalog.connectors import accepts
from rackplan.catalog.entries import Source, need
from rackplan.catalog.load import KINDS, builtin
from rackplan.errors import UnknownFigureError

ALL = [(kind, entry_id) for kind in KINDS for entry_id in builtin().ids(kind)]


@pytest.mark.parametrize(("kind", "entry_id"), ALL)
def test_every_entry_is_valid_and_every_figure_is_sourced(kind: str, entry_id: str) -> None:
    entry = builtin().get(kind, entry_id)
    assert isinstance(entry, KINDS[kind])
    for name, figure in figures_of(entry):
        assert isinstance(builtin().source(figure.source), Source), name
        assert figure.basis != "site", name
        assert figure.date, name
    for claim in entry.rejected:
        assert builtin().source(claim.source).title


def test_every_source_is_used() -> None:
    text = resources.files("rackplan.catalog").joinpath("data", "sources.yaml").read_text("utf-8")
    listed = set(re.findall(r"^  ([a-z0-9.-]+):$", text, flags=re.MULTILINE))
    entries = [builtin().get(kind, entry_id) for kind, entry_id in ALL]
    used = {figure.source for entry in entries for _, figure in figures_of(entry)}
    assert listed == used | {claim.source for entry in entries for claim in entry.rejected}


def test_the_checks_find_no_error() -> None:
    errors = [finding for finding in check(builtin()) if finding.severity == "error"]
    assert [] == errors


def test_labels_that_the_arithmetic_contradicts_are_warned_about() -> None:
    # Dell's 3+3 is no redundancy at 10.2 kW: ceil(10,200 / 2,800) = 4 supplies.
    # N+N shelves hold a GB200 rack's 132 kW, not its peak: ceil(192 / 33) = 6 shelves.
    warned = {(finding.id, finding.entry) for finding in check(builtin())}
    expected = {"dell-xe9680-h100", "dell-xe9680-h200", "gb200-nvl72"}
    assert {("RPC105", entry) for entry in expected} == warned


def test_an_id_means_one_entry() -> None:
    ids = [entry_id for _, entry_id in ALL]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("accelerators", "h20-96 h20-141 h100-sxm h100-pcie h100-nvl h200-sxm l40s l20"),
        ("accelerators", "a100-sxm-40 a100-sxm-80 a100-pcie-40 a100-pcie-80 rtx-pro-6000-se"),
        ("accelerators", "b200 b300 gb200 gb300 mi300x"),
        ("servers", "dgx-a100 dgx-h100 dgx-h200 dgx-b200 dgx-b300-psu gb200-nvl72 gb300-nvl72"),
        ("servers", "dell-xe9680-h100 dell-xe9680-h20 dell-xe8640 dell-xe9640 dell-xe8545"),
        ("servers", "smc-sys-821ge-tnhr smc-sys-421gu-tnxr lenovo-sr680a-v3 hpe-xd670"),
        ("servers", "inspur-h20-8gpu h3c-h20-8gpu xfusion-h20-8gpu lenovo-sr675v3-4sxm"),
        ("circuits", "nec-208v-30a-3ph nec-415v-60a-3ph iec-400v-32a-3ph iec-415v-63a-3ph"),
        ("circuits", "iec-380v-32a-3ph nec-480v-60a-3ph iec-230v-32a-1ph nec-208v-30a-1ph"),
        ("rack_pdus", "pdu-208v-30a-1ph pdu-208v-30a-delta pdu-208v-60a-delta pdu-415v-30a-wye"),
        ("rack_pdus", "pdu-415v-60a-wye pdu-400v-32a-wye pdu-400v-63a-wye pdu-415v-32a-wye"),
        ("rack_pdus", "pdu-230v-32a-1ph apc-ap8888 apc-ap8886 raritan-px3-5724v apc-ap8841"),
        ("conductors", "cu-awg-12 cu-awg-6 cu-awg-4-0 cu-250-kcmil cu-2.5mm2 cu-16mm2 cu-240mm2"),
        ("racks", "floor-position-600x1200 cabinet-48u-750x1200 apc-ar3350 vertiv-vr3300"),
        ("air_units", "crah-100kw in-row-30kw rear-door-40kw rear-door-60kw"),
        ("air_units", "rear-door-passive-18kw"),
        ("cdus", "smc-cdu-250 vertiv-xdu1350 cdu-in-rack-100kw cdu-row-1mw"),
        ("coolants", "water pg25 pg30 eg25"),
        ("couplings", "uqd-02 uqd-04 uqd-06 uqd-08"),
        ("rejectors", "dry-cooler-1mw adiabatic-cooler-1mw tower-1mw chiller-air-500kw"),
        ("rejectors", "chiller-water-1mw york-yt-1055 trane-cvhe-1080"),
        ("switches", "nv-qm9700 nv-sn5600"),
        ("models", "llama-3.1-8b llama-3.1-70b llama-3.1-405b mistral-7b mixtral-8x7b"),
        ("models", "deepseek-v3 sdxl"),
    ],
)
def test_the_entries_the_documentation_promises_are_there(kind: str, ids: str) -> None:
    assert set(ids.split()) <= set(builtin().ids(kind))


def test_figures_are_base_units() -> None:
    server = builtin().server("dgx-h100")
    assert server.max_draw is not None
    assert server.airflow is not None
    assert server.weight is not None
    assert (10_200, "W", "vendor-max") == (
        server.max_draw.whole,
        server.max_draw.unit,
        server.max_draw.basis,
    )
    assert 522 == server.airflow.whole  # 1,105 cfm x 0.471947 = 521.5 L/s, a demand: up
    assert 130_450 == server.weight.whole


@pytest.mark.parametrize(
    ("circuit_id", "derate", "kilowatts"),
    [
        # sqrt(3) x V x A x derate x power factor 0.95, from NVIDIA's and NEC tables
        ("nec-208v-30a-3ph", 0.8, 8.21),
        ("nec-415v-60a-3ph", 0.8, 32.78),
        ("nec-415v-100a-3ph", 0.8, 54.63),
        ("iec-400v-32a-3ph", 1.0, 21.06),
        ("iec-415v-63a-3ph", 1.0, 43.02),
        ("iec-380v-32a-3ph", 1.0, 20.01),
    ],
)
def test_circuits_give_the_published_power(
    circuit_id: str, derate: float, kilowatts: float
) -> None:
    circuit = builtin().circuit(circuit_id)
    assert ("nec" if derate < 1 else "iec") == circuit.standard
    volt_amperes = math.sqrt(3) * circuit.volts.value * circuit.amps.value / 1000
    assert volt_amperes * derate * 0.95 / 1000 == pytest.approx(kilowatts, abs=0.01)


def test_strips_give_their_inputs_power() -> None:
    # As their makers state: sqrt(3) x 415 V x 32 A = 23.0 kVA, sqrt(3) x 208 V x 24 A = 8.6 kVA.
    for strip_id, kva in (("apc-ap8888", 23.0), ("raritan-px3-5724v", 8.6)):
        strip = builtin().rack_pdu(strip_id)
        volt_amperes = math.sqrt(3) * strip.volts.value * strip.input_amps.value / 1000
        assert volt_amperes / 1000 == pytest.approx(kva, abs=0.05)


def test_every_input_has_a_strip_for_servers_with_twelve_power_supplies() -> None:
    inputs = {
        (strip.volts.whole, strip.plug_amps.whole // 1000, strip.phases)
        for strip in map(builtin().rack_pdu, builtin().ids("rack_pdus"))
        if 12 <= sum(n for b in strip.banks for o, n in b.outlets.items() if accepts(o, "C20"))
    }
    single = {(208, 30, 1), (230, 32, 1)}
    delta = {(208, 30, 3), (208, 50, 3), (208, 60, 3)}
    wye = {(415, 30, 3), (415, 60, 3)} | {(v, a, 3) for v in (380, 400, 415) for a in (32, 63)}
    assert single | delta | wye == inputs


def test_conductors_carry_less_drop_the_thicker_they_are() -> None:
    # 0.49 ohm per 1,000 ft / 0.3048 = 1.608 ohm/km; 1.15 ohm/km x (1 + 0.00393 x 50) = 1.376 ohm/km
    assert 1.608 == pytest.approx(builtin().conductor("cu-awg-6").resistance.value, abs=1e-3)
    assert 1.376 == pytest.approx(builtin().conductor("cu-16mm2").resistance.value, abs=1e-3)
    metric = [one for one in builtin().ids("conductors") if one.endswith("mm2")]
    metric.sort(key=lambda one: float(one.removeprefix("cu-").removesuffix("mm2")))
    kcmil = [one for one in builtin().ids("conductors") if one.endswith("kcmil")]
    awg = [f"cu-awg-{n}" for n in (12, 10, 8, 6, 4, 3, 2, 1, "1-0", "2-0", "3-0", "4-0")]
    assert set(builtin().ids("conductors")) == {*metric, *awg, *kcmil}
    for ids in (metric, awg + kcmil):
        ohms = [builtin().conductor(one).resistance.value for one in ids]
        assert sorted(ohms, reverse=True) == ohms


def test_an_nvl72_power_shelf_side_fits_a_250_a_feed() -> None:
    # 132 kW / (sqrt(3) x 415 V x 0.95) = 193 A
    rack, feed = builtin().server("gb200-nvl72"), builtin().circuit("iec-415v-250a-3ph")
    assert rack.max_draw is not None
    line_a = rack.max_draw.value / (math.sqrt(3) * feed.volts.value * 0.95)
    assert 193 == round(line_a)
    assert line_a < feed.amps.value / 1000


def test_known_wrong_claims_are_kept_with_their_reason() -> None:
    claims = {
        (entry_id, claim.field, claim.claim)
        for kind, entry_id in ALL
        for claim in builtin().get(kind, entry_id).rejected
    }
    assert ("dgx-h100", "heat_claim", "38,557 BTU/h") in claims
    assert ("h20-96", "fp8", "FP8 up to 2,979 TFLOP/s") in claims
    assert ("h20-96", "link", "NVLink-C2C 900 GB/s") in claims
    assert ("smc-as-4126gs-nmr-lcc", "psu_rating", "6,600 W on a C20 inlet") in claims


def test_what_no_source_gives_is_absent_and_refused() -> None:
    server = builtin().server("dell-xe8640")
    assert server.weight is None
    with pytest.raises(UnknownFigureError, match="weight of PowerEdge XE8640"):
        need(server, "weight", "the floor limit")
