"""Who hears what, how work is done, what recurs: the whole map on one screen."""

from datetime import timedelta

from cultivar.accounts import jobs as accounts_jobs
from cultivar.accounts.events import ConsentChanged
from cultivar.datasets import service as datasets
from cultivar.feedback.events import FeedbackChanged, FeedbackGiven, FeedbackWithdrawn
from cultivar.kernel.jobs.context import JobKind
from cultivar.kernel.jobs.schedule import Schedule
from cultivar.kernel.outbox import Subscriber
from cultivar.monitoring import service as monitoring
from cultivar.photos import jobs as photos_jobs
from cultivar.photos.events import PhotoKept
from cultivar.photos.service import DELETE_OBJECTS, PREPARE
from cultivar.predictions import jobs as predictions_jobs
from cultivar.predictions.events import PredictionDeleted, PredictionMade

_counts = Subscriber(monitoring.COUNTS, monitoring.hear)
_items = Subscriber("datasets.items", datasets.hear)
_pictures = Subscriber("photos.pictures", photos_jobs.hear)

SUBSCRIPTIONS = {
    PhotoKept: (_pictures,),
    PredictionMade: (_counts,),
    PredictionDeleted: (_counts, _items),
    FeedbackGiven: (_counts, _items),
    FeedbackChanged: (_counts, _items),
    FeedbackWithdrawn: (_counts, _items),
    ConsentChanged: (_items,),
}

KINDS = {
    PREPARE: JobKind(photos_jobs.prepare, background=True),
    DELETE_OBJECTS: JobKind(photos_jobs.delete_objects),
    "photos.end_holds": JobKind(photos_jobs.end_holds, background=True),
    "photos.sweep": JobKind(photos_jobs.sweep, background=True),
    "predictions.forget_answers": JobKind(predictions_jobs.forget_answers, background=True),
    "accounts.sweep_sessions": JobKind(accounts_jobs.sweep_sessions, background=True),
}

_DAILY = timedelta(days=1)
SCHEDULES = (
    Schedule("photos.end_holds", _DAILY, at=timedelta(hours=2)),
    Schedule("photos.sweep", _DAILY, at=timedelta(hours=3)),
    Schedule("predictions.forget_answers", _DAILY, at=timedelta(hours=4)),
    Schedule("accounts.sweep_sessions", _DAILY, at=timedelta(hours=5)),
)
