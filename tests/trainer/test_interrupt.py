import subprocess
import sys

import pytest

START = """
import os, signal
from cultivar.trainer import interrupt
interrupt.listen()
ask = lambda: os.kill(os.getpid(), signal.SIGTERM)
def outcome(work):
    try:
        work()
    except BaseException as error:
        print(type(error).__name__)
"""


def outcome(work: str) -> list[str]:
    """What is printed by `work` in a process of its own: signals are a process's."""
    done = subprocess.run([sys.executable, "-c", START + work], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()


def test_being_asked_is_heard_at_once() -> None:
    assert outcome("outcome(lambda: (ask(), print('went on')))") == ["Interrupted"]


def test_a_library_that_holds_it_is_not_cut_off() -> None:
    work = """
def work():
    with interrupt.held():
        ask()
        print("ended", "its", "step")
        interrupt.check()
        print("never")
outcome(work)
"""
    assert outcome(work) == ["ended", "its", "step", "Interrupted"]


@pytest.mark.parametrize("made_of_it", ["pass", "raise RuntimeError", "raise SystemExit"])
def test_whatever_the_library_made_of_it_it_is_heard_after(made_of_it: str) -> None:
    work = f"""
def work():
    with interrupt.held():
        ask()
        {made_of_it}
    print("never")
outcome(work)
"""
    assert outcome(work) == ["Interrupted"]


def test_a_failure_of_its_own_stays_one_and_the_next_asking_is_heard_at_once() -> None:
    work = """
def work():
    with interrupt.held():
        raise RuntimeError
outcome(work)
outcome(lambda: (ask(), print("went on")))
"""
    assert outcome(work) == ["RuntimeError", "Interrupted"]
