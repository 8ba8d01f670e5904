"""The whole map: who hears which fact, how each kind of job is done, and what recurs."""

from datetime import timedelta

from cultivar.accounts import jobs as accounts
from cultivar.accounts.events import AccountClosed, ConsentChanged
from cultivar.accounts.service import EXPORT
from cultivar.bulk import jobs as bulk
from cultivar.bulk.service import CLEAR, LOOK, TELL
from cultivar.datasets import service as datasets
from cultivar.feedback.events import FeedbackChanged, FeedbackGiven, FeedbackWithdrawn
from cultivar.kernel.jobs import upkeep
from cultivar.kernel.jobs.context import JobKind
from cultivar.kernel.jobs.schedule import Schedule
from cultivar.kernel.outbox import Subscriber, Subscriptions
from cultivar.monitoring import service as monitoring
from cultivar.photos import jobs as photos
from cultivar.photos.events import PhotoKept
from cultivar.photos.service import DELETE_OBJECTS, PREPARE
from cultivar.predictions import jobs as predictions
from cultivar.predictions.events import PredictionDeleted, PredictionMade
from cultivar.predictions.service.why import EXPLAIN
from cultivar.worker import people

COUNT = Subscriber(monitoring.COUNTS, monitoring.hear)
GATHER = Subscriber("datasets.items", datasets.hear)
PREPARE_PHOTO = Subscriber("photos.kept", photos.hear)
ERASE = Subscriber("people.erase", heavy=True)

SUBSCRIPTIONS: Subscriptions = {
    PredictionMade: (COUNT,),
    PredictionDeleted: (COUNT, GATHER),
    FeedbackGiven: (COUNT, GATHER),
    FeedbackChanged: (COUNT, GATHER),
    FeedbackWithdrawn: (COUNT, GATHER),
    ConsentChanged: (GATHER,),
    AccountClosed: (ERASE,),
    PhotoKept: (PREPARE_PHOTO,),
}

KINDS = {
    LOOK: JobKind(bulk.look, timeout_s=86_400.0, long=True),
    CLEAR: JobKind(bulk.clear, attempts=10),
    TELL: JobKind(bulk.tell, attempts=10),
    bulk.FORGET: JobKind(bulk.forget, background=True),
    bulk.SWEEP: JobKind(bulk.sweep, background=True),
    ERASE.name: JobKind(people.erase),
    EXPORT: JobKind(people.export),
    "people.sweep_exports": JobKind(people.sweep_exports, background=True),
    PREPARE: JobKind(photos.prepare, background=True),
    DELETE_OBJECTS: JobKind(photos.delete_objects, background=True),
    "photos.end_holds": JobKind(photos.end_holds, background=True),
    "photos.sweep": JobKind(photos.sweep, background=True),
    EXPLAIN: JobKind(predictions.explain, timeout_s=600.0),
    predictions.FORGET_ANSWERS: JobKind(predictions.forget_answers, background=True),
    "accounts.sweep_sessions": JobKind(accounts.sweep_sessions, background=True),
    "jobs.prune": JobKind(upkeep.prune, background=True),
    "storage.sweep": JobKind(upkeep.sweep_storage, background=True),
}

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)

SCHEDULES = (
    Schedule(bulk.FORGET, every=_HOUR, at=timedelta(minutes=20)),
    Schedule(bulk.SWEEP, every=_DAY, at=timedelta(hours=4, minutes=40)),
    Schedule("people.sweep_exports", every=_HOUR),
    Schedule("photos.end_holds", every=_HOUR, at=timedelta(minutes=10)),
    Schedule("photos.sweep", every=_DAY, at=timedelta(hours=3)),
    Schedule("accounts.sweep_sessions", every=_DAY, at=timedelta(hours=3, minutes=20)),
    Schedule(predictions.FORGET_ANSWERS, every=_DAY, at=timedelta(hours=3, minutes=40)),
    Schedule("jobs.prune", every=_DAY, at=timedelta(hours=4)),
    Schedule("storage.sweep", every=_DAY, at=timedelta(hours=4, minutes=20)),
)
