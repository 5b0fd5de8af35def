"""Reading a YAML file safely, with the line of every value.

The document is built from the parser's events, never by YAML's own object construction: no tags,
no objects, and every size is known before anything is expanded. A file of any bytes gives a
document or an :class:`~rackplan.errors.InputError`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from rackplan.errors import InputError, Problem
from rackplan.schema.node import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_PROBLEMS,
    Document,
    Node,
    Scalar,
    list_node,
    mapping_node,
    scalar_node,
    shown,
)

MAX_BYTES = 10_000_000
"""Largest file that is read."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

# What libyaml says, in words for people who do not know YAML's grammar.
_SYNTAX = {
    "mapping values are not allowed": (
        "a ':' where none can be",
        "put a text that holds ': ' in quotes; check the indentation here and one line above",
    ),
    "tab character": ("a tab in the indentation", "indent with spaces"),
    "cannot start any token": (
        "a character that cannot start a value",
        "put the text in quotes; indent with spaces, not tabs",
    ),
    "expected <document start>": (
        "this does not continue what is above it",
        "check the indentation of this line",
    ),
    "expected <block end>": (
        "this does not line up with what is above it",
        "indent all keys of one mapping, and all '-' of one list, alike",
    ),
    "did not find expected '-' indicator": (
        "an item of a list is missing its '-'",
        "indent all '-' of one list alike",
    ),
    "expected key": (
        "this does not line up with the keys above it",
        "indent all keys of one mapping alike",
    ),
    "expected ',' or": (
        "a ',' or a closing bracket is missing",
        "close what an earlier '[' or '{' opened; put a range such as \"ups-[a-b]\" in quotes",
    ),
    "expected node content": ("a '[' or '{' is not closed", "close it, or put the text in quotes"),
    "unexpected end of stream": ("a quote is not closed", "close the quoted text"),
    "could not find expected ':'": ("a key without ':'", "write 'key: value'"),
}


def read_document(path: str | FilePath) -> Document:
    """Read one YAML document.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    The document, with ``problems`` for defects that did not stop the reading.

    Raises
    ------
    InputError
        The file cannot be read, is no YAML, or its top level is no mapping.
    """
    file = str(path)
    data = _bytes(file)
    text = _text(file, data)
    reader = _Reader(file, text)
    root = reader.read()
    if not isinstance(root.value, dict):
        raise InputError(
            [
                *reader.problems,
                Problem(
                    "the top level must be 'key: value' lines",
                    "start from `rackplan init`",
                    file=file,
                    line=root.line,
                    value=shown(root.value),
                ),
            ]
        )
    return Document(file, root, hashlib.sha256(data).hexdigest(), tuple(reader.problems))


def _bytes(file: str) -> bytes:
    try:
        with FilePath(file).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _refused(file, "no such file", "`rackplan init` writes a starter") from error
    except IsADirectoryError as error:
        raise _refused(file, "this is a folder, not a file", "name the site file in it") from error
    except PermissionError as error:
        raise _refused(file, "no permission to read this file") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _refused(file, f"cannot be read: {error}") from error
    if len(data) > MAX_BYTES:
        raise _refused(
            file, f"larger than {MAX_BYTES // 1_000_000} MB", "use ranges such as row-[01-40]"
        )
    return data


