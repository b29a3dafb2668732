"""Schemas of an OpenAPI 3.1 document as types of Python: `TypedDict`, `Literal` and unions, with what the document says of them.

It knows what schemars writes, and refuses what it does not know.
"""

import keyword
import textwrap
from collections.abc import Iterator

SCHEMAS = "#/components/schemas/"
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
WIDTH = 116
HEAD = '''"""Types of the scheduler's API, from its /openapi.json. Written by `make types`: change nothing here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, Union
'''


class UnknownSchema(Exception):
    """Something that no type is made of yet."""


def python_types(document: dict) -> str:
    """The text of a module: a type for each schema, and for each event, whose union is `WebhookEvent`."""
    parts = [HEAD]
    names = []
    for name, schema in document["components"]["schemas"].items():
        parts.append(_definition(name, schema))
        names.append(name)
    events = []
    for name, webhook in document["webhooks"].items():
        post = webhook["post"]
        body = post["requestBody"]["content"]["application/json"]["schema"]
        stem = "".join(word.capitalize() for word in name.replace("_", ".").split("."))
        data = body["properties"]["data"]
        parts.append(_definition(f"{stem}Data", data | {"description": f"Data of `{name}`."}))
        named = body | {"description": post["summary"], "properties": body["properties"] | {"data": {"$ref": f"{SCHEMAS}{stem}Data"}}}
        parts.append(_definition(f"{stem}Event", named))
        names += [f"{stem}Data", f"{stem}Event"]
        events.append(f"{stem}Event")
    union = "".join(f"    {event},\n" for event in events)
    parts.append(f"WebhookEvent = Union[\n{union}]\n")
    listed = "".join(f'    "{name}",\n' for name in sorted([*names, "WebhookEvent"]))
    parts.append(f"__all__ = [\n{listed}]\n")
    return "\n\n".join(parts)


def _definition(name: str, schema: dict) -> str:
    if "properties" not in schema:
        return f"{name} = {_type(schema, quoted=True)}\n{_doc(schema, '')}".rstrip() + "\n"
    required = set(schema.get("required", []))
    fields = {field: _field(described, field in required) for field, described in schema["properties"].items()}
    if any(keyword.iskeyword(field) for field in fields):
        lines = "".join(f'        "{field}": "{kind}",\n' for field, kind in fields.items())
        return f'{name} = TypedDict(\n    "{name}",\n    {{\n{lines}    }},\n)\n{_doc(schema, "")}'.rstrip() + "\n"
    lines = [f"class {name}(TypedDict):\n", _doc(schema, "    "), "\n" if schema.get("description") and fields else ""]
    for field, kind in fields.items():
        lines.append(f"    {field}: {kind}\n")
        lines.append(_doc(schema["properties"][field], "    "))
    if not fields and not schema.get("description"):
        lines.append("    pass\n")
    return "".join(lines)


def _field(schema: dict, is_required: bool) -> str:
    kind = _type(schema)
    return kind if is_required else f"NotRequired[{kind}]"


def _doc(schema: dict, indent: str) -> str:
    text = schema.get("description") or (schema.get("summary") or "")
    if not text:
        return ""
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, WIDTH - len(indent) - 6)]
    if len(lines) == 1:
        return f'{indent}"""{lines[0]}"""\n'
    inner = "".join(f"{indent}{line}\n" for line in lines[1:])
    return f'{indent}"""{lines[0]}\n{inner}{indent}"""\n'


def _type(schema: dict, quoted: bool = False) -> str:
    """`quoted` where the type is an expression that is evaluated when the module is loaded."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMAS)
        return f'"{name}"' if quoted else name
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return _literal(schema["enum"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _union(schema[several], quoted)
    kinds = schema.get("type")
    if kinds is None and not schema.keys() - {"description", "default", "title"}:
        return "Any"
    if isinstance(kinds, list):
        return _joined([_type(schema | {"type": kind}, quoted) for kind in kinds], quoted)
    if kinds == "array":
        return f"list[{_type(schema['items'], quoted)}]" if "items" in schema else _tuple(schema, quoted)
    if kinds == "object" and "properties" not in schema:
        values = schema.get("additionalProperties", True)
        return f"dict[str, {_type(values, quoted) if isinstance(values, dict) else 'Any'}]"
    if kinds in SCALARS:
        return SCALARS[kinds]
    raise UnknownSchema(f"{schema}")


def _union(schemas: list[dict], quoted: bool) -> str:
    words = list(_words(schemas))
    if len(words) == len(schemas):
        return _literal(words)
    return _joined([_type(one, quoted) for one in schemas], quoted)


def _words(schemas: list[dict]) -> Iterator[str]:
    """Those of them that are one word each."""
    for one in schemas:
        if "const" in one:
            yield one["const"]
        elif len(one.get("enum", [])) == 1:
            yield one["enum"][0]


def _literal(words: list[str]) -> str:
    return f"Literal[{', '.join(repr(word) for word in words)}]"


def _joined(kinds: list[str], quoted: bool) -> str:
    distinct = list(dict.fromkeys(kinds))
    if len(distinct) == 1:
        return distinct[0]
    return f"Union[{', '.join(distinct)}]" if quoted else " | ".join(distinct)


def _tuple(schema: dict, quoted: bool) -> str:
    if "prefixItems" in schema:
        return f"list[{_joined([_type(one, quoted) for one in schema['prefixItems']], quoted)}]"
    raise UnknownSchema(f"{schema}")
