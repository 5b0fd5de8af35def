"""The reference of the site file as Markdown, written from its JSON Schema so it stays true."""

from __future__ import annotations

import re
from typing import Any

from rackplan.schema.jsonschema import site_json_schema

Schema = dict[str, Any]


def site_reference() -> str:
    """Every key of the site file: one table for each mapping, outermost first."""
    schema = site_json_schema()
    definitions = schema["definitions"]
    lines = ["### Site file", "", *_table(schema, definitions)]
    for name in _reachable(schema, definitions):
        definition = definitions[name]
        lines += ["", f"### {_title(name)}", "", definition["description"], ""]
        lines += _table(definition, definitions)
    return "\n".join(lines) + "\n"


def _reachable(schema: Schema, definitions: dict[str, Schema]) -> list[str]:
    """Names of the mappings in a site file, in the order they are met; catalog entries are not."""
    found: list[str] = []
    for key, field in schema["properties"].items():
        if key == "catalog":
            continue
        for name in re.findall(r"#/definitions/(\w+)", str(field)):
            for inner in [name, *_reachable(definitions[name], definitions)]:
                if inner not in found:
                    found.append(inner)
    return found


def _table(schema: Schema, definitions: dict[str, Schema]) -> list[str]:
    required = schema.get("required", [])
    rows = [
        f"| `{key}` | {_value(field)} | {_default(key, field, required)} "
        f"| {_meaning(field, definitions)} |"
        for key, field in schema["properties"].items()
    ]
    return ["| key | value | default | meaning |", "|---|---|---|---|", *rows]


def _meaning(field: Schema, definitions: dict[str, Schema]) -> str:
    """The description of a field, or that of the mapping it holds."""
    target = re.search(r"#/definitions/(\w+)", str(field))
    inherited = definitions[target[1]]["description"] if target else ""
    return str(field.get("description") or inherited).replace("|", "/")


def _default(key: str, field: Schema, required: list[str]) -> str:
    if key in required:
        return "required"
    default = field.get("default", "")
    return "" if default == "" else f"`{str(default).lower()}`"


def _value(field: Schema) -> str:
    """What may be written, in words."""
    forms = [field, *field.get("allOf", []), *field.get("anyOf", [])]
    return " or ".join(dict.fromkeys(filter(None, map(_form, forms))))


def _form(form: Schema) -> str:
    if "$ref" in form:
        return _link(form["$ref"].rpartition("/")[2])
    if "enum" in form or "const" in form:
        return ", ".join(f"`{value}`" for value in form.get("enum", [form.get("const")]))
    if "patternErrorMessage" in form:
        kind = form["patternErrorMessage"].partition(" with its unit")[0]
        return f"{kind}: `{form['examples'][0]}`"
    kind = form.get("type")
    if kind == "array":
        return f"list of: {_value(form['items'])}"
    if kind == "object":
        inner = [*form.get("patternProperties", {}).values(), form.get("additionalProperties")]
        named = [_value(item) for item in inner if isinstance(item, dict)]
        return f"mapping of names to: {named[0]}" if named else "mapping"
    words = {
        "string": "name" if "pattern" in form else "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "`true`, `false`",
    }
    return words.get(str(kind), "") + _bounds(form)


def _bounds(form: Schema) -> str:
    low = form.get("minimum", form.get("exclusiveMinimum"))
    high = form.get("maximum")
    if low is None or high is None:
        return ""
    above = "above " if "exclusiveMinimum" in form else ""
    return f", {above}{low:,} to {high:,}"


def _link(name: str) -> str:
    title = _title(name)
    shown = title if title.isupper() else title.lower()
    return f"[{shown}](#{title.lower().replace(' ', '-')})"


def _title(name: str) -> str:
    """The name of a mapping as people write it: ``LeafGroup`` is a leaf group."""
    word = name.removesuffix("Spec")
    if word.upper() in {"CDU", "SLO"}:
        return word.upper()
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", word)
