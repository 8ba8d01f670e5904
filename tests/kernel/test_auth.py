from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.kernel import actor, auth, tokens
from cultivar.kernel.actor import at_least, scopes_of
from cultivar.kernel.tokens import TokenExpired, TokenInvalid, sign, unsign
from tests.kernel.edge_app import build, client

HOUR = timedelta(hours=1)
claims = st.dictionaries(st.sampled_from(["sub", "sid", "note"]), st.text(max_size=20))


@pytest.fixture(autouse=True)
def _secret() -> None:
    tokens.use_secret(b"s" * 32)


@given(claims)
def test_what_was_signed_comes_back(said: dict[str, str]) -> None:
    found = unsign(sign(said, "access", HOUR), "access")
    assert {key: found[key] for key in said} == said


@given(claims, st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_token_with_a_changed_letter_is_refused(said: dict[str, str], where: int, letter: str) -> None:
    token = sign(said, "access", HOUR)
    at = where % (len(token) - 1)  # the last letter of base64 has spare bits
    changed = token[:at] + letter + token[at + 1 :]
    if changed != token:
        with pytest.raises(TokenInvalid):
            unsign(changed, "access")


@given(st.text(max_size=60))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    with pytest.raises(TokenInvalid):
        unsign(text, "access")


def test_a_token_for_one_purpose_is_worth_nothing_for_another() -> None:
    with pytest.raises(TokenInvalid):
        unsign(sign({}, "feedback", HOUR), "access")


def test_a_token_ends() -> None:
    with pytest.raises(TokenExpired):
        unsign(sign({}, "access", timedelta(seconds=-1)), "access")


def test_a_token_of_another_installation_is_refused() -> None:
    token = sign({}, "access", HOUR)
    tokens.use_secret(b"t" * 32)
    with pytest.raises(TokenInvalid):
        unsign(token, "access")


def test_an_unsigned_token_is_refused() -> None:
    # {"alg":"none"}.{"exp":9999999999}.
    with pytest.raises(TokenInvalid):
        unsign("eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.", "access")


@given(st.sampled_from(actor.ROLES), st.sampled_from(actor.ROLES))
def test_a_higher_role_holds_every_scope_of_a_lower_one(one: actor.Role, other: actor.Role) -> None:
    assert at_least(one, other) or at_least(other, one)
    if at_least(one, other):
        assert scopes_of(one) >= scopes_of(other)


def test_only_experts_read_the_training_queue_and_only_administrators_run_the_place() -> None:
    assert "datasets:read" not in scopes_of("user")
    assert "datasets:read" in scopes_of("expert")
    assert [role for role in actor.ROLES if "admin" in scopes_of(role)] == ["admin"]


def test_an_unknown_scope_is_a_mistake_in_a_route() -> None:
    with pytest.raises(ValueError, match="unknown scope"):
        auth.needs("everything")


@pytest.mark.parametrize(
    ("path", "bearer", "status", "code"),
    [
        ("own", None, 401, "not_signed_in"),
        ("own", "Basic abc", 401, "not_signed_in"),
        ("own", "Bearer nonsense", 401, "token_invalid"),
        ("own", "Bearer cvk_small", 403, "scope_missing"),
        ("experts", "Bearer cvk_user", 403, "role_missing"),
        ("own", "Bearer cvk_guest", 200, None),
        ("experts", "Bearer cvk_admin", 200, None),
    ],
)
async def test_a_route_takes_who_has_the_role_and_the_scope(
    tmp_path: Path, path: str, bearer: str | None, status: int, code: str | None
) -> None:
    async with client(build(tmp_path)) as http:
        answer = await http.get(f"/api/v1/{path}", headers={"Authorization": bearer} if bearer else {})
    assert answer.status_code == status
    assert answer.json().get("code") == code
    assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
