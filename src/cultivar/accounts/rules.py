"""Decisions about accounts. Pure: no clock, no database, no network."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from urllib.parse import urlsplit

ACCESS_FOR = timedelta(hours=24)
ACCESS_FOR_BROWSER = timedelta(minutes=15)
SESSION_IDLE = timedelta(days=30)
SESSION_LONGEST = timedelta(days=365)
FRESH_FOR = timedelta(minutes=15)
TOUCH_EVERY = timedelta(hours=1)
REPLY_LOST = timedelta(seconds=60)

PASSWORD_SHORTEST = 10
PASSWORD_LONGEST = 256
KEYS_AT_MOST = 50

NEVER_IN_A_KEY = frozenset({"account", "admin"})

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+|localhost")


def reply_was_lost(asked: int, generation: int, since: timedelta) -> bool:
    """Whether a browser that comes with the token before the present one may just not have got the answer.

    A page that is loaded anew while it refreshes, or a network that goes away, loses the answer and the cookie in it.
    """
    return generation == asked + 1 and since <= REPLY_LOST


def normal_email(text: str) -> str:
    """The one spelling of an e-mail address: lower case, the domain in its ASCII form (IDNA).

    Dot-atom addresses of RFC 5321 lengths pass; anything else is a `ValueError`.
    """
    local, _, domain = text.strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError("not an e-mail address") from None
    address = f"{local}@{domain}"
    if len(local) > 64 or len(address) > 254 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError("not an e-mail address")
    return address


def normal_password(text: str) -> str:
    """The same password typed on another keyboard is the same password (NFKC, NIST SP 800-63B section 5.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def password_fault(password: str, email: str, common: AbstractSet[str]) -> str | None:
    """Why a password is refused, as a sentence, or None.

    `password` is normal; `common` holds lower-case passwords. A common password with digits or signs put behind it
    stays common, and so does the e-mail or the part before its @.
    """
    if len(password) < PASSWORD_SHORTEST:
        return f"A password has at least {PASSWORD_SHORTEST} characters."
    if len(password) > PASSWORD_LONGEST:
        return f"A password has at most {PASSWORD_LONGEST} characters."
    lower = password.lower()
    stem = lower.rstrip("0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ")
    beginnings = {lower[:end] for end in range(len(stem), len(lower) + 1)}
    if beginnings & {email, email.partition("@")[0]}:
        return "The password must not be your e-mail."
    if beginnings & common or len(set(lower)) < 5:
        return "This password is among those that are guessed first."
    return None


def key_scopes(asked: Collection[str], owners: AbstractSet[str]) -> frozenset[str]:
    """What a key may do: what was asked for and its owner may still do, never the account itself."""
    return (frozenset(asked) & owners) - NEVER_IN_A_KEY


def fingerprint(key: str) -> str:
    """What is stored of an API key. Plain SHA-256 is enough: the key holds 256 random bits, so nobody can guess it."""
    return hashlib.sha256(key.encode()).hexdigest()


def session_end(created: datetime, now: datetime) -> datetime:
    """A session ends 30 days after its last refresh, and a year after its beginning at the latest."""
    return min(now + SESSION_IDLE, created + SESSION_LONGEST)


def is_fresh(signed_in: datetime, now: datetime) -> bool:
    """Whether the password was given so lately that it need not be asked again."""
    return now - signed_in < FRESH_FOR


def is_own_page(origin: str | None, fetch_site: str | None, allowed: Collection[str]) -> bool:
    """Whether a browser's request comes from a page of this server or of an allowed origin.

    `origin` and `fetch_site` are the headers `Origin` and `Sec-Fetch-Site`, which no page can forge; a program that
    sends neither carries nobody's cookies.
    """
    if origin is None or fetch_site == "same-origin":
        return fetch_site in {None, "same-origin", "none"}
    return _origin(origin) in {_origin(url) for url in allowed}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
