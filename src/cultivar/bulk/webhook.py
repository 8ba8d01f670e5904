"""Tell an address that a job has ended: signed as Standard Webhooks has it, and never to where only we can reach."""

import asyncio
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from cultivar.bulk import rules
from cultivar.bulk.errors import WebhookRefused, WebhookUnheard

TIMEOUT_S = 10.0


async def check(url: str, *, private: bool) -> str:
    """An IP address of the URL's host that a message may go to. Raises WebhookRefused, WebhookUnheard.

    All of the host's addresses must be public, unless `private` ones are allowed.
    """
    if fault := rules.fault_of_address(url):
        raise WebhookRefused(f"No webhook may go to this address: {fault}.")
    parts = urlsplit(url)
    addresses = await _addresses(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    if not private and not all(map(rules.is_public, addresses)):
        raise WebhookRefused("No webhook may go to a private or loopback address.")
    return addresses[0]


async def _addresses(host: str, port: int) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookRefused("The host of this address is not known.") from error
    return [str(address[0]) for *_, address in found]


async def send(url: str, body: bytes, headers: dict[str, str], *, private: bool) -> None:
    """POST the message once. Raises WebhookRefused, and WebhookUnheard for anything but 2xx.

    It goes to the address that was checked, so that the name cannot point elsewhere in between; redirects are not
    followed, and what the other side answers is not read.
    """
    import httpx  # noqa: PLC0415  of a server, webhooks alone need it

    address = await check(url, private=private)
    target = httpx.URL(url)
    there = target.copy_with(host=address)
    sent = {"Host": target.netloc.decode(), "Content-Type": "application/json", "User-Agent": "Cultivar", **headers}
    secure = {"sni_hostname": target.host} if target.scheme == "https" else {}
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client,
            asyncio.timeout(2 * TIMEOUT_S),
            client.stream("POST", there, content=body, headers=sent, extensions=secure) as answer,
        ):
            if not answer.is_success:
                raise WebhookUnheard(f"The webhook's address answered {answer.status_code}.")
    except (httpx.HTTPError, TimeoutError) as error:
        raise WebhookUnheard("The webhook's address does not answer.") from error
