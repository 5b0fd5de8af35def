"""HTML and workbook: whole, safe with any name, repeatable, and with the plan's figures."""

from __future__ import annotations

import dataclasses
import io
import re
import stat
import sys
import zipfile
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from rackplan.errors import InputError
from rackplan.plan import LimitState
from rackplan.report import html as html_report
from rackplan.report.content import gather
from rackplan.report.elevation import UNIT_PX, elevations
from rackplan.report.floor import floor_plans, load_level
from rackplan.report.html import render_html
from rackplan.report.table import Cell, Column
from rackplan.report.write import check_report_path, write_report
from rackplan.report.xlsx import render_xlsx

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>{{ 7*7 }} \u202egnp\x1b[31m \U0001f600"
VOID = {"meta", "br", "input", "link", "img", "hr"}


class Page(HTMLParser):
    """Checks nesting; collects tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(hall: Any) -> Page:
    found = Page(document(hall))
    assert found.open == []
    return found


def document(hall: Any) -> str:
    return render_html(hall.plan, hall.facility, gather(hall.plan, hall.facility))


def test_page_is_well_formed_and_carries_the_figures(hall: Any) -> None:
    text = page(hall).text
    for figure in ("FITS, gap 7.7 %", "93.6", "22,800", "78.0", "5,710", "399 of 1,360 kg"):
        assert figure in text
    assert "0123456789ab" in text


def test_page_needs_no_network(hall: Any) -> None:
    for _, attributes in page(hall).tags:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "#").startswith("#")
    style = "".join(re.findall(r"<style>(.*?)</style>", document(hall), re.DOTALL))
    assert "@import" not in style
    assert set(re.findall(r"url\(([^)]*)\)", style)) == {
        "#fill-hatch",
        "#fill-panels",
        "#fill-slots",
    }


def test_links_and_ids_match(hall: Any) -> None:
    tags = page(hall).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for _, a in tags if a.get("href", "").startswith("#")}
    targets |= {a["aria-labelledby"] for _, a in tags if "aria-labelledby" in a}
    assert targets <= set(ids)


def test_no_drawing_takes_the_id_of_a_table(hall: Any) -> None:
    # A link to a table must not lead to a pattern or drawing of the same name.
    ids = {attributes["id"] for _, attributes in page(hall).tags if "id" in attributes}
    content = gather(hall.plan, hall.facility)
    empty = {getattr(content, field.name).id for field in dataclasses.fields(content)}
    assert not (empty - {table.id for table in content.filled()}) & ids


def test_chapters_come_in_one_order(hall: Any) -> None:
    tags = page(hall).tags
    ids = [a["id"] for tag, a in tags if tag == "section"]
    chapters = ["summary", "floor", "elevations", "racks", "losses", "bearing", "assumptions"]
    chapters += ["lists", "control"]
    assert [name for name in ids if name in chapters] == [name for name in chapters if name in ids]
    links = [a["href"][1:] for tag, a in tags if tag == "a" and a.get("href", "#")[1:] in ids]
    assert [name for name in links if name in ids] == [name for name in ids if name in links]


def test_the_legend_holds_what_is_drawn(hall: Any) -> None:
    assert " empty " in page(hall).text
    full = dataclasses.replace(
        hall,
        plan=dataclasses.replace(
            hall.plan, racks=tuple(rack for rack in hall.plan.racks if rack.servers)
        ),
    )
    text = page(full).text
    assert "under 50 %" in text
    assert " empty " not in text
    assert "over 100 %" not in text


def test_hostile_names_stay_text(hall_maker: Any) -> None:
    hall = hall_maker(
        site=HOSTILE, workload=HOSTILE, row_name=HOSTILE + "n" * 200, assumption=HOSTILE
    )
    found = page(hall)
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert not any(tag == "img" for tag, _ in found.tags)
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert "<script>alert(1)</script>" in found.text
    assert "{{ 7*7 }}" in found.text
    assert "\u202e" not in document(hall)
    assert "\x1b" not in document(hall)


def test_only_the_reports_own_script_may_run(hall: Any) -> None:
    policy = next(a["content"] for _, a in page(hall).tags if "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy)


def test_every_rack_and_limit_is_in_the_page_without_script(hall: Any) -> None:
    text = page(hall).text
    for rack in hall.facility.racks:
        assert rack in text
    for limit in hall.plan.limits:
        assert limit.id in text


def test_too_many_limits_are_cut_to_normal_and_worst(
    hall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_report, "MOST_LIMIT_ROWS", 3)
    better = LimitState("air/zone-1@loss:x", "air", "zone-1", "loss:x", "W", 1, 120_000)
    plan = dataclasses.replace(hall.plan, limits=(*hall.plan.limits, better))
    text = page(dataclasses.replace(hall, plan=plan)).text
    assert "air/zone-1@loss:crah-1" in text
    assert "air/zone-1@loss:x" not in text
    assert f"the plan lists all {len(plan.limits)}" in text


@pytest.mark.parametrize("status", ["INFEASIBLE", "UNKNOWN"])
def test_a_page_without_a_placement(hall: Any, status: Any) -> None:
    plan = dataclasses.replace(
        hall.plan, status=status, servers=(), racks=(), limits=(), workloads=(), objective=()
    )
    assert "no placement to show" in page(dataclasses.replace(hall, plan=plan)).text


def test_a_hundred_racks_stay_under_three_megabytes(hall_maker: Any) -> None:
    hall = hall_maker(rows=5, racks_per_row=21)
    assert len(document(hall).encode()) < 3_000_000


@pytest.mark.parametrize("name", ["report.html", "report.xlsx"])
def test_any_plan_of_the_right_form_is_reported(hall: Any, tmp_path: Path, name: str) -> None:
    first, second, *rest = hall.plan.servers
    rack, *racks = hall.plan.racks
    plan = dataclasses.replace(
        hall.plan,
        servers=(
            dataclasses.replace(first, u=-7, model="unknown", rack="nowhere/r1"),
            dataclasses.replace(second, rate=float("nan"), workload="unknown"),
            *rest,
        ),
        racks=(dataclasses.replace(rack, rack="nowhere/r1", feeds_w={"Z": 1}), *racks, racks[0]),
        objective=(dataclasses.replace(hall.plan.objective[0], gap=float("inf")),),
        totals={},
    )
    write_report(plan, hall.facility, tmp_path / name)
    assert (tmp_path / name).stat().st_size > 1_000


def test_elevation_is_to_scale(hall: Any) -> None:
    racks = gather(hall.plan, hall.facility).racks
    first = next(elevations(hall.plan, hall.facility, racks))
    # 8 U from U5: the top edge is U12, 30 rack units below the top of 42.
    server = next(block for block in first.blocks if block.title.startswith("U5-U12"))
    assert (server.top, server.height) == (30 * UNIT_PX, 8 * UNIT_PX)
    closed = next(block for block in first.blocks if block.kind == "closed")
    assert (closed.top, closed.height) == (40 * UNIT_PX, 2 * UNIT_PX)
    gear = next(block for block in first.blocks if block.kind == "gear")
    assert (gear.top, gear.height) == (0, UNIT_PX)


def test_a_rack_unit_outside_the_rack_is_not_drawn(hall: Any) -> None:
    servers = tuple(dataclasses.replace(server, u=99) for server in hall.plan.servers)
    plan = dataclasses.replace(hall.plan, servers=servers)
    racks = gather(hall.plan, hall.facility).racks
    kinds = {block.kind for e in elevations(plan, hall.facility, racks) for block in e.blocks}
    assert kinds == {"gear", "closed", "blank"}


def test_floor_plan_stands_where_the_site_says(hall: Any) -> None:
    racks = gather(hall.plan, hall.facility).racks
    (plan,) = floor_plans(hall.facility, racks)
    assert plan.to_scale
    boxes = {(shape.box.x, shape.box.y): shape for shape in plan.racks}
    assert set(boxes) == {(x, y) for x in (0, 600, 1200) for y in (0, 2400)}
    assert boxes[0, 0].use == "69 %"
    assert (boxes[1200, 0].use, boxes[1200, 0].level) == ("", 0)
    # Three cabinets of 600 mm; two rows of 1200 mm, 2400 mm apart.
    assert (plan.bounds.width, plan.bounds.height) == (1800, 3600)


def test_floor_plan_of_rows_without_positions_is_a_scheme(hall: Any) -> None:
    stacked = {
        name: dataclasses.replace(rack, x_mm=0, y_mm=0)
        for name, rack in hall.facility.racks.items()
    }
    facility = dataclasses.replace(hall.facility, racks=stacked)
    (plan,) = floor_plans(facility, gather(hall.plan, facility).racks)
    assert not plan.to_scale
    assert len({(shape.box.x, shape.box.y) for shape in plan.racks}) == 6
    assert "Not to scale" in page(dataclasses.replace(hall, facility=facility)).text


def test_a_row_along_y_turns_its_racks(hall: Any) -> None:
    turned = {
        name: dataclasses.replace(rack, x_mm=rack.y_mm, y_mm=rack.x_mm)
        for name, rack in hall.facility.racks.items()
    }
    facility = dataclasses.replace(hall.facility, racks=turned)
    (plan,) = floor_plans(facility, gather(hall.plan, facility).racks)
    assert {(shape.box.width, shape.box.height) for shape in plan.racks} == {(1200, 600)}


@pytest.mark.parametrize(
    ("use", "level"), [(None, 0), (0.0, 1), (49.9, 1), (50.0, 2), (90.0, 4), (100.0, 4), (100.1, 5)]
)
def test_load_levels(use: float | None, level: int) -> None:
    assert load_level(use) == level


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    """Cells of every sheet, read without any spreadsheet library."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        strings = [
            "".join(t.text or "" for t in item.iterfind(".//m:t", space))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
        ]
        names = [
            sheet.attrib["name"]
            for sheet in ElementTree.fromstring(  # noqa: S314
                book.read("xl/workbook.xml")
            ).iterfind(".//m:sheet", space)
        ]
        found: dict[str, list[list[object]]] = {}
        for number, name in enumerate(names, start=1):
            tree = ElementTree.fromstring(  # noqa: S314
                book.read(f"xl/worksheets/sheet{number}.xml")
            )
            assert tree.find(".//m:f", space) is None
            found[name] = [
                [_value(cell, strings, space) for cell in row]
                for row in tree.iterfind(".//m:row", space)
            ]
    return found


