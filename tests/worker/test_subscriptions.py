"""The map is whole: no fact without a hearer, no job without a doer."""

import inspect
from datetime import timedelta

from tools import reference

from cultivar.kernel import migrate
from cultivar.kernel.outbox import Subscriber
from cultivar.worker.subscriptions import KINDS, SCHEDULES, SUBSCRIPTIONS

SUBSCRIBERS: list[Subscriber] = [each for group in SUBSCRIPTIONS.values() for each in group]


def test_every_fact_of_every_capability_is_heard() -> None:
    migrate.load_tables()
    assert {fact.name for fact in SUBSCRIPTIONS} == set(reference.facts())


def test_every_heavy_subscriber_has_its_kind_of_job_and_no_light_one_has() -> None:
    assert {each.name for each in SUBSCRIBERS if each.heavy} <= KINDS.keys()
    assert not {each.name for each in SUBSCRIBERS if not each.heavy} & KINDS.keys()


def test_a_name_means_one_subscriber() -> None:
    assert len({each.name for each in SUBSCRIBERS}) == len(set(SUBSCRIBERS))


def test_what_recurs_is_known_and_has_its_own_time() -> None:
    assert {schedule.kind for schedule in SCHEDULES} <= KINDS.keys()
    assert all(timedelta(0) <= schedule.at < schedule.every for schedule in SCHEDULES)
    assert len({(schedule.every, schedule.at) for schedule in SCHEDULES}) == len(SCHEDULES)


def test_every_job_says_what_it_does() -> None:
    assert all(inspect.getdoc(kind.handle) for kind in KINDS.values())
