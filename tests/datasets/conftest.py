"""What tests of datasets share."""

from typing import Any

import pytest

from tests.datasets.corrections import answered
from tests.support.app import Person


@pytest.fixture
def answer(user: Person) -> dict[str, Any]:
    """An answer to a photo that was sent for training."""
    return answered(user)
