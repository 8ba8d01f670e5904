"""Nobody reads or changes what is somebody else's: every operation is tried by those who must not get through.

A new route takes part by itself. It fails here until its path's parameters (`AdasThings`) and its body (`BODIES`) are
known, and, if it is open to all, until it stands in `OPEN`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from string import Formatter
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Mount
from tests.support import drawing
from tests.support.app import API, PASSWORD, PATIENCE_S, Served, fine, wait_until
from tests.support.photofile import jpeg
from tests.support.trust import TRUST

from cultivar.kernel.actor import ROLES, SCOPES, Role
from cultivar.kernel.auth import Needs
from cultivar.kernel.pages import Cursor
from cultivar.monitoring.schemas.watching import AlertFilters
from cultivar.monitoring.service import alerts
from cultivar.monitoring.watch import Finding, Subject
from cultivar.web.openapi import operations

OPEN = {
    f"POST {API}/auth/register",
    f"POST {API}/auth/token",
    f"POST {API}/auth/guest",
    f"POST {API}/auth/refresh",
    f"GET {API}/health",
    f"GET {API}/health/ready",
    "GET /health",
    "GET /health/ready",
    "GET /metrics",
    "GET /files/{key}",
    "GET /docs",
    "GET /api/docs",
    "GET /openapi.json",
    f"GET {API}/openapi.json",
}
UNTIL_BUILT = {"GET /", "GET /help", "GET /help/{page}"}
"""Routes until app and manual are built, then files."""
OPEN_FOLDERS = {"/docs/assets", "/help"}

EVERYBODYS = {"pack", "version", "alert_id", "plant"}
"""Path parameters that name no one's thing, or a thing within one."""

BODIES: dict[str, dict[str, Any]] = {
    f"POST {API}/auth/upgrade": {"email": "grace@example.org", "password": PASSWORD},
    f"POST {API}/keys": {"name": "Greenhouse", "scopes": ["predict"]},
    f"POST {API}/users/me/password": {"current_password": PASSWORD, "new_password": "quince and medlar"},
    f"PUT {API}/users/me/consents": {"consent": "train"},
    f"DELETE {API}/users/me": {},
    f"POST {API}/feedback/submit": {"prediction_id": "{prediction_id}", "is_correct": True},
    f"PATCH {API}/feedback/{{feedback_id}}": {"comment": "Mine now."},
    f"PATCH {API}/monitoring/alerts/{{alert_id}}": {"note": "Seen."},
    f"POST {API}/surveys": {"plot": "Mine", "visited_on": "2026-05-04"},
    f"PATCH {API}/surveys/{{survey_id}}": {"notes": "Mine now."},
    f"PUT {API}/surveys/{{survey_id}}/plants/{{plant}}": {"leaves_total": 3},
    f"PATCH {API}/users/{{user_id}}": {"role": "user"},
}
FOREIGN_BODIES = {f"POST {API}/feedback/submit"}
"""Operations whose body names somebody's thing."""

OF_PEOPLE = {
    f"GET {API}/users",
    f"PATCH {API}/users/{{user_id}}",
    f"GET {API}/users/{{user_id}}/sessions",
    f"DELETE {API}/users/{{user_id}}/sessions",
    f"GET {API}/users/{{user_id}}/keys",
    f"DELETE {API}/users/{{user_id}}/keys/{{key_id}}",
}
"""What administrators see of anybody, and do to them."""

TAKES_PHOTOS = {f"POST {API}/predict", f"POST {API}/predict/batch"}
TAKES_MODELS = {f"POST {API}/models/{{pack}}/versions"}
SEEN_BY_EXPERTS = {f"GET {API}/datasets/items"}
"""What people gave to training, without saying who they are."""

KEYABLE = set(SCOPES) - {"account", "admin"}

COMMENT = "Seen in Kew"

Ways = dict[str, Needs]


def an_alert(app: Served) -> str:
    """An alert of the installation, which is nobody's."""
    finding = Finding(Subject("quality", "photos", token_hex(8), "1.0.0"), "raise", 0.9, 0.5)
    app.rows(lambda session: alerts.apply(session, [finding]))

    async def newest(session: AsyncSession) -> str:
        page = await alerts.page(session, AlertFilters(model=finding.subject.model), Cursor())
        return str(page.items[0].id)

    return app.rows(newest)


