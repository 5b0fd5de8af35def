"""Ranges: one text, and the rule for documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.errors import Problem
from rackplan.schema.document import read_document
from rackplan.schema.node import Document
from rackplan.schema.ranges import RangeError, expand, expand_document

Expand = Callable[[str], tuple[Document, list[Problem]]]


@pytest.fixture
def expanded(tmp_path: Path) -> Expand:
    def write_and_expand(content: str) -> tuple[Document, list[Problem]]:
        file = tmp_path / "site.yaml"
        file.write_text(content)
        return expand_document(read_document(file))

    return write_and_expand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ("ups-[a-d]", ["ups-a", "ups-b", "ups-c", "ups-d"]),
        ("r[08-11]", ["r08", "r09", "r10", "r11"]),
        ("r[8-11]", ["r8", "r9", "r10", "r11"]),
        ("r[098-100]", ["r098", "r099", "r100"]),
        ("r[99-100]", ["r99", "r100"]),
        ("[A-C]x", ["Ax", "Bx", "Cx"]),
        ("[a, c-d ,north]", ["a", "c", "d", "north"]),
        ("r[7]", ["r7"]),
        ("[1-2]/[x-y]", ["1/x", "1/y", "2/x", "2/y"]),
        ("[0,2.4] m", ["0 m", "2.4 m"]),
    ],
)
def test_a_text_stands_for(text: str, expected: list[str]) -> None:
    assert expected == expand(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r[01-16", "the brackets do not pair up"),
        ("r01-16]", "the brackets do not pair up"),
        ("r[[1-2]]", "the brackets do not pair up"),
        ("r[]", "there is an empty place in the brackets"),
        ("r[1,,2]", "there is an empty place in the brackets"),
        ("r[5-3]", "'5-3' runs backwards"),
        ("r[d-a]", "'d-a' runs backwards"),
        ("r[1-06]", "'1-06' has ends of unequal length or runs backwards"),
        ("r[10-9]", "'10-9' has ends of unequal length or runs backwards"),
        ("r[a-Z]", "'a-Z' is no range of numbers or single letters"),
        ("r[row-a]", "'row-a' is no range of numbers or single letters"),
        ("r[1-100001]", "this stands for 100,001 texts"),
        ("r[1-999]-[1-999]", "this stands for 998,001 texts"),
        ("r[0-99999,0-99999]", "this stands for 200,000 texts"),
    ],
)
def test_a_malformed_range_is_refused(text: str, message: str) -> None:
    with pytest.raises(RangeError) as caught:
        expand(text)
    assert message == str(caught.value)
    assert caught.value.cure


@given(st.integers(0, 500), st.integers(0, 300), st.integers(1, 6))
def test_numbers_run_from_end_to_end_with_their_zeros(first: int, more: int, width: int) -> None:
    low, high = f"{first:0{width}d}", f"{first + more:0{width}d}"
    texts = expand(f"r[{low}-{high}]")
    assert more + 1 == len(texts)
    assert (f"r{low}", f"r{high}") == (texts[0], texts[-1])
    assert list(range(first, first + more + 1)) == [int(text[1:]) for text in texts]


@given(st.text(alphabet="ab01-,[] ", max_size=14))
def test_any_text_expands_or_is_refused(text: str) -> None:
    try:
        texts = expand(text)
    except RangeError:
        return
    assert texts
    assert not any("[" in one or "]" in one for one in texts)


ROWS = """
halls:
  - id: hall
    rows:
      - id: row-[1-3]
        zone: zone
        feeds:
          A: {from: "rpp-[a-c]", circuit: c}
        racks:
          - {id: "r[01-04]", model: m}
          - {id: spare, loop: "loop-[x-z]"}
