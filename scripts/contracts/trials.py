"""As whom the services are tried: credentials, the ids that are theirs, and what is left out."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .services import Services

# What answers when something happens, and not at once; and what would end the login that the others are tried with.
LEFT_OUT = {"/v1/notifications/stream", "/v1/webhook-listeners/{id}/stream", "/v1/sync", "/v1/logout"}
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance", "ignored_auth",
)
# The one credential that is a cookie.
LOGIN = "login"
# How often an id is one that there is.
OWN_IDS = 0.6
SIGNUP = {"email": "eve@example.org", "password": "correct horse battery", "name": "Eve"}
# With whom they are matched.
SIGNUP_OF_THE_OTHER = SIGNUP | {"email": "ed@example.org", "name": "Ed"}
TWO = [{"external_id": "ann", "name": "Ann"}, {"external_id": "bo", "name": "Bo"}]
START_IN_MS = 3_600_000


@dataclass
class Trial:
    """One service as one kind of caller. `credentials` are by their names in its document, `own` are values of parameters that
    there are, by place and name."""

    name: str
    url: str
    credentials: dict[str, str]
    own: dict[str, list[str]]
    # Fewer mean that the description lost some, or that they are not tried.
    fewest: int
    # The same for one operation alone, as `POST /v1/sessions`.
    own_of: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    # Whether it is the one that tries what everybody may ask.
    is_first: bool = True

    def config(self, operations: dict[str, dict]) -> str:
        """As the tool reads it; `operations` are the service's, by path and method."""
        lines = ['warnings = false', 'continue-on-failure = true', 'request-timeout = 10', 'max-stream-events = 1']
        lines += ["[checks]", "enabled = false"]
        for check in CHECKS:
            lines += [f"[checks.{check}]", "enabled = true"]
        lines += ["[phases.stateful]", "enabled = false"]
        for scheme, credential in self.credentials.items():
            kind = "api_key" if scheme == LOGIN else "bearer"
            lines += [f"[auth.openapi.{scheme}]", f"{kind} = {json.dumps(credential)}"]
        if LOGIN in self.credentials:
            # Without it nothing changes by a cookie.
            lines += ["[headers]", f"Origin = {json.dumps(self.url)}"]
        lists = {"own": self.own} | {f"own_{number}": own for number, own in enumerate(self.own_of.values())}
        for group, own in lists.items():
            for number, values in enumerate(own.values()):
                lines += [f"[dictionaries.{group}_{number}]", f"values = {json.dumps(values)}"]
        lines += ["[parameters]", *chosen("own", self.own)]
        for number, (operation, own) in enumerate(self.own_of.items()):
            lines += ["[[operations]]", f"include-name = {json.dumps(operation)}", "[operations.parameters]", *chosen(f"own_{number}", own)]
        for operation in self.left_out(operations):
            lines += ["[[operations]]", f"include-name = {json.dumps(operation)}", "enabled = false"]
        return "\n".join(lines) + "\n"

    def left_out(self, operations: dict[str, dict]) -> Iterator[str]:
        """What has no end, and what only others may ask: `scheduler/tests/authorisation` has that."""
        for path, methods in operations.items():
            for method, operation in methods.items():
                named = {scheme for one in operation["security"] for scheme in one}
                if path in LEFT_OUT or not (named & self.credentials.keys() or (self.is_first and not named)):
                    yield f"{method.upper()} {path}"


def chosen(group: str, own: dict[str, list[str]]) -> list[str]:
    """A line for each parameter: from which list it is taken."""
    return [f'"{name}" = {{ dictionary = "{group}_{number}", probability = {OWN_IDS} }}' for number, name in enumerate(own)]


def trials(services: Services) -> list[Trial]:
    """Each with objects of its own: what one of them cancels is nobody else's."""
    key = services.printed("keys", "create", "--name", "shop")
    operator_key = services.printed("keys", "create", "--name", "operator", "--operator")
    operator = services.post("/v1/operator/ticket", {}, operator_key)["ticket"]
    booked, called_off, visited, talked = (book(services, key) for _ in range(4))
    page = services.post("/v1/join", {"token": visited["participants"][0]["join_url"].split("#")[1]})["access"]
    person = talked["participants"][0]["user_id"]
    guest = services.post("/v1/rooms/ticket", {"user_id": person}, key)["ticket"]
    login, both = matched(services)
    follows = services.post("/v1/matches", {"participants": TWO}, key)["participants"]
    follows = [one["user_id"] for one in follows if one["user_id"] != person]
    back_end = {"api_key": key, "operator_key": operator_key, "operator_ticket": operator, "events_secret": services.secret()}
    return [
        Trial(
            "application", services.url["scheduler"], back_end, ids(booked), 18,
            own_of={"POST /v1/sessions/{id}/cancel": {"path.id": [called_off["id"]]}}
            | of_groups(lambda: services.post("/v1/rooms", {"participants": TWO}, key)),
        ),
        Trial("page", services.url["scheduler"], {"access": page}, ids(visited), 6, is_first=False),
        Trial("person", services.url["scheduler"], {LOGIN: login}, {}, 10, own_of=of_groups(lambda: group(services, login, both)), is_first=False),
        Trial("chat", services.url["chat"], {"ticket": guest, "operator_ticket": operator, "events_secret": services.secret()}, {"path.id": [talked["room_id"]], "path.user_id": follows}, 8),
        Trial("signaling", services.url["signaling"], {"operator_ticket": operator, "events_secret": services.secret()}, ids(booked), 8),
    ]


def book(services: Services, key: str) -> dict:
    """A session of two people that nothing happens to by itself meanwhile."""
    body = {
        "participants": TWO,
        "starts_at": int(time.time() * 1_000) + START_IN_MS, "remind_before_ms": [],
    }
    return services.post("/v1/sessions", body, key)


def matched(services: Services) -> tuple[str, list[str]]:
    """The cookie of somebody who is matched, and the ids of both."""
    cookies = [services.cookie("/v1/signup", one) for one in (SIGNUP, SIGNUP_OF_THE_OTHER)]
    users = [services.get_as(cookie, "/v1/me")["id"] for cookie in cookies]
    for cookie, other in zip(cookies, reversed(users)):
        services.post_as(cookie, "/v1/gifts", {"to": {"user_id": other}, "kind": "special", "letter": "Hi."})
    return cookies[0], users


def group(services: Services, login: str, users: list[str]) -> dict:
    return services.post_as(login, "/v1/rooms", {"participants": [{"user_id": user} for user in users]})


def of_groups(made: Callable[[], dict]) -> dict[str, dict[str, list[str]]]:
    """A group for each operation, so that what one closes, leaves or fills is no other's."""
    of_one = ("GET /v1/rooms/{id}", "PATCH /v1/rooms/{id}", "DELETE /v1/rooms/{id}", "POST /v1/rooms/{id}/members")
    own = {operation: {"path.id": [made()["id"]]} for operation in of_one}
    left = made()
    users = [member["user_id"] for member in left["members"]]
    return own | {"DELETE /v1/rooms/{id}/members/{user_id}": {"path.id": [left["id"]], "path.user_id": users}}


def ids(session: dict) -> dict[str, list[str]]:
    users = [person["user_id"] for person in session["participants"]]
    return {"path.id": [session["id"]], "path.user_id": users, "query.session_id": [session["id"]], "query.user_id": users}
