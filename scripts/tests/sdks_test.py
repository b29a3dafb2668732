import tempfile
import unittest
from pathlib import Path
from unittest import mock

from sdks import generated
from sdks.application_api import application_api
from sdks.python_types import UnknownSchema, python_types

OK = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}}}, "422": {"description": "no"}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {},
    "paths": {
        "/v1/sessions": {
            "get": {"security": [{"api_key": []}, {"login": []}], "responses": OK},
            "put": {"security": [{"login": []}], "responses": OK},
        },
        "/v1/me": {"get": {"security": [{"login": []}], "responses": {"200": {"schema": {"$ref": "#/components/schemas/Me"}}}}},
        "/v1/webhook-listeners": {"get": {"security": [{"api_key": []}], "responses": OK}},
    },
    "webhooks": {
        "session.no_show": {"post": {"summary": "Nobody.", "requestBody": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["type", "data"],
            "properties": {"type": {"const": "session.no_show"}, "data": {"type": "object", "properties": {"who": {"type": "string"}}}},
        }}}}}},
    },
    "components": {
        "securitySchemes": {"api_key": {"type": "http"}, "login": {}},
        "schemas": {
            "Me": {"type": "object"},
            "Problem": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
            "Session": {
                "type": "object", "required": ["id", "stays"], "description": "Booked.",
                "properties": {
                    "id": {"$ref": "#/components/schemas/Id"}, "state": {"oneOf": [{"const": "open"}, {"const": "live"}]},
                    "stays": {"type": "array", "items": {"$ref": "#/components/schemas/Stay"}},
                    "end": {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "When."},
                    "notes": {"type": "object", "additionalProperties": True}, "any": {},
                },
            },
            "Id": {"type": "string"},
            "Stay": {"type": "object", "properties": {"from": {"type": "integer"}}, "required": ["from"]},
        },
    },
}


class ApplicationApi(unittest.TestCase):
    def test_sdk_11_what_a_key_may_ask_and_what_that_needs_is_left(self):
        part = application_api(DOCUMENT)
        self.assertEqual(list(part["paths"]), ["/v1/sessions"])
        self.assertEqual(list(part["paths"]["/v1/sessions"]), ["get"])
        operation = part["paths"]["/v1/sessions"]["get"]
        self.assertEqual((operation["security"], list(operation["responses"])), ([{"api_key": []}], ["200"]))
        self.assertEqual(list(part["components"]["schemas"]), ["Id", "Problem", "Session", "Stay"])


class PythonTypes(unittest.TestCase):
    def written(self, document: dict = DOCUMENT) -> dict:
        """What the module defines, and its annotations."""
        module: dict = {}
        exec(compile(python_types(application_api(document)), "types.py", "exec"), module)
        return module

    def test_sdk_11_each_schema_and_each_event_is_a_type(self):
        module = self.written()
        said = {name: str(kind) for name, kind in module["Session"].__annotations__.items()}
        for field, kind in (
            ("id", "Id"), ("state", "NotRequired[Literal['open', 'live']]"), ("stays", "list[Stay]"), ("end", "NotRequired[int | None]"),
            ("notes", "NotRequired[dict[str, Any]]"), ("any", "NotRequired[Any]"),
        ):
            self.assertIn(kind, said[field])
        self.assertEqual(module["Session"].__doc__, "Booked.")
        self.assertEqual(list(module["Stay"].__annotations__), ["from"], "a keyword may be a field")
        self.assertIn("SessionNoShowEvent", module["__all__"])
        self.assertIs(module["WebhookEvent"], module["SessionNoShowEvent"])

    def test_sdk_11_a_schema_that_is_not_known_is_refused(self):
        schemas = DOCUMENT["components"]["schemas"] | {"Id": {"not": {"type": "string"}}}
        with self.assertRaises(UnknownSchema):
            self.written(DOCUMENT | {"components": DOCUMENT["components"] | {"schemas": schemas}})


class Stale(unittest.TestCase):
    def test_sdk_11_a_file_that_says_something_else_is_stale(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(generated, "REPO", Path(folder)):
            path = Path("types.py")
            self.assertIn("run `make types`", generated.stale(path, "a\n")[-1])
            (Path(folder) / path).write_text("a\n")
            self.assertEqual(generated.stale(path, "a\n"), [])
            self.assertEqual([line for line in generated.stale(path, "b\n") if line in ("-a", "+b")], ["-a", "+b"])


if __name__ == "__main__":
    unittest.main()
