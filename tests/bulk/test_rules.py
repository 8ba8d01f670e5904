"""What is decided without a database: keys, names, addresses, tables."""

import base64
import hashlib
import hmac
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.bulk import rules

JOB, PERSON = uuid4(), uuid4()


def test_the_key_of_an_object_leads_back_to_its_job_and_holds_no_name() -> None:
    assert rules.job_of(rules.object_key(JOB, 7)) == JOB
    assert rules.job_of(rules.object_key(JOB, None)) == JOB
    assert rules.job_of("photos/2026/01/01/x.jpg") is None
    assert rules.job_of("bulk/x/y") is None


@given(st.text())
def test_any_name_becomes_one_line_of_text_that_a_database_takes(name: str) -> None:
    shown = rules.shown_name(name)
    assert len(shown) <= rules.NAME_LENGTH
    assert shown.isprintable()
    shown.encode()


def test_a_plain_name_is_shown_as_it_was_given() -> None:
    assert rules.shown_name("../Feld 3/Blätter №7.jpg") == "../Feld 3/Blätter №7.jpg"


def test_a_key_stands_for_its_person_and_its_content() -> None:
    secret = b"s" * 32
    assert rules.key_hash(secret, PERSON, "a") == rules.key_hash(secret, PERSON, "a")
    assert rules.key_hash(secret, PERSON, "a") != rules.key_hash(secret, uuid4(), "a")
    assert rules.fingerprint(secret, PERSON, "a", [b"x", b"y"]) != rules.fingerprint(secret, PERSON, "a", [b"xy"])


def test_a_signature_is_what_standard_webhooks_says() -> None:
    """https://github.com/standard-webhooks/standard-webhooks, section Signature scheme."""
    secret = rules.webhook_secret(b"s" * 32, PERSON)
    headers = rules.webhook_headers(secret, "msg", 1700000000, b'{"a":1}')
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = hmac.new(key, b'msg.1700000000.{"a":1}', hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(wanted).decode()
    assert len(key) == 32


@pytest.mark.parametrize(
    "url", ["ftp://example.org", "example.org", "http://", "http://a:b@example.org/", "http://x:99999/", "javascript:1"]
)
def test_an_address_that_no_webhook_can_go_to_is_told(url: str) -> None:
    assert rules.fault_of_address(url)


def test_a_plain_address_is_fine() -> None:
    assert rules.fault_of_address("https://example.org:8443/hook?x=1") is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_what_is_near_us_is_not_public(address: str) -> None:
    assert not rules.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_what_is_far_is_public(address: str) -> None:
    assert rules.is_public(address)


@given(st.text())
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    assert not str(rules.cell(text)).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_of_a_table_stay_numbers() -> None:
    assert rules.cell(-0.5) == -0.5


def test_a_row_has_every_column_and_nothing_else() -> None:
    answer = {
        "file": "a.jpg",
        "success": True,
        "result": {"class_name": "Ripe", "confidence": 0.9},
        "warnings": ["blurred"],
    }
    row = rules.flat(answer)
    assert tuple(row) == rules.COLUMNS
    assert (row["class_name"], row["confidence"], row["warnings"], row["instances"]) == ("Ripe", 0.9, "blurred", 0)
    failed = rules.flat({"file": "b.jpg", "success": False, "error": {"code": "empty_file", "detail": "Nothing."}})
    assert (failed["error_code"], failed["error_detail"], failed["class_name"]) == ("empty_file", "Nothing.", None)
