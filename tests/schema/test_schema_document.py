"""Reading YAML: plain data, lines, and an answer to every kind of bad file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackplan.errors import InputError, Problem
from rackplan.schema.document import read_document
from rackplan.schema.node import MAX_NODES, Document

Read = Callable[[str | bytes], Document]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write_and_read(content: str | bytes) -> Document:
        file = tmp_path / "site.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_document(file)

    return write_and_read


def refused(read: Read, content: str | bytes) -> Problem:
    """The first problem of a file that cannot be read, or that was read with problems."""
    try:
        problems = read(content).problems
    except InputError as error:
        problems = error.problems
    assert problems
    return problems[0]


def test_values_follow_the_yaml_1_2_core_schema(read: Read) -> None:
    document = read(
        "a: 1\nb: -2.5e3\nc: true\nd: null\ne:\nf: yes\ng: 2026-11-22\nh: '3'\ni: 0x1F\nj: 1_000\n"
        "k: |\n  two\n  lines\n"
    )
    expected = {"a": 1, "b": -2500.0, "c": True, "d": None, "e": None, "f": "yes"}
    expected |= {"g": "2026-11-22", "h": "3", "i": "0x1F", "j": "1_000", "k": "two\nlines\n"}
    assert expected == document.data
    assert [type(value) for value in expected.values()] == [
        type(value) for value in document.data.values()
    ]


def test_lines_of_keys_values_and_what_is_missing(read: Read) -> None:
    document = read("a:\n  b:\n    - x: 1\n      y:\n        z: 2\n    - q\n")
    assert 1 == document.line_of(("a",))
    assert 2 == document.line_of(("a", "b"))
    assert 3 == document.line_of(("a", "b", 0))
    assert 4 == document.line_of(("a", "b", 0, "y"))
    assert 6 == document.line_of(("a", "b", 1))
    assert 4 == document.line_of(("a", "b", 0, "y", "nothing", "there"))
    assert 1 == document.line_of(("nothing",))
    assert "a.b[0].y" == document.written(("a", "b", 0, "y"))


def test_aliases_and_merges_give_the_same_values_again(read: Read) -> None:
    document = read("base: &base {a: 1, b: 2}\nsame: *base\nmerged:\n  <<: *base\n  b: 3\n")
    assert {"a": 1, "b": 2} == document.data["same"]
    assert {"a": 1, "b": 3} == document.data["merged"]
    assert 1 == document.line_of(("merged", "a"))
    assert 5 == document.line_of(("merged", "b"))


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ("", "the file is empty", None),
        (" \n\n", "the file is empty", None),
        ("# only a comment\n", "the file holds only comments", None),
        (b"\xff\xfe\x00a", "not a UTF-8 text file", 1),
        (b"a: 1\nb: \xc3\x28\n", "not a UTF-8 text file", 2),
        ("a: 1\nb: \x00\n", "a control character: this is no text file", 2),
        ("- a\n- b\n", "the top level must be 'key: value' lines", 1),
        ("just text\n", "the top level must be 'key: value' lines", 1),
        ("a: 1\nb: 2\na: 3\n", "key 'a' is given twice, first on line 1", 3),
        ("a: 1\n---\nb: 2\n", "a second document starts here", 2),
        ("%YAML 1.1\n---\na: yes\n", "%YAML and %TAG lines are not used here", 1),
        ("a: !!python/object:os.system x\n", "tags are not used here", 1),
        ("a: 1\n? [b, c]\n: 2\n", "a key must be text", 2),
        ("a: 1\n2: b\n", "a key must be text", 2),
        ("a: .nan\n", "not a number that can be used", 1),
        ("a: -.inf\n", "not a number that can be used", 1),
        ("a: 1e999\n", "a number too large to use", 1),
        (f"a: {'9' * 5000}\n", "a number too large to use", 1),
        ("a: 1\nb: *nowhere\n", "no anchor &nowhere above this line", 2),
        ("a: &a\n  b: *a\n", "*a stands inside its own anchor &a", 2),
        ("a: &a [*a, *a]\n", "*a stands inside its own anchor &a", 1),
        ("a:\n  <<: 3\n", "'<<' takes the alias of a mapping", 2),
        ("a: b: c\n", "a ':' where none can be", 1),
        ("a:\n\tb: 1\n", "a character that cannot start a value", 2),
        ("a: [1, 2\nb: 3\n", "a ',' or a closing bracket is missing", 2),
        ("a: 'x\n", "a quote is not closed", 2),
        ("a: " + "[" * 100 + "]" * 100, "nested more than 64 levels deep", 1),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    read: Read, content: str | bytes, message: str, line: int | None
) -> None:
    problem = refused(read, content)
    assert (message, line) == (problem.message, problem.line)
    assert (problem.file or "").endswith("site.yaml")


def test_problems_that_do_not_stop_the_reading_come_together(read: Read) -> None:
    problems = read("a: .nan\nb: !x 1\nb: 2\n3: 4\n").problems
    assert [1, 2, 3, 4] == [problem.line for problem in problems]


def test_files_that_are_none(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "missing.yaml", "no such file"),
        (tmp_path, "this is a folder, not a file"),
        ("nul\x00name", "cannot be read: embedded null byte"),
    ):
        with pytest.raises(InputError) as caught:
            read_document(path)
        assert message == caught.value.problems[0].message


def test_a_file_too_large_to_be_a_site(read: Read) -> None:
    assert "larger than 10 MB" == refused(read, b"# " + b"x" * 10_000_000).message


def test_a_yaml_bomb_is_refused_at_once(read: Read) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    start = time.perf_counter()
    problem = refused(read, "\n".join(lines))
    assert time.perf_counter() - start < 1
    # Each line holds ten times the values of the one above: a5 is the first beyond 500,000.
    assert f"more than {MAX_NODES:,} values once aliases are written out" == problem.message
    assert 6 == problem.line


def test_nesting_through_aliases_counts(read: Read) -> None:
    levels = "".join(f"a{i}: &a{i} {{x: *a{i - 1}}}\n" for i in range(1, 80))
    assert "repeats too much" in refused(read, "a0: &a0 {x: 1}\n" + levels).message


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_problems(content: bytes) -> None:
    # hypothesis does not renew tmp_path between its examples
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(content)
        file.flush()
        try:
            document = read_document(file.name)
        except InputError:
            return
        assert isinstance(document.data, dict)
