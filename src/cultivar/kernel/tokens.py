"""Tokens that we sign: access, refresh, feedback; one derived key a purpose."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey

from cultivar.kernel.clock import now
from cultivar.kernel.errors import NotSignedIn

ACCESS = "access"
"""The purpose of access tokens; their claim `sub` is the person, `sid` the session."""

API_KEY_PREFIX = "cvk_"


class TokenInvalid(NotSignedIn):
    code = "token_invalid"
    title = "This token is not valid"


class TokenExpired(NotSignedIn):
    code = "token_expired"
    title = "This token has expired"


class _Keyring:
    """The process's signing keys, one per purpose, so that a token made for one is worth nothing for another."""

    def __init__(self) -> None:
        self._secret: bytes | None = None
        self._keys: dict[str, OctKey] = {}

    def use(self, secret: bytes) -> None:
        self._secret, self._keys = secret, {}

    def key(self, purpose: str) -> OctKey:
        if purpose not in self._keys:
            if self._secret is None:
                raise RuntimeError("use_secret() comes first")
            self._keys[purpose] = OctKey.import_key(hmac.digest(self._secret, purpose.encode(), hashlib.sha256))
        return self._keys[purpose]


_keyring = _Keyring()


def use_secret(secret: bytes) -> None:
    """Set, once per process, what tokens are signed with."""
    _keyring.use(secret)


def sign(claims: Mapping[str, Any], purpose: str, ttl: timedelta, *, at: datetime | None = None) -> str:
    """A JWT (HS256) of `claims`, good for `purpose` and for `ttl` from `at`, else from now.

    No two are alike (`jti`, RFC 7519).
    """
    issued = int((at or now()).timestamp())
    body = {**claims, "jti": secrets.token_urlsafe(12), "iat": issued, "exp": issued + int(ttl.total_seconds())}
    return jwt.encode({"alg": "HS256"}, body, _keyring.key(purpose))


def unsign(token: str, purpose: str) -> dict[str, Any]:
    """The claims of a token that `sign` made for `purpose`; raises TokenInvalid or TokenExpired."""
    try:
        claims = jwt.decode(token, _keyring.key(purpose), algorithms=["HS256"]).claims
        _REGISTERED.validate(claims)
    except ExpiredTokenError as error:
        raise TokenExpired from error
    except (JoseError, ValueError) as error:
        raise TokenInvalid from error
    return claims


_REGISTERED = jwt.JWTClaimsRegistry(exp={"essential": True})