def _text(file: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(file, "not a UTF-8 text file", "save it as UTF-8", line) from error
    if not text.strip():
        raise _refused(file, "the file is empty", "`rackplan init` writes a starter")
    return text


def _refused(file: str, message: str, cure: str = "", line: int | None = None) -> InputError:
    return InputError([Problem(message, cure, file=file, line=line)])


class _StopError(Exception):
    """Reading cannot go on; the problem was noted."""


class _Reader:
    """Builds nodes from parser events and notes what is wrong on the way."""

    def __init__(self, file: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._text = text
        self._events: Iterator[Any] = iter(())
        self._anchors: dict[str, Node | None] = {}
        self._depth = 0

    def read(self) -> Node:
        """The top-level node of the only document.

        Raises
        ------
        InputError
            Reading had to stop.
        """
        from ruamel.yaml import YAML  # late: `import rackplan` stays light
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        self._events = YAML(typ="safe").parse(self._text)
        try:
            return self._document()
        except MarkedYAMLError as error:
            mark = error.problem_mark
            self._syntax(str(error.problem), mark.line + 1 if mark is not None else None)
        except YAMLError as error:
            self._unreadable(str(error))
        except _StopError:
            pass
        raise InputError(self.problems)

    def _document(self) -> Node:
        root: Node | None = None
        for event in self._events:
            kind = type(event).__name__
            line = event.start_mark.line + 1
            if kind == "DocumentStartEvent":
                if root is not None:
                    self._note(line, "a second document starts here", "drop this '---'")
                    raise _StopError
                if event.version or event.tags:
                    self._note(line, "%YAML and %TAG lines are not used here", "delete the line")
            elif kind not in {"StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"}:
                root = self._node(event)
        if root is None:
            self._note(None, "the file holds only comments", "`rackplan init` writes a starter")
            raise _StopError
        return root

    def _node(self, event: Any) -> Node:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if kind == "AliasEvent":
            return self._alias(event.anchor, line)
        if event.tag is not None and str(event.tag) != "None":
            self._note(line, "tags are not used here", "delete the tag", str(event.tag)[:60])
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # not complete yet: an alias to it would be endless
        if kind == "ScalarEvent":
            node = scalar_node(line, self._scalar(event, line))
        else:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                self._note(line, f"nested more than {MAX_DEPTH} levels deep")
                raise _StopError
            node = self._mapping(line) if kind == "MappingStartEvent" else self._list(line)
            self._depth -= 1
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, anchor: str, line: int) -> Node:
        node = self._anchors.get(anchor)
        if node is not None and node.size <= MAX_NODES and node.depth + self._depth <= MAX_DEPTH:
            return node
        if node is not None:
            self._note(line, f"*{anchor} repeats too much", f"at most {MAX_NODES:,} values in all")
            raise _StopError
        if anchor in self._anchors:
            self._note(line, f"*{anchor} stands inside its own anchor &{anchor}")
        else:
            cure = "put a text that starts with '*' in quotes"
            self._note(line, f"no anchor &{anchor} above this line", cure)
        return scalar_node(line, None)

    def _list(self, line: int) -> Node:
        items: list[Node] = []
        for event in self._events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self._node(event))
        return self._bounded(list_node(line, items))

    def _mapping(self, line: int) -> Node:
        values: dict[str, Node] = {}
        lines: dict[str, int] = {}
        merged: list[tuple[str, Node, int]] = []
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key_line = event.start_mark.line + 1
            key = self._node(event).value
            value = self._node(next(self._events))
            if key == "<<" and not event.style:
                merged.extend(self._merged(value, key_line))
            elif not isinstance(key, str):
                self._note(key_line, "a key must be text", "put it in quotes", shown(key))
            elif key in values:
                message = f"key {shown(key)} is given twice, first on line {lines[key]}"
                self._note(key_line, message, "keep one of them")
            else:
                values[key] = value
                lines[key] = key_line
        for name, value, key_line in merged:  # what the mapping writes itself goes first
            if name not in values:
                values[name] = value
                lines[name] = key_line
        return self._bounded(mapping_node(line, values, lines))

    def _merged(self, value: Node, line: int) -> Iterator[tuple[str, Node, int]]:
        """Key, value and line of everything a merge key ``<<`` brings in."""
        for source in value.value if isinstance(value.value, list) else [value]:
            if not isinstance(source.value, dict):
                self._note(line, "'<<' takes the alias of a mapping", "write '<<: *name'")
                return
            for name, child in source.value.items():
                yield name, child, source.key_lines[name]

    def _bounded(self, node: Node) -> Node:
        if node.size > MAX_NODES:
            self._note(node.line, f"more than {MAX_NODES:,} values once aliases are written out")
            raise _StopError
        return node

    def _scalar(self, event: Any, line: int) -> Scalar:
        """The value of a scalar by the YAML 1.2 core schema: yes, no, dates and 0x1F stay text."""
        text: str = event.value
        if event.style:  # quoted or a block text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self._note(line, "not a number that can be used", "write a finite number", text)
            return None
        if not (text[0] in "+-.0123456789" and _FLOAT.fullmatch(text)):
            return text
        if len(text) <= 40 and math.isfinite(float(text)):
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        self._note(line, "a number too large to use", value=shown(text, 20))
        return None

    def _syntax(self, said: str, line: int | None) -> None:
        for part, (message, cure) in _SYNTAX.items():
            if part in said:
                self._note(line, message, cure)
                return
        self._note(line, f"not valid YAML: {said}")

    def _unreadable(self, said: str) -> None:
        found = re.search(r"position (\d+)", said)
        line = self._text.count("\n", 0, int(found[1])) + 1 if found else None
        self._note(line, "a control character: this is no text file", "delete the character")

    def _note(self, line: int | None, message: str, cure: str = "", value: str = "") -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(message, cure, "", self._file, line, value))
