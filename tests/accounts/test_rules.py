"""Properties of the decisions about accounts."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.accounts import rules
from cultivar.accounts.passwords import common

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
LABELS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
LOCALS = st.text(string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
EMAILS = st.builds(lambda local, host, top: f"{local}@{host}.{top}", LOCALS, LABELS, LABELS)


@given(EMAILS)
def test_an_e_mail_is_the_same_in_any_case_and_with_space_around_it(email: str) -> None:
    normal = rules.normal_email(email)
    assert rules.normal_email(f"  {email.upper()} ") == normal == rules.normal_email(normal)


@given(st.text(max_size=300))
def test_any_text_is_an_e_mail_that_fits_its_column_or_a_value_error(text: str) -> None:
    try:
        normal = rules.normal_email(text)
    except ValueError:
        return
    assert normal.isascii()
    assert normal.isprintable()
    assert len(normal) <= 254
    assert rules.normal_email(normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "ada@example",
        "ada@-x.org",
        "ada@example..org",
        ".a@x.org",
        "a@b@c.org",
        "ada\x00@example.org",
        "ада@example.org",
        "a" * 65 + "@example.org",
        "ada@" + "a" * 64 + ".org",
        f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org",
    ],
)
def test_what_is_no_e_mail_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail"):
        rules.normal_email(text)


def test_a_domain_in_another_script_becomes_its_ascii_form() -> None:
    assert rules.normal_email("Ada@Café.example") == "ada@xn--caf-dma.example"


@given(st.text(max_size=40))
def test_a_normal_password_stays_as_it_is(text: str) -> None:
    assert rules.normal_password(rules.normal_password(text)) == rules.normal_password(text)


@given(st.sampled_from(sorted(common())), st.text(string.digits + string.punctuation, max_size=6), st.booleans())
def test_a_common_password_stays_common_in_any_case_and_with_digits_behind_it(
    word: str, tail: str, upper: bool
) -> None:
    password = (word.upper() if upper else word) + tail
    assert rules.password_fault(password, "ada@example.org", common()) is not None


@given(st.text(string.ascii_letters, min_size=4, max_size=60), st.text(string.digits, max_size=5))
def test_an_e_mail_is_no_password_whole_or_in_part(local: str, tail: str) -> None:
    email = rules.normal_email(f"{local}@example.org")
    assert rules.password_fault(email + tail, email, frozenset()) is not None
    assert rules.password_fault(local + tail, email, frozenset()) is not None


@given(st.text(st.characters(codec="utf-8"), min_size=10, max_size=256))
def test_a_password_is_refused_only_for_a_reason(password: str) -> None:
    fault = rules.password_fault(password, "ada@example.org", frozenset())
    assert (fault is None) == (len(set(password.lower())) >= 5 and not password.lower().startswith("ada@example.org"))


@pytest.mark.parametrize(("password", "why"), [("short-one", "at least 10"), ("x" * 257, "at most 256")])
def test_a_password_has_a_length(password: str, why: str) -> None:
    assert why in (rules.password_fault(password, "ada@example.org", frozenset()) or "")


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "Leaf-rust-in-June", "dünge-nie-im-august", "k7#Vw9!qLz2p"]
)
def test_a_good_password_is_taken(password: str) -> None:
    assert rules.password_fault(password, "ada@example.org", common()) is None


@given(
    st.frozensets(st.sampled_from(["predict", "account", "admin", "jobs:read"])),
    st.lists(st.sampled_from(["predict", "account", "admin", "x"])),
)
def test_a_key_never_holds_more_than_its_owner_nor_the_account(owners: frozenset[str], asked: list[str]) -> None:
    held = rules.key_scopes(asked, owners)
    assert held <= owners
    assert held <= set(asked)
    assert not held & {"account", "admin"}


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=364)))
def test_a_session_lives_a_month_unused_and_a_year_at_most(created: datetime, age: timedelta) -> None:
    now = created + age
    end = rules.session_end(created, now)
    assert now < end <= now + timedelta(days=30)
    assert end <= created + timedelta(days=365)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_a_sign_in_is_fresh_for_a_quarter_of_an_hour(signed_in: datetime, age: timedelta) -> None:
    assert rules.is_fresh(signed_in, signed_in + age) == (age < timedelta(minutes=15))


@pytest.mark.parametrize(
    ("origin", "fetch_site", "own"),
    [
        (None, None, True),
        (None, "same-origin", True),
        (None, "none", True),
        (None, "cross-site", False),
        (None, "same-site", False),
        ("https://Leaves.example.org", None, True),
        ("https://behind-a-proxy.example.org", "same-origin", True),
        ("https://app.example.org", "same-site", True),
        ("https://evil.example", "cross-site", False),
        ("http://leaves.example.org", None, False),
        ("https://leaves.example.org.evil.example", None, False),
        ("null", None, False),
    ],
)
def test_only_pages_of_this_server_ask_for_cookies(origin: str | None, fetch_site: str | None, own: bool) -> None:
    allowed = ["https://leaves.example.org/", "https://app.example.org"]
    assert rules.is_own_page(origin, fetch_site, allowed) is own


@given(st.text())
def test_a_fingerprint_has_the_length_of_its_column(key: str) -> None:
    assert len(rules.fingerprint(key)) == 64


def test_only_the_token_before_the_present_one_may_stand_for_a_lost_answer() -> None:
    soon, late = rules.REPLY_LOST, rules.REPLY_LOST + timedelta(seconds=1)
    assert rules.reply_was_lost(3, 4, soon)
    assert not rules.reply_was_lost(3, 4, late)
    assert not rules.reply_was_lost(2, 4, soon)
    assert not rules.reply_was_lost(4, 4, soon)
