"""How a worker learns that there is something to do before it would look by itself."""

from typing import Protocol

from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.settings import Settings


class Waker(Protocol):
    """Says only "look". Workers also look at intervals, so a message that is lost loses nothing."""

    def wake(self) -> None:
        """Wake those who wait, here and on other machines. Never blocks and never fails."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after so many seconds. A wake that came while nobody waited is not lost."""
        ...

    async def close(self) -> None: ...


def open_waker(settings: Settings) -> Waker:
    """RabbitMQ where the settings name one, else within the process. It connects by itself, and again when cut off."""
    if settings.rabbitmq_url is None:
        return MemoryWaker()
    try:
        from cultivar.kernel.jobs.waker_rabbitmq import RabbitWaker  # noqa: PLC0415  # aio-pika is an extra
    except ModuleNotFoundError as error:
        raise ValueError("CULTIVAR_RABBITMQ_URL needs the extra: pip install 'cultivar[rabbitmq]'") from error
    return RabbitWaker(settings.rabbitmq_url)
