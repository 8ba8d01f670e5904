"""Waking across machines: a fanout exchange, and a queue of one message for each process that listens."""

import asyncio
from contextlib import suppress

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage

from cultivar.kernel.jobs.waker_memory import MemoryWaker

EXCHANGE = "cultivar.wake"
_RECONNECT_S, _TIMEOUT_S = 2.0, 5.0

log = structlog.get_logger()


class RabbitWaker(MemoryWaker):
    """Passes each wake on to all processes. While the broker is away, workers find their work by looking."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._to_tell = asyncio.Event()
        self._listening = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        super().wake()
        self._to_tell.set()

    async def listening(self) -> None:
        """Returns when the broker passes wakes on."""
        await self._listening.wait()

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            try:
                async with await aio_pika.connect(self._url, timeout=_TIMEOUT_S) as broker:
                    await self._serve(broker)
            except (aio_pika.exceptions.AMQPError, OSError, TimeoutError) as error:
                log.warning("rabbitmq_away", reason=str(error))
            finally:
                self._listening.clear()
            await asyncio.sleep(_RECONNECT_S)

    async def _serve(self, broker: AbstractConnection) -> None:
        """Listen and tell until the connection ends."""
        exchange = await self._listen(await broker.channel())
        self._listening.set()
        super().wake()  # while it was away, somebody may have told us
        telling = asyncio.create_task(self._tell(exchange))
        broker.close_callbacks.add(lambda *_: telling.cancel())
        try:
            await asyncio.wait([telling])
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        log.warning("rabbitmq_away", reason="the connection ended")

    async def _listen(self, channel: AbstractChannel) -> AbstractExchange:
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.FANOUT)
        queue = await channel.declare_queue(exclusive=True, auto_delete=True, arguments={"x-max-length": 1})
        await queue.bind(exchange)
        await queue.consume(self._heard, no_ack=True)
        return exchange

    async def _heard(self, _: AbstractIncomingMessage) -> None:
        super().wake()

    async def _tell(self, exchange: AbstractExchange) -> None:
        """Many wakes in a row are one message."""
        while True:
            await self._to_tell.wait()
            self._to_tell.clear()
            await exchange.publish(aio_pika.Message(b""), routing_key="", timeout=_TIMEOUT_S)
