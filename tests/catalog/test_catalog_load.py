"""Looking entries up, adding entries, and what is said when they are wrong."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rackplan.catalog.load import KINDS, Catalog, UnknownEntryError, builtin, read_folder
from rackplan.errors import InputError, Problem

RACK = {
    "vendor": "us",
    "name": "our rack",
    "rack_units": 45,
    "width": "600 mm",
    "depth": "1100 mm",
    "weight": "120 kg",
    "max_load": "1200 kg",
}


def problems_of(overrides: Any, base: Catalog | None = None) -> dict[str, Problem]:
    """The problems of overrides by path; there must be some."""
    with pytest.raises(InputError) as caught:
        (base or builtin()).extended(overrides)
    problems = {problem.path: problem for problem in caught.value.problems}
    assert len(problems) == len(caught.value.problems)
    return problems


def test_an_unknown_id_suggests_known_ones() -> None:
    with pytest.raises(UnknownEntryError, match=r"no server model 'dgx-h10'.*'dgx-h100'") as caught:
        builtin().server("dgx-h10")
    assert "dgx-h100" in caught.value.suggestions
    with pytest.raises(UnknownEntryError, match="did you mean 'servers'"):
        builtin().ids("server")


def test_find_needs_no_kind() -> None:
    kind, entry = builtin().find("iec-230v-32a-1ph")
    assert "circuits" == kind
    assert entry is builtin().circuit("iec-230v-32a-1ph")
    with pytest.raises(UnknownEntryError, match="iec-230v-32a-1ph"):
        builtin().find("iec-230v-32a-2ph")


def test_ids_are_sorted_and_include_added_entries() -> None:
    catalog = builtin().extended({"racks": {"our-rack": RACK}})
    assert list(catalog.ids("racks")) == sorted({*builtin().ids("racks"), "our-rack"})
    assert "our-rack" not in builtin().ids("racks")


def test_only_the_entries_asked_for_are_validated() -> None:
    script = (
        "from rackplan.catalog import entries, load\n"
        "asked = []\n"
        "for kind in load.KINDS.values():\n"
        "    real = kind.model_validate\n"
        "    def spy(raw, real=real):\n"
        "        asked.append(raw['name'])\n"
        "        return real(raw)\n"
        "    kind.model_validate = spy\n"
        "catalog = load.builtin()\n"
        "catalog.server('dgx-h100'); catalog.server('dgx-h100'); catalog.ids('circuits')\n"
        "print(asked)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert "['DGX H100']" == done.stdout.strip()


def test_entries_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        builtin().server("dgx-h100").gpus = 4  # type: ignore[misc]


def test_like_starts_from_an_entry_and_replaces_what_is_given() -> None:
    ours = {"like": "dell-xe9680-h20", "weight": {"value": "110 kg", "source": "our scale"}}
    catalog = builtin().extended({"servers": {"ours": {**ours, "max_draw": "7 kW"}}})
    known, new = builtin().server("dell-xe9680-h20"), catalog.server("ours")
    assert new.weight is not None
    assert new.max_draw is not None
    assert (110_000, "site", "our scale") == (
        new.weight.whole,
        new.weight.basis,
        new.weight.source,
    )
    assert ("site", "site file", "") == (
        new.max_draw.basis,
        new.max_draw.source,
        new.max_draw.note,
    )
    assert known.psu_rating == new.psu_rating
    assert known.scale_up == new.scale_up


def test_like_merges_the_nvlink_domain_field_by_field() -> None:
    ours = {"like": "dgx-h100", "gpus": 4, "scale_up": {"domain_gpus": 4}}
    catalog = builtin().extended({"servers": {"half": ours}})
    assert 4 == catalog.server("half").scale_up.domain_gpus.whole
    assert "nvswitch" == catalog.server("half").scale_up.link


BANK = {"id": "1", "position": "L", "breaker": "16 A", "continuous": 1, "outlets": {"C19": 4}}


def test_figures_of_banks_take_the_defaults_of_their_strip() -> None:
    defaults = {"basis": "datasheet", "source": "quote 4711", "date": 2026}
    ours = {"like": "pdu-230v-32a-1ph", "defaults": defaults, "banks": [BANK]}
    (bank,) = builtin().extended({"rack_pdus": {"ours": ours}}).rack_pdu("ours").banks
    assert bank.breaker is not None
    assert (16_000, "mA", "datasheet", "quote 4711", "2026") == (
        bank.breaker.whole,
        bank.breaker.unit,
        bank.breaker.basis,
        bank.breaker.source,
        bank.breaker.date,
    )
    assert {"C19": 4} == bank.outlets


def test_like_keeps_the_banks_that_are_not_replaced() -> None:
    ours = {"like": "pdu-400v-63a-wye", "volts": "415 V"}
    catalog = builtin().extended({"rack_pdus": {"ours": ours}})
    assert builtin().rack_pdu("pdu-400v-63a-wye").banks == catalog.rack_pdu("ours").banks


def test_a_bank_may_have_no_breaker() -> None:
    ours = {"like": "pdu-230v-32a-1ph", "banks": [{**BANK, "breaker": None}]}
    (bank,) = builtin().extended({"rack_pdus": {"ours": ours}}).rack_pdu("ours").banks
    assert bank.breaker is None


@pytest.mark.parametrize(
    ("banks", "path", "message", "cure"),
    [
        ([], "banks", "at least 1 item", ""),
        ([{**BANK, "id": "a/b"}], "banks.0.id", "should match pattern", ""),
        ([BANK, BANK], "banks", "bank '1' is there twice", ""),
        (["C19"], "banks.0", "must hold fields", "write {id: ..., position: ..., breaker: ..."),
        ([{**BANK, "brekaer": "16 A"}], "banks.0.brekaer", "no such field", "mean 'breaker'?"),
        ([{**BANK, "breaker": 16}], "banks.0.breaker", "a current needs a unit", ""),
        ([{**BANK, "position": "L4"}], "banks.0.position", "must be 'L', 'L1'", ""),
        ([{**BANK, "outlets": {}}], "banks.0.outlets", "at least 1 item", ""),
        ([{**BANK, "outlets": {"C19": 0}}], "banks.0.outlets.C19", "greater than or equal", ""),
    ],
)
def test_mistakes_in_banks_are_told_at_their_place(
    banks: list[Any], path: str, message: str, cure: str
) -> None:
    ours = {"like": "pdu-230v-32a-1ph", "banks": banks}
    found = problems_of({"rack_pdus": {"ours": ours}})
    problem = found[f"catalog.rack_pdus.ours.{path}"]
    assert message in problem.message
    assert cure in problem.cure


def test_a_strip_beside_the_rack_units_takes_none() -> None:
    assert 0 == builtin().rack_pdu("pdu-400v-32a-wye").rack_units.whole
    assert 2 == builtin().rack_pdu("servertech-c2wg24sn-4pjn5d").rack_units.whole


def test_null_drops_a_figure() -> None:
    catalog = builtin().extended({"servers": {"x": {"like": "dgx-h100", "typical_draw": None}}})
    assert catalog.server("x").typical_draw is None


def test_like_may_name_an_entry_of_the_same_file_that_comes_later() -> None:
    overrides = {"racks": {"b": {"like": "a", "rack_units": 47}, "a": RACK}}
    assert 47 == builtin().extended(overrides).rack("b").rack_units.whole
    assert 45 == builtin().extended(overrides).rack("a").rack_units.whole


def test_an_entry_may_change_the_known_entry_of_its_own_id() -> None:
    catalog = builtin().extended({"servers": {"dgx-h100": {"like": "dgx-h100", "name": "ours"}}})
    assert "ours" == catalog.server("dgx-h100").name
    assert "DGX H100" == builtin().server("dgx-h100").name


def test_extending_twice_keeps_both() -> None:
    once = builtin().extended({"racks": {"one": RACK}})
    twice = once.extended({"racks": {"two": {"like": "one", "rack_units": 47}}})
    assert 45 == twice.rack("one").rack_units.whole
    assert 47 == twice.rack("two").rack_units.whole


def test_defaults_give_basis_source_and_date() -> None:
    defaults = {"basis": "datasheet", "source": "quote 4711", "date": 2026}
    catalog = builtin().extended({"racks": {"r": {**RACK, "defaults": defaults}}})
    weight = catalog.rack("r").weight
    assert ("datasheet", "quote 4711", "2026") == (weight.basis, weight.source, weight.date)


def test_every_problem_is_reported_at_once() -> None:
    overrides = {
        "rack": {},
        "racks": {
            "a": {**RACK, "weight": 120, "wieght": "1 kg"},
            "b": {"like": "cabinet-42u-600x120"},
            "c/d": RACK,
            "e": "42U",
            "f": {"vendor": "us"},
        },
        "servers": {"s": {"like": "dgx-h100", "accelerator": "h100"}},
        "models": [],
    }
    found = problems_of(overrides)
    assert "did you mean 'racks'?" == found["catalog.rack"].cure
    assert 'a mass needs a unit: write "107.75 kg"' == found["catalog.racks.a.weight"].message
    assert "120" == found["catalog.racks.a.weight"].value
    assert "did you mean 'weight'?" == found["catalog.racks.a.wieght"].cure
    assert "did you mean 'cabinet-42u-600x1200'?" == found["catalog.racks.b.like"].cure
    assert "not an id" == found["catalog.racks.c/d"].message
    assert "an entry holds fields" == found["catalog.racks.e"].message
    assert "this field is needed" == found["catalog.racks.f.rack_units"].message
    assert "h100" == found["catalog.servers.s.accelerator"].value
    assert "must hold entries by id" == found["catalog.models"].message


def test_an_entry_that_replaces_a_known_one_by_accident_is_told_of_like() -> None:
    found = problems_of({"servers": {"dgx-h100": {"weight": "130 kg"}}})
    assert "like: dgx-h100" in found["catalog.servers.dgx-h100.vendor"].cure


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("120", "a mass needs a unit"),
        ("120 kW", "'kW' is no unit of mass"),
        ({"valeu": "120 kg"}, "a figure needs a value"),
        ({"value": "120 kg", "unit": "kg"}, "a figure has no 'unit'"),
        ({"value": "120 kg", "basis": "guess"}, "basis must be one of nameplate"),
        ({"value": "120 kg", "source": 7}, "source of a figure must be text"),
        ({"value": ["120 kg"]}, "a figure is one text or number"),
        (True, "a figure is one text or number"),
        ("1" * 100 + " kg", "not a mass"),
    ],
)
def test_a_wrong_figure_is_told_in_one_sentence(raw: Any, message: str) -> None:
    problem = problems_of({"racks": {"r": {**RACK, "weight": raw}}})["catalog.racks.r.weight"]
    assert message in problem.message
    assert "\n" not in str(problem)


@pytest.mark.parametrize("raw", [0, 61, 4.5, float("inf"), float("nan"), 10**400, "42", True])
def test_a_count_is_a_whole_number_in_its_range(raw: Any) -> None:
    assert "catalog.racks.r.rack_units" in problems_of(
        {"racks": {"r": {**RACK, "rack_units": raw}}}
    )


def test_entries_like_each_other_in_a_circle_are_refused() -> None:
    found = problems_of({"racks": {"a": {"like": "b"}, "b": {"like": "a"}}})
    assert "in a circle" in found["catalog.racks.b.like"].message


def test_a_broken_accelerator_is_reported_once_and_not_again_by_its_server() -> None:
    broken = {"accelerators": {"ours": {"like": "h100-sxm", "tdp": "700"}}}
    server = {"servers": {"s": {"like": "dgx-h100", "accelerator": "ours"}}}
    assert {"catalog.accelerators.ours.tdp"} == set(problems_of({**broken, **server}))


def test_a_folder_of_files_is_read(tmp_path: Path) -> None:
    (tmp_path / "racks.yaml").write_text(
        "racks:\n  ours: {like: cabinet-48u-750x1200, max_load: 1500 kg}\n"
    )
    (tmp_path / "more.yml").write_text("racks:\n  ours2: {like: ours, rack_units: 47}\n")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "notes.txt").write_text("racks: 7")
    catalog = builtin().extended(read_folder(tmp_path))
    load = catalog.rack("ours").max_load
    assert (1_500_000, "catalog file racks.yaml") == (load.whole, load.source)
    assert load == catalog.rack("ours2").max_load


def test_everything_wrong_with_a_folder_is_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("racks:\n  r: {like: x}\n")
    (tmp_path / "b.yaml").write_text("racks:\n  r: {like: x}\nrakcs: {}\nservers: 7\n")
    (tmp_path / "c.yaml").write_text("racks:\n  r: {like: [x\n")
    (tmp_path / "d.yaml").write_text("- a list")
    (tmp_path / "e.yaml").write_bytes(b"\xff\xfe\x00racks")
    with pytest.raises(InputError) as caught:
        read_folder(tmp_path)
    found = {(Path(p.file or "").name, p.path) for p in caught.value.problems}
    files = [("c.yaml", ""), ("d.yaml", ""), ("e.yaml", "")]
    assert {("b.yaml", "racks.r"), ("b.yaml", "rakcs"), ("b.yaml", "servers"), *files} == found


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        read_folder(tmp_path / "nowhere")


def test_a_file_that_nests_itself_is_refused_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("racks: &r\n  x: *r\n")
    with pytest.raises(InputError):
        builtin().extended(read_folder(tmp_path))


@pytest.mark.parametrize(
    "huge", ["x" * 10_000, 10**5000, ["x" * 10_000] * 10_000], ids=["text", "number", "list"]
)
def test_messages_stay_short_whatever_was_written(huge: Any) -> None:
    overrides = [{"racks": {"r": {**RACK, "weight": huge}}}, {"racks": huge}]
    if not isinstance(huge, list):
        overrides += [{huge: {}}, {"racks": {huge: RACK}}, {"racks": {"r": {**RACK, huge: 1}}}]
    for one in overrides:
        (problem,) = problems_of(one).values()
        assert len(str(problem)) < 400


def test_a_catalog_can_go_to_another_process() -> None:
    catalog = pickle.loads(pickle.dumps(builtin().extended({"racks": {"r": RACK}})))  # noqa: S301
    assert 45 == catalog.rack("r").rack_units.whole


def test_entries_can_be_written_as_json() -> None:
    entry = builtin().extended({"racks": {"r": RACK}}).rack("r")
    assert "us" == json.loads(entry.model_dump_json())["vendor"]


FIELDS = sorted({name for kind in KINDS.values() for name in kind.model_fields})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["10 kW", "600 mm", "42", "dgx-h100", "cabinet-42u-600x1200", "servers"])
)
KEYS = st.sampled_from([*FIELDS, "like", "defaults", "value", "source"]) | SCALARS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)
ENTRIES = st.dictionaries(KEYS, VALUES, max_size=6)
IDS = st.sampled_from(["a", "b", "dgx-h100"]) | SCALARS
OVERRIDES = VALUES | st.dictionaries(
    st.sampled_from([*KINDS]) | SCALARS, VALUES | st.dictionaries(IDS, ENTRIES, max_size=3)
)


def problems_or_catalog(overrides: Any) -> tuple[Problem, ...] | Catalog:
    try:
        return builtin().extended(overrides)
    except InputError as error:
        return error.problems


@settings(max_examples=300)
@given(OVERRIDES)
def test_any_data_gives_a_catalog_or_an_input_error(overrides: Any) -> None:
    result = problems_or_catalog(overrides)
    if isinstance(result, Catalog):
        assert set(builtin().ids("racks")) <= set(result.ids("racks"))
    else:
        assert result
        assert all(len(str(problem)) < 1000 for problem in result)
