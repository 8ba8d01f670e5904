"""The end of a job is told: signed, again until it is heard, and never to where only we can reach."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from cultivar.bulk import rules, service
from cultivar.bulk.errors import WebhookRefused, WebhookUnheard
from cultivar.bulk.tables import Batch
from cultivar.bulk.webhook import check, send
from cultivar.kernel.actor import Actor
from cultivar.kernel.clock import now
from cultivar.kernel.jobs import queue
from cultivar.kernel.jobs.runner import Runner
from cultivar.kernel.jobs.tables import Job
from cultivar.kernel.world import World
from cultivar.worker.subscriptions import KINDS
from tests.kernel.jobs.atwork import ripen

OWNER = Actor(uuid4(), "user", frozenset())


class Hook(BaseHTTPRequestHandler):
    """Answers what `answers` says, in order, and remembers what it was told."""

    answers: ClassVar[list[int]] = []
    told: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = self.answers.pop(0) if self.answers else 204
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    """The address of a server that listens on this machine."""
    Hook.answers, Hook.told = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook?x=1"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_message_arrives_as_it_was_signed(hook: str) -> None:
    await send(hook, b"{}", {"webhook-id": "7"}, private=True)
    ((headers, body),) = Hook.told
    assert body == b"{}"
    assert headers["webhook-id"] == "7"
    assert headers["host"] == hook.split("/")[2]
    assert headers["content-type"] == "application/json"


async def test_a_name_is_looked_up_once_and_sent_as_host(hook: str) -> None:
    await send(hook.replace("127.0.0.1", "localhost"), b"{}", {}, private=True)
    assert Hook.told[0][0]["host"].startswith("localhost:")


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"])
async def test_nothing_goes_to_this_machine_unless_that_is_allowed(hook: str, url: str) -> None:
    with pytest.raises(WebhookRefused):
        await send(url.format(port=hook.split(":")[2].split("/", maxsplit=1)[0]), b"{}", {}, private=False)
    assert Hook.told == []


async def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(WebhookRefused):
        await check("http://nowhere.invalid/", private=False)


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_anything_but_2xx_is_not_heard_and_no_redirect_is_followed(hook: str, status: int) -> None:
    Hook.answers = [status]
    with pytest.raises(WebhookUnheard):
        await send(hook, b"{}", {}, private=True)
    assert len(Hook.told) == 1


async def test_a_port_that_nobody_listens_on_is_not_heard(hook: str) -> None:
    with pytest.raises(WebhookUnheard):
        await send("http://127.0.0.1:9/", b"{}", {}, private=True)


async def ended(world: World, url: str) -> UUID:
    """A batch whose job has been called off, as its end would leave it."""
    world.settings = world.settings.model_copy(update={"webhooks_to_private": True})
    async with world.db.transaction() as session:
        job = await queue.enqueue(session, service.LOOK, {}, owner_id=OWNER.user_id, then=service.CLEAR, total=3)
        batch = {"source": "files", "params": {}, "language": "en", "kept": False, "webhook_url": url}
        session.add(Batch(job_id=job.id, **batch))
    await world.storage.put(rules.object_key(job.id, 0), b"photo", "image/jpeg")
    async with world.db.transaction() as session:
        await queue.cancel(session, OWNER, job.id)
    return job.id


async def tells(world: World) -> list[Job]:
    async with world.db.reading() as session:
        return list(await session.scalars(select(Job).where(Job.kind == service.TELL)))


async def test_the_end_of_a_job_clears_up_and_is_told(world: World, hook: str) -> None:
    job_id = await ended(world, hook)
    await Runner(world, KINDS).once()
    ((headers, body),) = Hook.told
    told = json.loads(body)
    assert (told["job_id"], told["state"], told["total"]) == (str(job_id), "cancelled", 3)
    secret = rules.webhook_secret(world.settings.secret, OWNER.user_id)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - now().timestamp()) < 300
    assert [found.key async for found in world.storage.list("bulk")] == []


async def test_a_message_that_is_not_heard_is_sent_again(world: World, hook: str) -> None:
    Hook.answers = [500, 500]
    await ended(world, hook)
    for _ in range(3):
        await Runner(world, KINDS).once()
        await ripen(world)
    assert len(Hook.told) == 3
    assert len({body for _, body in Hook.told}) == 1
    (job,) = await tells(world)
    assert (job.state, job.owner_id) == ("done", OWNER.user_id)


async def test_its_owner_reads_why_nobody_heard(world: World, hook: str) -> None:
    Hook.answers = [500] * 20
    await ended(world, hook)
    for _ in range(12):
        await Runner(world, KINDS).once()
        async with world.db.transaction() as session:
            late = update(Job).where(Job.state == "queued")
            await session.execute(late.values(run_after=now()))
    (job,) = await tells(world)
    assert (job.state, job.error) == ("failed", "The webhook's address answered 500.")
    assert len(Hook.told) == KINDS[service.TELL].attempts
