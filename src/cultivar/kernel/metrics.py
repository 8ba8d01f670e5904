"""Every number that `/metrics` shows, in one place."""

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram, Info, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # each would double its series

_FAST = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_TENTHS = tuple(step / 10 for step in range(1, 11))
_POWERS = (1, 2, 4, 8, 16, 32, 64)

REQUESTS = Counter("plant_api_requests_total", "Requests answered.", ["endpoint", "method", "status"])
LATENCY = Histogram(
    "plant_api_latency_seconds", "From request to last byte of the answer.", ["endpoint"], buckets=_FAST
)
ERRORS = Counter("plant_api_errors_total", "Errors answered, by their code.", ["error_type"])
CONFIDENCE = Histogram("plant_prediction_confidence", "Confidence of answers.", ["model"], buckets=_TENTHS)
REFUSALS = Counter("plant_prediction_refusals_total", "Answers that refuse, by their reason.", ["model", "reason"])
DECODE = Histogram("plant_decode_seconds", "Reading the photos of a request.", buckets=_FAST)
INFERENCE = Histogram("plant_inference_seconds", "The model at work on a request.", ["model"], buckets=_FAST)
QUEUE = Histogram("plant_queue_seconds", "A request's wait for a model session.", buckets=_FAST)
QUEUE_SIZE = Gauge("plant_queue_size", "Photos waiting or at work when the last one came.")
BATCH_SIZE = Histogram("plant_batch_size", "Photos that went through a model together.", buckets=_POWERS)
OVERLOADED = Counter("plant_overloaded_total", "Requests turned away because too many photos waited.")
DECODERS_REPLACED = Counter("plant_decoders_replaced_total", "Decoder processes that a photo brought down.")
JOBS = Gauge("plant_jobs", "Background jobs, by kind and state.", ["kind", "state"])
JOBS_FINISHED = Counter("plant_jobs_finished_total", "Background jobs that this process ended.", ["kind", "state"])
OUTBOX = Gauge(
    "plant_outbox", "Facts that wait for a subscriber, or are parked after failures.", ["subscriber", "state"]
)
ALERTS = Gauge("plant_alerts", "Alerts that are not over, by kind and severity.", ["kind", "severity"])
DRIFT = Gauge(
    "plant_drift_psi", "How far the photos of late differ from those before (PSI).", ["model", "version", "feature"]
)
BUILD = Info("plant_build", "What runs here.")


def answered(
    model: str, *, confidence: float | None, refusal: str | None, decode_ms: float, inference_ms: float, queue_ms: float
) -> None:
    """Count one answer; a refusal has no confidence, an answer no refusal."""
    if confidence is not None:
        CONFIDENCE.labels(model).observe(confidence)
    if refusal is not None:
        REFUSALS.labels(model, refusal).inc()
    DECODE.observe(decode_ms / 1000)
    INFERENCE.labels(model).observe(inference_ms / 1000)
    QUEUE.observe(queue_ms / 1000)


def observe(measure: str, value: float) -> None:
    """Take what the vision engine tells of itself; what each answer says is counted by `answered`."""
    if measure == "queue_photos":
        QUEUE_SIZE.set(value)
    elif measure == "batch_photos":
        BATCH_SIZE.observe(value)
    elif measure == "overloaded":
        OVERLOADED.inc(value)
    elif measure == "decoder_replaced":
        DECODERS_REPLACED.inc(value)


def show_jobs(counts: Mapping[tuple[str, str], int]) -> None:
    """Set the jobs by (kind, state); what is not in `counts` is gone."""
    JOBS.clear()
    for (kind, state), count in counts.items():
        JOBS.labels(kind, state).set(count)


def show_outbox(counts: Mapping[tuple[str, str], int]) -> None:
    """Set the facts by (subscriber, state); what is not in `counts` is gone."""
    OUTBOX.clear()
    for (subscriber, state), count in counts.items():
        OUTBOX.labels(subscriber, state).set(count)


def show_alerts(counts: Mapping[tuple[str, str], int]) -> None:
    """Set the alerts by (kind, severity); what is not in `counts` is over."""
    ALERTS.clear()
    for (kind, severity), count in counts.items():
        ALERTS.labels(kind, severity).set(count)


def show_drift(indices: Mapping[tuple[str, str, str], float]) -> None:
    """Set the index of drift by (model, version, feature)."""
    DRIFT.clear()
    for names, index in indices.items():
        DRIFT.labels(*names).set(index)