def _value(cell: ElementTree.Element, strings: list[str], space: dict[str, str]) -> object:
    text = cell.findtext("m:v", namespaces=space) or ""
    return strings[int(text)] if cell.get("t") == "s" else float(text or "nan")


def test_workbook_has_figures_as_numbers_and_units_in_heads(hall: Any) -> None:
    found = sheets(render_xlsx(gather(hall.plan, hall.facility)))
    head, first = found["racks"][0], found["racks"][1]
    assert first[0] == "row-01/r01"
    assert first[head.index("IT load [kW]")] == 23.7
    assert first[head.index("Feed A worst [kW]")] == 23.7
    assert len(found["all-limits"]) == len(hall.plan.limits) + 1


def test_every_table_says_the_same_in_page_and_workbook(hall: Any) -> None:
    content = gather(hall.plan, hall.facility)
    found, text = sheets(render_xlsx(content)), document(hall)
    for table in content.filled():
        head, *rows = found[table.id[:31]]
        assert head == [column.heading for column in table.columns]
        assert len(rows) == len(table.rows)
        for cells, raw in zip(rows, table.rows, strict=True):
            assert _filled(cells) == _filled(raw)
        if table.id in ("summary", "node-states"):
            continue  # tiles, and a sheet of the workbook alone
        part = text[text.index(f'<table id="table-{table.id}"') :].partition("</table>")[0]
        assert len(Page(f"{part}</table>").words) > len(table.rows)
        assert part.count("<tr>") == len(table.rows) + 1


