"""A written document as a tree that remembers the line of everything in it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from rackplan.errors import Problem

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]

MAX_NODES = 500_000
"""Most values a document may hold once aliases and ranges are expanded."""
MAX_DEPTH = 64
"""Most levels of nesting."""
MAX_PROBLEMS = 200
"""Most problems reported for one file: a thousand lines of errors help nobody."""


@dataclass(slots=True, eq=False)
class Node:
    """One value of a document. Aliases and repeated items share nodes, which never change.

    Attributes
    ----------
    line
        1-based line where the value starts.
    value
        A scalar, a mapping of nodes or a list of nodes.
    key_lines
        Line of each key, for a mapping.
    origins
        For a list whose items were repeated: the index of each item as written.
    size, depth
        Number of values and levels in it, itself included, with aliases counted each time.
    ranged
        Whether a text in it has brackets, so that range expansion must look into it.
    """

    line: int
    value: Scalar | dict[str, Node] | list[Node]
    key_lines: dict[str, int] = field(default_factory=dict)
    origins: list[int] | None = None
    size: int = 1
    depth: int = 1
    ranged: bool = False


def scalar_node(line: int, value: Scalar) -> Node:
    """A leaf of the tree."""
    ranged = isinstance(value, str) and ("[" in value or "]" in value)
    return Node(line, value, ranged=ranged)


def mapping_node(line: int, value: dict[str, Node], key_lines: dict[str, int]) -> Node:
    """A mapping; ``key_lines`` has the line of every key."""
    return _measured(Node(line, value, key_lines), value.values())


def list_node(line: int, value: list[Node], origins: list[int] | None = None) -> Node:
    """A list; ``origins`` has the written index of every item when items were repeated."""
    return _measured(Node(line, value, origins=origins), value)


def _measured(node: Node, children: Iterable[Node]) -> Node:
    for child in children:
        node.size += child.size
        node.depth = max(node.depth, child.depth + 1)
        node.ranged = node.ranged or child.ranged
    return node


@dataclass(frozen=True)
class Document:
    """A read YAML document.

    Attributes
    ----------
    file
        The file as the user named it.
    root
        The top-level mapping.
    sha256
        Digest of the bytes of the file, in hex.
    problems
        Defects that did not stop the reading (a key given twice, say). Whoever uses the document
        raises them together with those of later steps.
    """

    file: str
    root: Node
    sha256: str
    problems: tuple[Problem, ...] = ()

    @cached_property
    def data(self) -> dict[str, Any]:
        """The document as plain dicts, lists and scalars. Repeated parts are shared: read only."""
        plain: dict[str, Any] = _plain(self.root, {})  # the reader refuses other top levels
        return plain

    def node_at(self, path: Path) -> Node | None:
        """The node at ``path``, or ``None`` when nothing stands there."""
        node: Node | None = self.root
        for part in path:
            node = _child(node, part)
            if node is None:
                return None
        return node

    def line_of(self, path: Path) -> int | None:
        """Line of the key or value at ``path``, else of the nearest thing above it."""
        line: int | None = None
        node: Node | None = self.root
        for part in path:
            child = _child(node, part)
            if node is None or child is None:
                # Something missing is best shown at the key that should hold it.
                return line if line is not None else self.root.line
            line = node.key_lines.get(part, child.line) if isinstance(part, str) else child.line
            node = child
        return line if line is not None else self.root.line

    def written(self, path: Path) -> str:
        """``path`` as text, with list indices as written in the file: ``halls[0].rows[2].id``."""
        node: Node | None = self.root
        parts: list[str | int] = []
        for part in path:
            origins = node.origins if node is not None else None
            if isinstance(part, int) and origins is not None and 0 <= part < len(origins):
                parts.append(origins[part])
            else:
                parts.append(part)
            node = _child(node, part)
        return path_text(tuple(parts))

    def problem(self, path: Path, message: str, cure: str = "", value: str = "") -> Problem:
        """A problem at ``path``, with its file and line."""
        return Problem(message, cure, self.written(path), self.file, self.line_of(path), value)

    def with_root(self, root: Node) -> Document:
        """The same document with another tree: what range expansion makes of it."""
        return replace(self, root=root)


def _child(node: Node | None, part: str | int) -> Node | None:
    value = node.value if node is not None else None
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return value[part]
    return None


def _plain(node: Node, seen: dict[int, Any]) -> Any:
    """Plain data of a node; shared nodes become shared data, so repetition costs no memory."""
    value = node.value
    if not isinstance(value, dict | list):
        return value
    key = id(node)
    if key not in seen:
        if isinstance(value, dict):
            seen[key] = {name: _plain(child, seen) for name, child in value.items()}
        else:
            seen[key] = [_plain(child, seen) for child in value]
    return seen[key]


def path_text(path: Path) -> str:
    """``("halls", 0, "rows", 2)`` as ``halls[0].rows[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def closest(word: str, known: Sequence[str]) -> str | None:
    """The known word most like ``word``, or ``None`` when none is alike."""
    folded = {name.casefold().replace("-", "_"): name for name in known}
    match = difflib.get_close_matches(
        word[:80].casefold().replace("-", "_"), list(folded), n=1, cutoff=0.6
    )
    return folded[match[0]] if match else None


def shown(value: object, limit: int = 60) -> str:
    """An offending value for a message, cut to ``limit`` characters."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    words = {None: "nothing", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}..."
