"""The part of the scheduler's OpenAPI document that an application's back end needs: what its key may ask, and its events."""

from collections.abc import Iterator

CREDENTIAL = "api_key"
# What the command line does on a developer's machine.
LEFT_OUT = "/v1/webhook-listeners"
# What a refusal is, whatever was asked.
REFUSAL = "#/components/schemas/Problem"
SCHEMAS = "#/components/schemas/"


def application_api(document: dict) -> dict:
    """The same kind of document, with those operations, their good answers, the events, and the schemas that these need."""
    paths = {}
    for path, methods in document["paths"].items():
        kept = {method: _operation(operation) for method, operation in methods.items() if _is_for_applications(path, operation)}
        if kept:
            paths[path] = kept
    part = {"openapi": document["openapi"], "info": document["info"], "paths": paths, "webhooks": document["webhooks"]}
    schemas = document["components"]["schemas"]
    needed = set(_closed({*_references(part), REFUSAL}, schemas))
    part["components"] = {
        "schemas": {name: schema for name, schema in sorted(schemas.items()) if SCHEMAS + name in needed},
        "securitySchemes": {CREDENTIAL: document["components"]["securitySchemes"][CREDENTIAL]},
    }
    return part


def _is_for_applications(path: str, operation: dict) -> bool:
    return not path.startswith(LEFT_OUT) and any(CREDENTIAL in one for one in operation["security"])


def _operation(operation: dict) -> dict:
    answers = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    return operation | {"responses": answers, "security": [{CREDENTIAL: []}]}


def _closed(wanted: set[str], schemas: dict) -> set[str]:
    """Those, and what they refer to."""
    found: set[str] = set()
    while wanted:
        reference = wanted.pop()
        found.add(reference)
        wanted |= set(_references(schemas[reference.removeprefix(SCHEMAS)])) - found
    return found


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
