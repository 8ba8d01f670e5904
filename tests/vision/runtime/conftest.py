import pytest

from tests.vision.runtime.decoders import forget_others


@pytest.fixture(autouse=True)
def _only_own_decoders() -> None:
    forget_others()
