"""What accounts takes and gives over the wire."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
)

from cultivar.accounts import rules
from cultivar.kernel.actor import Role

ConsentChoice = Literal["none", "store", "train"]

_CONSENT_WORDS = {"true": "store", "false": "none"}


def _consent(value: object) -> object:
    word = str(value).lower() if isinstance(value, bool) else value
    word = word.strip().lower() if isinstance(word, str) else word
    return _CONSENT_WORDS.get(word, word) if isinstance(word, str) else word


AnyConsent = Annotated[ConsentChoice, BeforeValidator(_consent)]
"""In any case; `true` means `store`, `false` means `none`."""

_SECRET = {"format": "password", "writeOnly": True}

Email = Annotated[
    str,
    Field(max_length=254, examples=["ada@example.org"], json_schema_extra={"format": "email"}),
    AfterValidator(rules.normal_email),
]
Password = Annotated[str, Field(max_length=4096, json_schema_extra={**_SECRET}), AfterValidator(rules.normal_password)]
NewPassword = Annotated[
    Password,
    # the rule itself refuses these lengths, in a sentence of its own
    Field(json_schema_extra={**_SECRET, "minLength": rules.PASSWORD_SHORTEST, "maxLength": rules.PASSWORD_LONGEST}),
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Credentials(_In):
    """An e-mail and a password of at least 10 characters that is not among the common ones."""

    email: Email
    password: NewPassword


class Person(_Out):
    """An account: `email` is null for a guest.

    `must_change_password` marks a password that somebody else has read, such as the one that the first start prints.
    """

    id: UUID
    email: str | None
    role: Role
    must_change_password: bool
    consent: ConsentChoice
    created_at: datetime


class UserOut(_Out):
    """A person as administrators see them; `email` is null for a guest.

    `sessions` and `keys` count those that work now, `last_used_at` is when one of them last did, to the hour.
    """

    id: UUID
    email: str | None
    role: Role
    disabled: bool
    disabled_at: datetime | None
    created_at: datetime
    sessions: int
    keys: int
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserFilters:
    """Which people a list shows; what is None leaves everybody."""

    role: Role | None = None
    disabled: bool | None = None
    email: str | None = None


class UserPatch(_In):
    """What is sent is set. Disabling ends every session and key of the person at once; their data stay."""

    role: Literal["user", "expert", "admin"] | None = None
    disabled: StrictBool | None = None


class SignedIn(BaseModel):
    """An access token for `Authorization: Bearer`, and what renews it.

    `expires_in` is in seconds. `refresh_token` is absent when it was set as a cookie.
    """

    access_token: str
    token_type: Literal["bearer"] = Field(default="bearer")
    expires_in: int
    refresh_token: str | None = None


class RefreshIn(_In):
    refresh_token: Annotated[str, Field(max_length=4096)]


class LeaveIn(_In):
    """The password again; it may be left out within 15 minutes of signing in, and by guests."""

    password: Password | None = None


class PasswordIn(_In):
    """The password as it is, and the one that replaces it."""

    current_password: Password
    new_password: NewPassword


class SessionOut(_Out):
    """A place where this person is signed in; `client` is the program's own word for itself."""

    id: UUID
    client: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool = False


class KeyIn(_In):
    """`scopes` are at most the maker's own; a key without `expires_at` holds until it is deleted."""

    name: Name
    scopes: Annotated[list[str], Field(min_length=1, max_length=20, examples=[["predict", "predictions:read"]])]
    expires_at: Annotated[AwareDatetime, Field(lt=datetime(3000, 1, 1, tzinfo=UTC))] | None = None


class KeyOut(_Out):
    """An API key without its secret; `start` is what it begins with, `last_used_at` is exact to the hour."""

    id: UUID
    name: str
    start: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKey(KeyOut):
    """The key itself is shown this once."""

    key: str


class ConsentIn(_In):
    """`text_version` names the text that was read; left out, it is the present one."""

    consent: AnyConsent
    text_version: Annotated[str, Field(max_length=20)] | None = None


class ConsentText(BaseModel):
    """One choice, in each language."""

    en: str
    fr: str


class ConsentTexts(BaseModel):
    """The texts that the choices mean, under their version."""

    version: str
    choices: dict[ConsentChoice, ConsentText]


class ConsentOut(BaseModel):
    """The saved choice, the version it was made on (null: never chosen), and the present texts."""

    consent: ConsentChoice
    text_version: str | None
    chosen_at: datetime | None
    texts: ConsentTexts


class ConsentLine(_Out):
    """One line of the consent log."""

    consent: ConsentChoice = Field(validation_alias="choice")
    text_version: str
    at: datetime


class PersonData(_Out):
    """Everything that accounts keeps of a person."""

    account: Person
    sessions: list[SessionOut]
    keys: list[KeyOut]
    consents: list[ConsentLine]


class ExportOut(BaseModel):
    """The job that gathers a person's data; when it is done, its result holds a link to the ZIP."""

    job_id: UUID
    state: str
