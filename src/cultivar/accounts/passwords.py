"""Passwords: argon2id off the event loop, and the list of those that are guessed first."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

T = TypeVar("T")

# argon2id with 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet
_hasher = PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))

# each thread holds 19 MiB while it hashes; more people than threads wait their turn
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")

# a hash of a password that nobody knows, so that an unknown e-mail costs as much time as a known one
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$Fn/OC6d6Ts6XJxYJ4CdMKQ$F1cekM/bBB9Z3G0BK8aplPf8Cm/q6zxm1hi/nvNmHT8"


@cache
def common() -> frozenset[str]:
    """The passwords of eight characters and more, in lower case, that lists of leaked ones share."""
    text = files("cultivar.accounts").joinpath("data/common_passwords.txt").read_text("ascii")
    return frozenset(text.split())


async def make_hash(password: str) -> str:
    """The argon2id hash of a normal password, in PHC format."""
    return await _in_thread(lambda: _hasher.hash(password))


async def is_right(password: str, phc: str | None) -> bool:
    """Whether `password` made the hash `phc`; without a hash the answer is no, after the same time."""
    right = await _in_thread(lambda: _hasher.verify(password, phc or NOBODY))
    return right and phc is not None


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
