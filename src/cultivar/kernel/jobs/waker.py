"""How a worker learns that there is something to do before it would look by itself."""

from typing import Protocol


class Waker(Protocol):
    """Says only "look". Workers also look at intervals, so a message that is lost loses nothing."""

    def wake(self) -> None:
        """Wake those who wait, here and on other machines. Never blocks and never fails."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after so many seconds. A wake that came while nobody waited is not lost."""
        ...