class Ada:
    """An expert who owns one of everything. `things` are their ids by the path parameter that takes them."""

    def __init__(self, app: Served) -> None:
        self.person = app.expert()
        answer = self.person.ask(jpeg(drawing.picture(drawing.MAPLE_SICK)), model="drawn", consent="train")
        why = f"/predictions/{answer['prediction_id']}/explanation"
        fine(self.person.http.post(why))
        wait_until(lambda: self.person.http.get(why).is_success)
        said = self.person.feedback(
            answer["prediction_id"], is_correct=False, correct_class_name=drawing.WILLOW_SICK, comment=COMMENT
        )
        with app.anybody() as elsewhere:
            form = {"username": self.person.email, "password": PASSWORD}
            fine(elsewhere.post("/auth/token", data=form))
        sessions = self.person.get("/sessions")["items"]
        key = {"name": "Greenhouse", "scopes": sorted(KEYABLE)}
        walk = fine(self.person.http.post("/surveys", json={"plot": COMMENT, "visited_on": "2026-05-04"}))
        fine(self.person.http.put(f"/surveys/{walk['id']}/plants/one", json={"leaves": [{"rank": 1, "grade": 2}]}))
        self.things = {
            "pack": "drawn",
            "survey_id": walk["id"],
            "plant": "one",
            "alert_id": an_alert(app),
            "version": self.person.get("/models/drawn")["version"],
            "prediction_id": answer["prediction_id"],
            "feedback_id": fine(said)["feedback_id"],
            "session_id": next(one["id"] for one in sessions if not one["current"]),
            "key_id": fine(self.person.http.post("/keys", json=key))["id"],
            "job_id": self.person.get("/users/me/export")["job_id"],
            "user_id": str(self.person.id),
        }
        who = {str(self.person.id), str(self.person.email), COMMENT}
        self.private = who | {answer["image_id"]} | {id_ for name, id_ in self.things.items() if name not in EVERYBODYS}
        self.identifying = who


@pytest.fixture(scope="module")
def ada(app: Served) -> Iterator[Ada]:
    ada = Ada(app)
    yield ada
    ada.person.http.close()


@pytest.fixture
def ways(app: Served) -> Ways:
    """Every operation that is not open to all, with what it needs."""
    return {f"{method} {path}": needed for path, method, needed in operations(app.app.routes) if needed is not None}


def parameters(way: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(way) if name}


def names_a_thing(way: str) -> bool:
    return way not in OF_PEOPLE and (bool(parameters(way) - EVERYBODYS) or way in FOREIGN_BODIES)


def body(way: str, things: dict[str, str]) -> dict[str, Any] | None:
    if way not in BODIES:
        return None
    return {name: one.format(**things) if isinstance(one, str) else one for name, one in BODIES[way].items()}


@dataclass(frozen=True)
class Door:
    """The way in, for anybody who asks for Ada's things."""

    ada: Ada
    http: httpx.Client

    def ask(self, way: str, token: str = "") -> httpx.Response:
        method, path = way.split(" ", 1)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        told = body(way, self.ada.things)
        return self.http.request(method, path.format(**self.ada.things), json=told, headers=headers)


@pytest.fixture(scope="module")
def door(app: Served, ada: Ada) -> Iterator[Door]:
    with httpx.Client(base_url=app.url, timeout=PATIENCE_S, verify=TRUST) as http:
        yield Door(ada, http)


class Crowd:
    """One person of each role, and another one when their session has ended."""

    def __init__(self, app: Served) -> None:
        self._makers = {"guest": app.guest, "user": app.user, "expert": app.expert, "admin": app.admin}
        self._tokens: dict[Role, str] = {}

    def ask(self, door: Door, way: str, role: Role) -> httpx.Response:
        if role not in self._tokens:
            person = self._makers[role]()
            person.http.close()
            self._tokens[role] = person.token
        answer = door.ask(way, self._tokens[role])
        if answer.status_code != 401:
            return answer
        del self._tokens[role]
        return self.ask(door, way, role)


def code(answer: httpx.Response) -> tuple[int, str]:
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, answer.json()["code"] if is_problem else ""


