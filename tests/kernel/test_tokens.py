"""Tokens that we sign."""

from datetime import timedelta

import pytest

from cultivar.kernel.clock import now
from cultivar.kernel.tokens import TokenExpired, TokenInvalid, sign, unsign, use_secret

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def secret() -> None:
    use_secret(b"s" * 32)


def test_the_same_claims_in_the_same_second_make_two_tokens() -> None:
    made = {sign({"sub": "ada"}, "access", HOUR, at=now()) for _ in range(100)}
    assert len(made) == 100
    assert {unsign(token, "access")["sub"] for token in made} == {"ada"}


def test_a_token_is_good_for_its_purpose_and_time_alone() -> None:
    with pytest.raises(TokenInvalid):
        unsign(sign({}, "access", HOUR), "refresh")
    with pytest.raises(TokenExpired):
        unsign(sign({}, "access", HOUR, at=now() - 2 * HOUR), "access")
