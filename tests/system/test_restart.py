"""Stopped and started again, the program finds everything and goes on."""

import httpx
import pytest
from tests.support.drawing import MAPLE, picture
from tests.support.photofile import jpeg
from tests.system.program import Program, wait_until

LEAF = jpeg(picture(MAPLE, size=640), gps=(53.55, 9.99))


@pytest.mark.slow
def test_a_restart_finds_everything_again(program: Program) -> None:
    program.start()
    client = program.guest()
    once = {"Idempotency-Key": "plant 3 of row 7"}
    photo = {"file": ("leaf.jpg", LEAF, "image/jpeg")}
    first = client.post("/predict", files=photo, data={"consent": "store"}, headers=once).raise_for_status().json()
    said = client.post("/feedback/submit", json={"prediction_id": first["prediction_id"], "satisfied": True})
    assert said.status_code == httpx.codes.CREATED
    counted = client.get("/feedback/stats").json()
    assert program.stop() == 0

    program.start()
    assert client.get("/predictions").json()["items"][0]["prediction_id"] == first["prediction_id"]
    again = client.post("/predict", files=photo, data={"consent": "store"}, headers=once)
    assert again.json() == first
    assert again.headers["Idempotency-Replayed"] == "true"
    assert client.get("/feedback/stats").json()["total_feedback"] == counted["total_feedback"] == 1
    wait_until(lambda: b"Exif" not in image(client, first["prediction_id"], "thumb"))
    kept = image(client, first["prediction_id"], "full")
    assert b"Exif" not in kept
    assert len(kept) < len(LEAF)
    client.close()
    assert program.stop() == 0


def image(client: httpx.Client, prediction: str, size: str) -> bytes:
    link = client.get(f"/predictions/{prediction}/image", params={"size": size})
    return httpx.get(client.base_url.join(link.headers["location"])).raise_for_status().content


@pytest.mark.slow
def test_the_first_start_makes_an_administrator_and_the_second_does_not(program: Program) -> None:
    if "CULTIVAR_DATABASE_URL" in program.environment:
        made = program.run(
            "user",
            "create",
            "--email",
            "ops@example.org",
            "--password-stdin",
            "--role",
            "admin",
            input="quince 7 medlar",
        )
        assert made.returncode == 0, made.stderr
        program.start()
        login = {"username": "ops@example.org", "password": "quince 7 medlar"}
    else:
        program.start()
        wait_until(lambda: "One-time password: " in program.log.read_text())
        password = program.log.read_text().split("One-time password: ")[1].split()[0]
        login = {"username": "admin@localhost", "password": password}
    token = httpx.post(f"{program.url}/api/v1/auth/token", data=login).raise_for_status().json()["access_token"]
    me = httpx.get(f"{program.url}/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["role"] == "admin"
    program.stop()
    program.start()
    assert program.log.read_text().count("One-time password: ") <= 1
    assert httpx.post(f"{program.url}/api/v1/auth/token", data=login).status_code == httpx.codes.OK
