"""Every number that `/metrics` shows, in one place."""

from collections.abc import Callable, Mapping

from prometheus_client import Counter, Gauge, Histogram, Info

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
QUEUE_SIZE = Gauge("plant_queue_size", "Photos that wait for an answer now.")
BATCH_SIZE = Histogram("plant_batch_size", "Photos that went through a model together.", buckets=_POWERS)
JOBS = Gauge("plant_jobs", "Background jobs, by kind and state.", ["kind", "state"])
JOBS_FINISHED = Counter("plant_jobs_finished_total", "Background jobs that this process ended.", ["kind", "state"])
OUTBOX = Gauge(
    "plant_outbox", "Facts that wait for a subscriber, or are parked after failures.", ["subscriber", "state"]
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


def show_queue(size: Callable[[], int]) -> None:
    """Ask `size` for the length of the queue whenever the metrics are read."""
    QUEUE_SIZE.set_function(lambda: float(size()))


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
