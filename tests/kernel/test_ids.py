from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from cultivar.kernel.clock import now, this_hour
from cultivar.kernel.ids import hourly_id, new_id


def test_an_id_is_version_7_and_tells_when_it_was_made() -> None:
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    moment = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    assert abs(moment - now()) < timedelta(minutes=1)


def test_ids_of_one_thread_grow_even_within_a_millisecond() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_of_many_threads_never_meet() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [found for part in pool.map(lambda _: [new_id() for _ in range(2000)], range(8)) for found in part]
    assert len(set(made)) == 16_000


def test_now_is_aware_of_utc() -> None:
    assert now().tzinfo is UTC


def test_an_hourly_id_knows_the_hour_alone_and_keeps_the_order_of_one_thing() -> None:
    made = [hourly_id(place) for place in (0, 1, 2, 4095, 5000)]
    assert len({one.int >> 80 for one in made}) == 1
    assert datetime.fromtimestamp((made[0].int >> 80) / 1000, UTC) == this_hour()
    assert made[:4] == sorted(made[:4])
    assert len(set(made)) == len(made)
