"""Ranges in brackets: ``row-[01-06]`` stands for six texts.

A document is expanded by one rule. An item of a list whose ``id`` has brackets is repeated, once
for each text its id stands for, and every other bracketed text inside it is shared out over the
copies by position. Outside a repeated item a bracketed text may stand only in a list of texts,
where it becomes several of them.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable

from rackplan.errors import Problem, RackplanError
from rackplan.schema.node import (
    MAX_NODES,
    MAX_PROBLEMS,
    Document,
    Node,
    Path,
    list_node,
    mapping_node,
    path_text,
    scalar_node,
    shown,
)

MAX_TEXTS = 100_000
"""Most texts one bracketed text may stand for."""
LEFT_ALONE = frozenset({"site", "catalog"})
"""Sections whose brackets are plain text: product names and notes."""
FREE_TEXT = frozenset({"description", "reason"})
"""Keys whose brackets are plain text."""

_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_NUMBERS = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_LETTERS = re.compile(r"([a-z])-([a-z])|([A-Z])-([A-Z])")
_FORMS = "write '[01-16]', '[a-d]' or '[1,3,x]'"


class RangeError(RackplanError):
    """A text in brackets cannot be expanded.

    Attributes
    ----------
    cure
        What to write instead.
    """

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


def expand(text: str) -> list[str]:
    """All texts a bracketed text stands for; several brackets combine, the leftmost slowest.

    >>> expand("ups-[a-c]")
    ['ups-a', 'ups-b', 'ups-c']
    >>> expand("r[08-10,x]")
    ['r08', 'r09', 'r10', 'rx']
    >>> expand("row-[1-2]/r[1-2]")
    ['row-1/r1', 'row-1/r2', 'row-2/r1', 'row-2/r2']

    Raises
    ------
    RangeError
        The brackets are malformed, or stand for more than 100,000 texts.
    """
    pieces = _BRACKET.split(text)  # fixed text, bracket, fixed text, ...
    if any("[" in piece or "]" in piece for piece in pieces[::2]):
        raise RangeError("the brackets do not pair up", _FORMS)
    choices = [_bracket(piece) if index % 2 else [piece] for index, piece in enumerate(pieces)]
    _bound(math.prod(map(len, choices)))
    return ["".join(parts) for parts in itertools.product(*choices)]


def _bracket(content: str) -> list[str]:
    texts: list[str] = []
    for element in content.split(","):
        texts += _element(element.strip())
        _bound(len(texts))
    return texts


def _element(text: str) -> list[str]:
    """What one element of a bracket stands for: ``01-16``, ``a-d`` or ``x``."""
    if not text:
        raise RangeError("there is an empty place in the brackets", _FORMS)
    if numbers := _NUMBERS.fullmatch(text):
        low, high = numbers[1], numbers[2]
        if len(high) < len(low) or (len(high) > len(low) and high.startswith("0")):
            raise RangeError(
                f"'{text}' has ends of unequal length or runs backwards", "write '01-16' or '1-16'"
            )
        return [f"{value:0{len(low)}d}" for value in _span(text, int(low), int(high))]
    if _LETTERS.fullmatch(text):
        return [chr(value) for value in _span(text, ord(text[0]), ord(text[2]))]
    if "-" in text:
        raise RangeError(f"{shown(text)} is no range of numbers or single letters", _FORMS)
    return [text]


def _span(text: str, first: int, last: int) -> range:
    if last < first:
        raise RangeError(f"'{text}' runs backwards", "write the lower end first")
    _bound(last - first + 1)
    return range(first, last + 1)


def _bound(count: int) -> None:
    if count > MAX_TEXTS:
        raise RangeError(f"this stands for {count:,} texts", f"at most {MAX_TEXTS:,}: split it up")


def expand_document(document: Document) -> tuple[Document, list[Problem]]:
    """The document with every repeated item and range written out.

    Parameters
    ----------
    document
        As read. Lines and written places carry over to every copy.

    Returns
    -------
    The expanded document, and what is wrong with its ranges; a text that cannot be expanded stays.
    """
    expander = _Expander(document)
    try:
        root = expander.outside(document.root, ())
        if root.size > MAX_NODES:  # shared copies are made once but count each time
            raise _TooLargeError
    except _TooLargeError:
        message = f"the ranges stand for more than {MAX_NODES:,} values"
        return document, [Problem(message, "check the largest ranges", file=document.file)]
    return document.with_root(root), expander.problems


class _TooLargeError(Exception):
    """The expanded document would be larger than any site."""


class _Expander:
    """Walks a document once; ``problems`` collects what is wrong on the way."""

    def __init__(self, document: Document) -> None:
        self.problems: list[Problem] = []
        self._file = document.file
        self._repeats: list[
            tuple[str, int]
        ] = []  # ids of the repeated items around, outermost first
        self._made = 0

    def outside(self, node: Node, path: Path) -> Node:
        """A node outside any repeated item, expanded."""
        if not node.ranged or (len(path) == 1 and path[0] in LEFT_ALONE):
            return node
        if isinstance(node.value, dict):
            values = {key: self.outside(child, (*path, key)) for key, child in node.value.items()}
            return mapping_node(node.line, values, node.key_lines)
        if isinstance(node.value, list):
            groups = [self._items(child, (*path, i)) for i, child in enumerate(node.value)]
            return self._joined(node, groups)
        if path[-1] not in FREE_TEXT:
            cure = "a range stands in the 'id' of a list item, inside such an item, or in a list"
            self._note(node, path, "a range cannot stand here", cure)
        return node

    def count(self, made: int) -> None:
        """Add to the values made so far; stop when no site needs that many."""
        self._made += made
        if self._made > MAX_NODES:
            raise _TooLargeError

    def _items(self, node: Node, path: Path) -> list[Node]:
        """What one item of a list outside any repeated item becomes."""
        if isinstance(node.value, str) and node.ranged:
            return [scalar_node(node.line, text) for text in self._texts(node, path)]
        if _repeat_key(node) is not None:
            return self._repeated(node, path)
        return [self.outside(node, path)]

    def _repeated(self, node: Node, path: Path) -> list[Node]:
        """The copies of an item whose id has brackets."""
        key = _repeat_key(node)
        if key is None or not isinstance(node.value, dict):
            return [node]
        id_node = node.value[key]
        before = len(self.problems)
        ids = self._texts(id_node, (*path, key))
        if len(self.problems) > before:
            return [node]  # no telling how many there should be
        if len(ids) * node.size > MAX_NODES:
            raise _TooLargeError
        self._repeats.append((str(id_node.value), len(ids)))
        copies = self._copies(node, path, len(ids))
        self._repeats.pop()
        return copies

    def _copies(self, node: Node, path: Path, n: int) -> list[Node]:
        """``n`` versions of a node inside a repeated item, its texts shared out by position."""
        if not node.ranged:
            return [node] * n
        if isinstance(node.value, dict):
            columns = {k: self._copies(v, (*path, k), n) for k, v in node.value.items()}
            self.count(n)
            return [
                mapping_node(
                    node.line, {k: column[i] for k, column in columns.items()}, node.key_lines
                )
                for i in range(n)
            ]
        if isinstance(node.value, list):
            parts = [self._parts(child, (*path, i), n) for i, child in enumerate(node.value)]
            return [self._joined(node, [part(i) for part in parts]) for i in range(n)]
        if path[-1] in FREE_TEXT:
            return [node] * n
        texts = self._texts(node, path)
        if len(texts) != n:
            self._mismatch(node, path, len(texts))
            return [node] * n
        return [scalar_node(node.line, text) for text in texts]

    def _parts(self, node: Node, path: Path, n: int) -> Callable[[int], list[Node]]:
        """What one item of a list becomes in each of the ``n`` copies of the item around it."""
        if isinstance(node.value, str) and node.ranged:
            texts = self._texts(node, path)
            if len(texts) % n:
                self._mismatch(node, path, len(texts))
                return lambda _: [node]
            leaves = [scalar_node(node.line, text) for text in texts]
            share = len(leaves) // n
            return lambda i: leaves[i * share : (i + 1) * share]
        if _repeat_key(node) is not None:
            nested = self._repeated(node, path)  # has its own ids: the same in every copy
            return lambda _: nested
        copies = self._copies(node, path, n)
        return lambda i: [copies[i]]

    def _joined(self, node: Node, groups: list[list[Node]]) -> Node:
        self.count(sum(map(len, groups)))
        origins = [index for index, group in enumerate(groups) for _ in group]
        return list_node(node.line, list(itertools.chain.from_iterable(groups)), origins)

    def _texts(self, node: Node, path: Path) -> list[str]:
        text = str(node.value)
        try:
            texts = expand(text)
        except RangeError as error:
            self._note(node, path, str(error), error.cure)
            texts = [text]
        self.count(len(texts))
        return texts

    def _mismatch(self, node: Node, path: Path, count: int) -> None:
        ident, n = self._repeats[-1]
        message = f"stands for {count} texts, but {shown(ident)} is repeated {n} times"
        cure = f"write a range of {n}, or list the items one by one"
        for outer, size in self._repeats[:-1]:
            if size == count:
                cure = (
                    f"to follow {shown(outer)}, write it there: a row's fields hold for its racks"
                )
        self._note(node, path, message, cure)

    def _note(self, node: Node, path: Path, message: str, cure: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            value = shown(node.value)
            self.problems.append(
                Problem(message, cure, path_text(path), self._file, node.line, value)
            )


def _repeat_key(node: Node) -> str | None:
    """The key whose brackets repeat this item: ``id``, or ``rack`` for a pin, which has no id."""
    if not isinstance(node.value, dict):
        return None
    key = "id" if "id" in node.value else "rack"
    child = node.value.get(key)
    return key if child is not None and isinstance(child.value, str) and child.ranged else None
