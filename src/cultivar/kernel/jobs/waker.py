"""How a worker learns that there is something to do before it would look by itself."""

from cultivar.kernel.jobs.waker_memory import MemoryWaker
from cultivar.kernel.settings import Settings
from cultivar.kernel.world import Waker


def open_waker(settings: Settings) -> Waker:
    """RabbitMQ where the settings name one, else within the process. It connects by itself, and again when cut off."""
    if settings.rabbitmq_url is None:
        return MemoryWaker()
    try:
        from cultivar.kernel.jobs.waker_rabbitmq import RabbitWaker  # noqa: PLC0415  # aio-pika is an extra
    except ModuleNotFoundError as error:
        raise ValueError("CULTIVAR_RABBITMQ_URL needs the extra: pip install 'cultivar[rabbitmq]'") from error
    return RabbitWaker(settings.rabbitmq_url)