def _filled(cells: Iterable[object]) -> list[object]:
    """Cells that say something; figures to the 12 digits that any workbook keeps."""
    return [
        float(f"{cell:.12g}") if isinstance(cell, int | float) else cell
        for cell in cells
        if cell not in (None, "") and cell == cell
    ]


@pytest.mark.parametrize(
    ("kind", "value", "unit", "number"),
    [
        ("kilo", 12.0, "kW", "#,##0.0"),
        ("whole", 12.4, "kg", "#,##0"),
        ("figure", 1.166, "", "#,##0.000"),
        ("figure", 12.5, "kW", "#,##0.0"),
        ("figure", 12.5, "A", "#,##0.0"),
        ("figure", 125.0, "A", "#,##0"),
        ("figure", 0.42, "L/kWh", "#,##0.00"),
        ("rate", 48_231.7, "", "#,##0"),
        ("rate", 1.234, "", "#,##0.00"),
        ("text", "1", "", ""),
        ("kilo", None, "", ""),
    ],
)
def test_spreadsheets_write_the_decimals_of_the_page(
    kind: Any, value: Cell, unit: str, number: str
) -> None:
    assert Column("x", "X", kind=kind).number_format(value, unit) == number


def test_workbook_text_is_never_a_formula(hall_maker: Any) -> None:
    name = '=HYPERLINK("http://example.invalid","x")'
    hall = hall_maker(site=name, workload=name, assumption="https://example.invalid/x")
    found = sheets(render_xlsx(gather(hall.plan, hall.facility)))
    assert found["workloads"][1][0] == name
    assert found["assumptions"][1] == ["https://example.invalid/x"]


def test_hostile_names_make_a_readable_workbook(hall_maker: Any) -> None:
    hall = hall_maker(site=HOSTILE, workload=HOSTILE, assumption="x" * 50_000)
    found = sheets(render_xlsx(gather(hall.plan, hall.facility)))
    assert len(str(found["assumptions"][1][0])) == 32_767


@pytest.mark.parametrize("name", ["report.html", "REPORT.XLSX"])
def test_same_plan_same_bytes(hall: Any, tmp_path: Path, name: str) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_report(hall.plan, hall.facility, tmp_path / folder / name)
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_report_replaces_the_old_one_and_leaves_nothing_else(hall: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    write_report(hall.plan, hall.facility, path, date="2026-11-22")
    assert "2026-11-22" in path.read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("report.pdf", "print the .html report"),
        ("report", "no ending"),
        ("report.docx", ".html or .xlsx"),
        ("nowhere/report.html", "does not exist"),
    ],
)
def test_reports_that_cannot_be_written_are_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_report_path(tmp_path / name)
    assert said in str(caught.value)


def test_a_folder_in_the_way_is_an_input_error(hall: Any, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(InputError) as caught:
        write_report(hall.plan, hall.facility, tmp_path / "report.html")
    assert "folder" in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
