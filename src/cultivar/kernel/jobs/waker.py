"""How a worker learns that there is something to do before it would look by itself."""

from cultivar.kernel import extras
from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import Waker


def open_waker(settings: Settings) -> Waker:
    """RabbitMQ where the settings name one, else within the process. It connects by itself, and again when cut off."""
    if settings.rabbitmq_url is None:
        return MemoryWaker()
    extras.load("aio_pika", extra="rabbitmq", setting="rabbitmq_url")
    from cultivar.kernel.jobs.waker_rabbitmq import RabbitWaker  # noqa: PLC0415  # aio-pika is an extra

    return RabbitWaker(settings.rabbitmq_url)