def test_what_is_open_to_all_is_open_on_purpose(app: Served) -> None:
    every = {f"{method} {path}": needed for path, method, needed in operations(app.app.routes)}
    assert {way for way, needed in every.items() if needed is None} - UNTIL_BUILT == OPEN
    assert {route.path for route in app.app.routes if isinstance(route, Mount)} <= OPEN_FOLDERS
    documented = {f"{verb.upper()} {path}" for path, verbs in app.app.openapi()["paths"].items() for verb in verbs}
    assert documented <= set(every)


def test_every_parameter_and_every_body_is_tried(app: Served, ways: Ways, ada: Ada) -> None:
    assert set().union(*map(parameters, ways)) == set(ada.things)
    paths = app.app.openapi()["paths"]
    split = {way: way.split(" ", 1) for way in ways}
    with_body = {way for way, (verb, path) in split.items() if "requestBody" in paths[path][verb.lower()]}
    assert with_body - TAKES_PHOTOS - TAKES_MODELS == set(BODIES)


@pytest.mark.parametrize("token", ["", "nonsense", "cvk_nonsense"])
def test_without_an_identity_everything_is_401(ways: Ways, door: Door, token: str) -> None:
    answers = {way: door.ask(way, token) for way in ways}
    assert {way for way, answer in answers.items() if answer.status_code != 401} == set()
    assert {way for way, answer in answers.items() if answer.headers["www-authenticate"] != "Bearer"} == set()


def test_a_key_with_every_other_scope_is_403(app: Served, ways: Ways, door: Door) -> None:
    passed, admin = {}, app.admin()
    for scope in sorted({needed.scope for needed in ways.values()}):
        wanted = {"name": f"All but {scope}", "scopes": sorted(KEYABLE - {scope})}
        key = fine(admin.http.post("/keys", json=wanted))["key"]
        for way in (way for way, needed in ways.items() if needed.scope == scope):
            answer = door.ask(way, key)
            if code(answer) != (403, "scope_missing"):
                passed[way] = answer.text
    assert passed == {}


def test_who_has_too_small_a_role_is_403(app: Served, ways: Ways, door: Door) -> None:
    crowd = Crowd(app)
    passed = {}
    for way, needed in ways.items():
        for role in ROLES[: ROLES.index(needed.role)]:
            answer = crowd.ask(door, way, role)
            if code(answer) != (403, "role_missing"):
                passed[way, role] = answer.text
    assert passed == {}


@pytest.mark.slow
def test_a_stranger_finds_nothing_of_somebody_else(app: Served, ways: Ways, door: Door) -> None:
    crowd, ada = Crowd(app), door.ada
    found = {}
    assert {way for way in OF_PEOPLE if ways[way] != Needs("admin", "admin")} == set()
    for way, needed in ((way, needed) for way, needed in ways.items() if way not in OF_PEOPLE):
        answer = crowd.ask(door, way, max("user", needed.role, key=ROLES.index))
        asked_for = f"{way.format(**ada.things)} {body(way, ada.things)}"
        hidden = ada.identifying if way in SEEN_BY_EXPERTS else ada.private
        seen = {word for word in hidden if word in answer.text and word not in asked_for}
        refused = answer.status_code == 404 if names_a_thing(way) else answer.status_code < 500
        if seen or not refused:
            found[way] = answer.status_code, answer.text
    assert found == {}
    own = [way for way in ways if way.startswith("GET ") and names_a_thing(way)]
    assert {way for way in own if door.ask(way, ada.person.token).status_code >= 400} == set()


@pytest.mark.slow
def test_the_owner_gets_through_where_a_stranger_does_not(app: Served, ways: Ways, door: Door) -> None:
    order = ("GET", "POST", "PUT", "PATCH", "DELETE")
    own = sorted(filter(names_a_thing, ways), key=lambda way: (order.index(way.split(" ")[0]), -way.count("/"), way))
    owner = Door(Ada(app), door.http)
    answers = {way: owner.ask(way, owner.ada.person.token) for way in own}
    owner.ada.person.http.close()
    assert {way: answer.text for way, answer in answers.items() if answer.status_code >= 400} == {}
