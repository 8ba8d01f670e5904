"""Names of objects."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.photos.rules import is_orphan, object_key, photo_of, thumb_key

moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(st.uuids(), st.sampled_from(["image/jpeg", "image/png", "image/webp"]), moments)
def test_a_photo_is_found_by_the_name_of_its_objects(photo_id: UUID, content_type: str, at: datetime) -> None:
    key = object_key(photo_id, content_type, at)
    assert photo_of(key) == photo_of(thumb_key(key)) == photo_id
    assert key != thumb_key(key)
    assert key.startswith(f"photos/{at:%Y/%m/%d}/")


@pytest.mark.parametrize(
    "key",
    ["photos/2026/01/01/leaf.jpg", "models/a/b", "photos/2026/01/01/7ac67daa-2f02-4aed-8703-287d29493e9d/x.jpg", ""],
)
def test_what_is_not_of_our_making_belongs_to_no_photo(key: str) -> None:
    assert photo_of(key) is None


def test_an_object_may_wait_a_day_for_its_row() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    assert not is_orphan(at - timedelta(days=1), at)
    assert is_orphan(at - timedelta(days=1, seconds=1), at)