"""


def rows_of(document: Document) -> list[Any]:
    rows: list[Any] = document.data["halls"][0]["rows"]
    return rows


def test_a_repeated_item_shares_its_texts_out_by_position(expanded: Expand) -> None:
    document, problems = expanded(ROWS)
    rows = rows_of(document)
    assert [] == problems
    assert ["row-1", "row-2", "row-3"] == [row["id"] for row in rows]
    assert ["zone", "zone", "zone"] == [row["zone"] for row in rows]
    assert ["rpp-a", "rpp-b", "rpp-c"] == [row["feeds"]["A"]["from"] for row in rows]


def test_an_item_with_a_range_of_its_own_is_the_same_in_every_copy(expanded: Expand) -> None:
    rows = rows_of(expanded(ROWS)[0])
    ids = ["r01", "r02", "r03", "r04", "spare"]
    assert [ids] * 3 == [[rack["id"] for rack in row["racks"]] for row in rows]
    # The spare rack has no range in its id, so its texts follow the row.
    assert ["loop-x", "loop-y", "loop-z"] == [row["racks"][4]["loop"] for row in rows]


def test_copies_keep_the_line_and_the_written_place(expanded: Expand) -> None:
    document, _ = expanded(ROWS)
    path = ("halls", 0, "rows", 2, "racks", 3, "model")
    assert 10 == document.line_of(path)
    assert "halls[0].rows[0].racks[0].model" == document.written(path)
    assert "halls[0].rows[0].racks[1].id" == document.written((*path[:5], 4, "id"))


def test_lists_of_texts(expanded: Expand) -> None:
    document, problems = expanded(
        "policy:\n  not_survived: ['ups-[a-b]', gen]\n"
        "groups:\n"
        "  - {id: 'su-[1-2]', racks: ['row-[1-4]', 'x/r[1-2]', all]}\n"
        "placement:\n"
        "  forbid: [{places: ['row-[1-2]/r[1-2]'], reason: 'kept [for now]'}]\n"
        "  pin: [{rack: 'row-1/r[1-2]', server: s}]\n"
    )
    assert [] == problems
    data = document.data
    assert ["ups-a", "ups-b", "gen"] == data["policy"]["not_survived"]
    # Four rows over two groups: two for each, in order.
    assert [["row-1", "row-2", "x/r1", "all"], ["row-3", "row-4", "x/r2", "all"]] == [
        group["racks"] for group in data["groups"]
    ]
    places = ["row-1/r1", "row-1/r2", "row-2/r1", "row-2/r2"]
    assert [{"places": places, "reason": "kept [for now]"}] == data["placement"]["forbid"]
    assert ["row-1/r1", "row-1/r2"] == [pin["rack"] for pin in data["placement"]["pin"]]
    assert "policy.not_survived[1]" == document.written(("policy", "not_survived", 2))


def test_sections_of_free_text_are_left_alone(expanded: Expand) -> None:
    content = "site:\n  description: hall [old]\ncatalog:\n  servers: {x: {name: 'box [v2'}}\n"
    document, problems = expanded(content)
    assert [] == problems
    assert "hall [old]" == document.data["site"]["description"]
    assert "box [v2" == document.data["catalog"]["servers"]["x"]["name"]


@pytest.mark.parametrize(
    ("content", "path", "message", "cure"),
    [
        (
            "nodes:\n  - {id: 'ups-[1-4]', from: 'feed-[1-3]'}\n",
            "nodes[0].from",
            "stands for 3 texts, but 'ups-[1-4]' is repeated 4 times",
            "write a range of 4, or list the items one by one",
        ),
        (
            "nodes:\n  - {id: 'ups-[1-4]', from: [utility, 'feed-[1-3]']}\n",
            "nodes[0].from[1]",
            "stands for 3 texts, but 'ups-[1-4]' is repeated 4 times",
            "write a range of 4, or list the items one by one",
        ),
        (
            "rows:\n  - id: row-[1-3]\n    racks: [{id: 'r[1-8]', zone: 'z[1-3]'}]\n",
            "rows[0].racks[0].zone",
            "stands for 3 texts, but 'r[1-8]' is repeated 8 times",
            "to follow 'row-[1-3]', write it there: a row's fields hold for its racks",
        ),
        (
            "power:\n  kind: ups-[1-2]\n",
            "power.kind",
            "a range cannot stand here",
            "a range stands in the 'id' of a list item, inside such an item, or in a list",
        ),
        (
            "rows:\n  - id: row-[3-1]\n",
            "rows[0].id",
            "'3-1' runs backwards",
            "write the lower end first",
        ),
    ],
)
def test_a_range_that_does_not_fit_names_its_place(
    expanded: Expand, content: str, path: str, message: str, cure: str
) -> None:
    _, problems = expanded(content)
    assert [(path, message, cure)] == [(p.path, p.message, p.cure) for p in problems]


@pytest.mark.parametrize(
    "content",
    [
        "a:\n  - id: 'x[1-2000]'\n    b:\n      - id: 'y[1-2000]'\n        c: 1\n",
        "a:\n  - id: 'x[1-100000]'\n    b: ['y[1-100000]', 'z[1-100000]']\n    c: ['[1-100000]']\n"
        "    d: {e: {f: {g: 'h[1-100000]', i: 'j[1-100000]', k: 'l[1-100000]'}}}\n",
        "a: ['[1-100000]', '[1-100000]', '[1-100000]', '[1-100000]', '[1-100000]', '[1-100000]',\n"
        "  '[1-100000]', '[1-100000]', '[1-100000]', '[1-100000]', '[1-100000]']\n",
    ],
)
def test_more_than_any_site_holds_is_refused(expanded: Expand, content: str) -> None:
    _, problems = expanded(content)
    assert ["the ranges stand for more than 500,000 values"] == [p.message for p in problems]
