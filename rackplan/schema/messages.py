"""What is wrong with a document, in plain words: pydantic's findings as problems with a cure."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rackplan.errors import Problem
from rackplan.schema.node import MAX_PROBLEMS, Document, Path, closest, shown

_LIST = ("a list is needed here", "start each item with '- '")
_MAPPING = ("a mapping is needed here", "write 'key: value' lines below it")
_WHOLE = ("a whole number is needed here", "")
_NUMBER = ("a number is needed here", "")
_FLAG = ("true or false is needed here", "")
_NAME = ("a name may not hold any of / @ * { } [ ] or a control character", "leave it out")

# pydantic's error types, in plain words. What is not listed keeps pydantic's own sentence.
_PLAIN: dict[str, tuple[str, str]] = {
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "string_pattern_mismatch": _NAME,
    "string_too_short": ("a name cannot be empty", ""),
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> list[Problem]:
    """Every finding of a validation as a problem, one per written place.

    Parameters
    ----------
    error
        What pydantic raised for ``document.data``.
    document
        The validated document, after range expansion.
    model
        The model it was validated against.
    """
    findings = [_Finding(details, document) for details in error.errors(include_url=False)]
    translator = _Translator(document, model)
    unique: dict[tuple[str, str], Problem] = {}
    for problem in translator.problems(findings):
        unique.setdefault((problem.path, problem.message), problem)
    found = sorted(unique.values(), key=lambda problem: problem.line or 0)
    more = len(found) - MAX_PROBLEMS
    if more > 0:
        closing = Problem(f"and {more} more problems", file=document.file)
        return [*found[:MAX_PROBLEMS], closing]
    return found


class _Finding:
    """One pydantic error, with its place in the document and without the names of union branches.

    Attributes
    ----------
    path
        Where it is; for a missing key, with that key.
    union
        Path of the value with several allowed forms that it is about; ``None`` for any other value.
    branch
        The form that was tried.
    """

    def __init__(self, details: ErrorDetails, document: Document) -> None:
        self.details = details
        self.kind = details["type"]
        self.union: Path | None = None
        self.branch = ""
        path: Path = ()
        loc = details["loc"]
        for index, part in enumerate(loc):
            last = index == len(loc) - 1
            if last and part == "[key]":  # pydantic's mark for the key itself
                break
            if document.node_at((*path, part)) is None and not (last and self.kind == "missing"):
                self.union, self.branch = path, str(part)
            else:
                path = (*path, part)
        self.path = path


class _Translator:
    """Turns findings into problems."""

    def __init__(self, document: Document, model: type[BaseModel]) -> None:
        self._document = document
        self._model = model

    def problems(self, findings: Iterable[_Finding]) -> Iterable[Problem]:
        """Problems of all findings; those about the forms of one value become one problem."""
        unions: dict[Path, list[_Finding]] = {}
        plain: list[_Finding] = []
        for finding in findings:
            if finding.union is None:
                plain.append(finding)
            else:
                unions.setdefault(finding.union, []).append(finding)
        for path, forms in unions.items():
            node = self._document.node_at(path)
            if node is not None and isinstance(node.value, dict):
                plain.extend(form for form in forms if form.kind != "literal_error")
            else:
                yield self._no_form(path, forms)
        misspelt = {
            (*f.path[:-1], self._meant(f.path)) for f in plain if f.kind == "extra_forbidden"
        }
        for finding in plain:
            if finding.kind != "missing" or finding.path not in misspelt:
                yield self._problem(finding)

    def _problem(self, finding: _Finding) -> Problem:
        path, kind, details = finding.path, finding.kind, finding.details
        if kind == "missing":
            return self._document.problem(path[:-1], f"missing '{path[-1]}'")
        if kind == "extra_forbidden":
            return self._unknown_key(path)
        value = shown(details["input"])
        if kind == "string_type":
            cure = "" if isinstance(details["input"], dict | list | None) else f'write "{value}"'
            return self._document.problem(path, "a text is needed here", cure, value)
        if kind == "literal_error":
            return self._literal(path, details)
        message, cure = _sentence(kind, details)
        cure = _single(details["input"], message) or cure
        return self._document.problem(path, message, cure, value)

    def _unknown_key(self, path: Path) -> Problem:
        key = str(path[-1])
        meant = self._meant(path)
        allowed = self._keys(path[:-1]).values()
        cure = self._elsewhere(path) or f"allowed here: {', '.join(allowed)}"
        if meant:
            cure = f"did you mean '{meant}'?"
        return self._document.problem(path, f"unknown key '{key[:60]}'", cure)

    def _meant(self, path: Path) -> str | None:
        """The key a person meant by an unknown one."""
        keys = self._keys(path[:-1])
        key = str(path[-1])
        return keys[key] if key in keys else closest(key, list(keys.values()))

    def _elsewhere(self, path: Path) -> str:
        """Where an unknown key belongs when a mapping right inside or around this one takes it."""
        *above, key = path
        for name in self._keys(tuple(above)).values():
            if key in self._keys((*above, name)).values():
                return f"'{key}' belongs under '{name}'"
        for end in range(len(above) - 1, -1, -1):
            if key in self._keys(tuple(above[:end])).values():
                return f"'{key}' belongs {self._named(tuple(above[:end]))}: check the indentation"
        return ""

    def _named(self, path: Path) -> str:
        return f"under {self._document.written(path)}" if path else "at the left margin"

    def _keys(self, path: Path) -> dict[str, str]:
        """Keys a mapping may have, by the name of the field: ``inputs`` is written ``from``."""
        return {
            name: field.alias or name
            for model in _models(_annotations_at(self._model, path))
            for name, field in model.model_fields.items()
        }

    def _literal(self, path: Path, details: ErrorDetails) -> Problem:
        expected = str(details.get("ctx", {}).get("expected", ""))
        meant = closest(str(details["input"]), _quoted(expected))
        cure = f"did you mean '{meant}'?" if meant else ""
        return self._document.problem(path, f"must be {expected}", cure, shown(details["input"]))

    def _no_form(self, path: Path, forms: list[_Finding]) -> Problem:
        """One sentence for a value that has none of the forms it may have."""
        values = [str(form.details.get("ctx", {}).get("expected", "")) for form in forms]
        keys = list(self._keys(path).values())
        allowed = [f"'{word}'" for text in values for word in _quoted(text)]
        allowed += [f"a mapping with '{key}'" for key in keys]
        node = self._document.node_at(path)
        value = node.value if node is not None else None
        meant = closest(str(value), [word for text in values for word in _quoted(text)] + keys)
        cure = ""
        if meant in keys:
            cure = f"write '{meant}: ...' below it"
        elif meant:
            cure = f"did you mean '{meant}'?"
        either = " or ".join(filter(None, [", ".join(allowed[:-1]), *allowed[-1:]]))
        return self._document.problem(path, f"must be {either}", cure, shown(value))


def _sentence(kind: str, details: ErrorDetails) -> tuple[str, str]:
    context = details.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _BOUNDS:
        words, name = _BOUNDS[kind]
        return f"must be {words} {context[name]:,}", ""
    if kind == "value_error":
        # fields.py says "what is wrong: write ..."; the second half is the cure.
        message, _, cure = str(context["error"]).partition(": ")
        return message, cure
    return details["msg"][:1].lower() + details["msg"][1:], ""


def _single(value: Any, message: str) -> str:
    """What to write for one text where a list is needed, or for a percentage as a number."""
    if message == _LIST[0] and isinstance(value, str) and re.fullmatch(r"[\w./:-]+", value):
        return f"write [{value}]"
    percent = re.fullmatch(r"([0-9.]{1,6}) ?%", value) if isinstance(value, str) else None
    if message == _NUMBER[0] and percent and percent[1].count(".") < 2:
        return f"write {float(percent[1]) / 100:g}"
    return ""


def _quoted(expected: str) -> list[str]:
    """The texts in pydantic's list of allowed values: ``'full' or 'shed'``."""
    return expected.split("'")[1::2]


def _annotations_at(model: type[BaseModel], path: Path) -> list[Any]:
    """Types that may stand at ``path`` of a document described by ``model``."""
    found: list[Any] = [model]
    for part in path:
        found = [inner for kind in found for inner in _forms(_step(kind, part))]
    return found


def _step(kind: Any, part: str | int) -> Any:
    """The type of a key or an item of a value of type ``kind``."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return next((f.annotation for name, f in fields if (f.alias or name) == part), None)
    by_origin: dict[Any, Callable[[tuple[Any, ...]], Any]] = {
        tuple: lambda arguments: arguments[0],
        dict: lambda arguments: arguments[1],
    }
    choose = by_origin.get(get_origin(kind))
    return choose(get_args(kind)) if choose else None


def _forms(kind: Any) -> list[Any]:
    """The alternatives of a union, without annotations."""
    if get_origin(kind) is Annotated:
        return _forms(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [form for argument in get_args(kind) for form in _forms(argument)]
    return [kind]


def _models(kinds: Iterable[Any]) -> list[type[BaseModel]]:
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
