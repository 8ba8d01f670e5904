"""A model that nobody vouches for is opened in a process of its own first: a graph may hang or end whoever runs it.

`python -m cultivar.registry.trial FOLDER PLAN` prints the fault, or nothing. It knows no secret, writes no file, and is
slow on purpose where people wait for answers.
"""

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from cultivar.kernel.errors import CultivarError
from cultivar.registry.errors import ModelRefused
from cultivar.vision.runtime.machine import Plan
from cultivar.vision.runtime.models import load_model
from cultivar.vision.runtime.pool import FRUGAL, PASSED_ON

SECONDS: Final = 180.0
MEMORY: Final = 8 * 2**30


async def try_out(folder: Path, plan: Plan) -> None:
    """Open the model and have it answer. Raises ModelRefused with the fault."""
    command = [sys.executable, "-m", "cultivar.registry.trial", str(folder), json.dumps(asdict(plan))]
    environment = FRUGAL | {name: value for name, value in os.environ.items() if name in PASSED_ON}
    child = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environment)
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await child.communicate()
    except TimeoutError:
        raise ModelRefused(f"It did not answer within {SECONDS:.0f} s.") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode:
        raise ModelRefused("The program that tried it out ended: the network takes too much memory, or is damaged.")
    if fault := said.decode(errors="replace").strip():
        raise ModelRefused(fault)


def main() -> None:
    os.nice(10)
    for limit, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(limit, (most, most))
    folder, plan = Path(sys.argv[1]), json.loads(sys.argv[2])
    try:
        load_model(folder, Plan(**plan | {"execution": tuple(plan["execution"])}))
    except CultivarError as error:
        sys.stdout.write(error.detail.replace(f"{folder}{os.sep}", ""))


if __name__ == "__main__":
    main()
