"""The JSON Schema of the site file as written, before ranges are expanded: editors complete by it.

It accepts every site that loads, and little that does not: what needs the whole file (names that
refer to each other, ranges that must match) is left to ``rackplan check``.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from rackplan.catalog.kinds import KINDS, WORDS
from rackplan.schema.site import Site

DRAFT = "http://json-schema.org/draft-07/schema#"
_DEFINITION = "#/definitions/{model}"
_DEFAULTS = {
    "type": "object",
    "description": "Basis, source and date of figures of this entry that state none.",
    "properties": {key: {"type": "string"} for key in ("basis", "source", "date", "note")},
    "additionalProperties": False,
}


def site_json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 7) of the site file."""
    models: list[type[BaseModel]] = [Site, *KINDS.values()]
    _, generated = models_json_schema(
        [(model, "validation") for model in models], by_alias=True, ref_template=_DEFINITION
    )
    definitions: dict[str, Any] = _plain(generated["$defs"])
    site = definitions.pop("Site")
    for kind in KINDS.values():
        _as_override(definitions[kind.__name__])
    site["properties"]["catalog"] = _catalog(site["properties"]["catalog"]["description"])
    return {
        "$schema": DRAFT,
        "title": "rackplan site file",
        **{key: value for key, value in site.items() if key != "title"},
        "definitions": dict(sorted(definitions.items())),
    }


def site_json_schema_text() -> str:
    """The same as text, as the file ``rackplan.schema.json`` holds it."""
    return json.dumps(site_json_schema(), indent=2, ensure_ascii=False) + "\n"


def _plain(schema: Any) -> Any:
    """A schema as draft 7 reads it, with descriptions as people read them."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items()}
    if isinstance(plain.get("description"), str):
        plain["description"] = " ".join(plain["description"].replace("``", "`").split())
    if _is_quantity(plain) or isinstance(plain.get("default"), dict | list | None):
        # A default in base units, or a whole section, is not what an editor should fill in.
        plain.pop("default", None)
    if "$ref" in plain and len(plain) > 1:  # draft 7 ignores what stands beside a $ref
        plain = {"allOf": [{"$ref": plain.pop("$ref")}], **plain}
    return plain


def _is_quantity(schema: dict[str, Any]) -> bool:
    forms = [schema, *schema.get("anyOf", [])]
    return any("patternErrorMessage" in form for form in forms if isinstance(form, dict))


def _as_override(definition: dict[str, Any]) -> None:
    """Let a catalog entry start from another one, give defaults and drop figures."""
    definition.pop("required", None)  # ``like`` brings them; `rackplan check` knows when it does
    for name, field in definition["properties"].items():
        if {"type": "null"} not in field.get("anyOf", []):
            about = {key: field.pop(key) for key in ("title", "description") if key in field}
            definition["properties"][name] = {**about, "anyOf": [field, {"type": "null"}]}
    definition["properties"]["like"] = {
        "type": "string",
        "description": "Id of the entry this one starts from.",
    }
    definition["properties"]["defaults"] = _DEFAULTS


def _catalog(description: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "folder": {
            "type": "string",
            "description": "Folder of YAML files with more entries, beside the site file.",
        }
    }
    for kind, model in KINDS.items():
        properties[kind] = {
            "type": "object",
            "description": f"Entries of kind {WORDS[kind]}, by id.",
            "additionalProperties": {"$ref": _DEFINITION.format(model=model.__name__)},
        }
    return {
        "type": "object",
        "title": "Catalog",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }
