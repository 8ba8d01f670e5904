"""`cultivar worker`: a process that only works."""

import asyncio
from typing import Annotated

import typer

from cultivar.kernel.settings import Settings

app = typer.Typer()


@app.command()
def worker(
    slots: Annotated[
        int,
        typer.Option(min=1, help="Jobs at a time; half in the background at most, one kept for short ones."),
    ] = 4,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port for Prometheus; none without it.")
    ] = None,
) -> None:
    """Run background jobs beside servers that do not. Stopped, it puts its jobs back; killed, they are taken up again.

    \b
    Examples:
      cultivar worker
      CULTIVAR_RABBITMQ_URL=amqp://broker/ cultivar worker --slots 8 --metrics-port 9100
    """
    from cultivar.worker.process import work  # noqa: PLC0415  brings all capabilities, which `--help` needs not

    asyncio.run(work(Settings(), slots=slots, metrics_port=metrics_port))
