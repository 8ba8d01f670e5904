"""Every setting of Cultivar, read from the environment (`CULTIVAR_*`) or a file `.env`."""

import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PACKAGE = Path(__file__).resolve().parents[1]
MEBIBYTE = 1024 * 1024

CommaList = Annotated[list[str], NoDecode]
_RATE = re.compile(r"off|[1-9]\d*/([1-9]\d* ?)?(second|minute|hour|day)")
_DATABASE = re.compile(r"(sqlite|postgres(ql)?)(\+\w+)?://.*", re.DOTALL)


def _rate(value: str) -> str:
    if not _RATE.fullmatch(value):
        raise ValueError("write a number and a time, such as `100/minute` or `5/second`, or `off`")
    return value


def _database(value: str) -> str:
    if not _DATABASE.fullmatch(value):
        raise ValueError("write `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`")
    return value


Rate = Annotated[str, AfterValidator(_rate)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]


def _shipped(name: str, source: str | None = None) -> Path:
    """Data that travels in the wheel as `_name`, or lies beside `src` in a checkout as `source` (else `name`)."""
    packaged = PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else PACKAGE.parents[1] / (source or name)


class Settings(BaseSettings):
    """What an operator may choose. Without any setting, Cultivar runs on one machine and keeps all in `data_dir`."""

    model_config = SettingsConfigDict(
        env_prefix="CULTIVAR_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
    )

    # Where it runs
    data_dir: Path = Field(Path("data"), description="Folder of the database, the photos and the secret key.")
    host: str = Field("127.0.0.1", description="Address that the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that the server listens on; 0 takes a free one.")
    public_url: str | None = Field(
        None, description="Address that people use, such as `https://leaves.example.org`; `https` turns HSTS on."
    )
    trusted_proxies: CommaList = Field(
        [], description="Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."
    )
    worker: Literal["embedded", "off"] = Field(
        "embedded",
        description="`embedded` runs background jobs inside the server; `off` leaves them to worker processes.",
    )

    # Where it keeps things
    database_url: DatabaseUrl = Field(
        default_factory=lambda data: f"sqlite:///{data['data_dir']}/cultivar.db",
        repr=False,
        description="`postgresql://user:password@host/name`, or `sqlite:///path`. Default: SQLite in `data_dir`.",
    )
    storage_url: str | None = Field(
        None,
        description="`s3://bucket` or a folder for photos and models. Default: the folder `objects` in `data_dir`.",
    )
    s3_endpoint: str | None = Field(None, description="Address of the S3 service, when it is not Amazon's.")
    s3_region: str = Field("us-east-1", description="Region of the S3 bucket.")
    s3_access_key: SecretStr | None = Field(None, description="S3 access key.")
    s3_secret_key: SecretStr | None = Field(None, description="S3 secret key.")
    photo_retention_days: int = Field(
        30, ge=1, le=3650, description="Days that a stored photo is kept with its answer; the answer stays."
    )
    rabbitmq_url: str | None = Field(
        None,
        repr=False,
        description="`amqp://…` to wake workers at once on several machines. Default: within the process.",
    )
    redis_url: str | None = Field(
        None, repr=False, description="`redis://…` to count rate limits across several servers. Default: in memory."
    )

    # Who may do how much
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Signs tokens and links; all servers of one installation share it. "
        "Default: made once and kept in `data_dir/secret.key`.",
    )
    rate_limit: Rate = Field(
        "100/minute", description="Requests per identity, such as `100/minute` or `5/second`; `off` disables the limit."
    )
    login_rate_limit: Rate = Field(
        "10/minute", description="Failed sign-ins per e-mail and address; `off` disables the limit."
    )
    cors_origins: CommaList = Field(
        [],
        description="Web origins whose pages may call the API, separated by commas; `*` for all, without cookies.",
    )
    body_limit: int = Field(
        MEBIBYTE, ge=1024, description="Bytes that a request's body may have on all routes but `predict`."
    )
    predict_body_limit: int = Field(
        50 * MEBIBYTE, ge=1024, description="Bytes that all photos of one `predict` request may have together."
    )
    predict_memory: int = Field(
        256 * MEBIBYTE,
        ge=1024,
        description="Bytes of photos that all `predict` requests may have in memory together, `predict_body_limit` at "
        "least; who comes beyond is asked to come again.",
    )
    batch_body_limit: int = Field(
        2048 * MEBIBYTE, ge=1024, description="Bytes that all photos, or the ZIP, of one `predict/batch` may have."
    )
    webhooks_to_private: bool = Field(
        False, description="Whether webhooks may go to private and loopback addresses, such as another container's."
    )

    model_body_limit: int = Field(
        512 * MEBIBYTE, ge=1024, description="Bytes that the files of an uploaded model may have together."
    )

    # What it says about itself
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`json`: one object a line; `console`: for people; `auto`: console on a terminal."
    )
    log_file: Path | None = Field(
        None, description="File to log to instead of standard error; rotated at 10 MB, five old ones are kept."
    )
    otel_endpoint: str | None = Field(
        None, description="OTLP/HTTP address for OpenTelemetry traces; needs the extra `otel`."
    )
    app_dir: Path = Field(
        default_factory=lambda: _shipped("app", "web/dist"), description="The built web app, served at `/`."
    )
    help_dir: Path = Field(
        default_factory=lambda: _shipped("site"), description="The built documentation, served at `/help`."
    )

    # When it raises an alert
    drift_psi: float = Field(
        0.25, gt=0, le=10, description="Population stability index above which the photos have drifted."
    )
    alert_poor_photos: float = Field(
        0.5, gt=0, lt=1, description="Share of unusable, blurred or badly lit photos among the last hundred."
    )
    alert_error_rate: float = Field(0.05, gt=0, lt=1, description="Share of requests that fail by the server's fault.")
    alert_latency_s: float = Field(
        5.0, gt=0, description="Seconds within which 95 in 100 requests to `predict` are answered."
    )
    alert_cpu: float = Field(0.95, gt=0, lt=1, description="Share of the processor in use over five minutes.")
    alert_memory: float = Field(0.9, gt=0, lt=1, description="Share of the memory in use.")
    alert_gpu_memory: float = Field(0.95, gt=0, lt=1, description="Share of the fullest GPU's memory in use.")
    alert_disk: float = Field(0.9, gt=0, lt=1, description="Share of the data's disk in use.")

    # What it knows
    packs_dir: Path = Field(
        default_factory=lambda: _shipped("packs"),
        description="Folder of packs. Default: the packs that ship with Cultivar.",
    )
    default_model: str = Field("plant-health", description="Pack that answers when a request names no `model`.")

    # How it looks at photos
    vision_runtime: Literal["auto", "onnxruntime", "openvino"] = Field(
        "auto", description="What runs the models; `auto` is ONNX Runtime: as fast where measured, and smaller."
    )
    vision_threads: int = Field(0, ge=0, description="Threads of one model session; 0 chooses for the machine.")
    vision_sessions: int = Field(
        0, ge=0, description="Model sessions that run side by side; 0 chooses for the machine."
    )
    vision_decoders: int = Field(0, ge=0, description="Processes that decode photos; 0 chooses for the machine.")
    vision_queue: int = Field(
        64, ge=1, description="Photos that may wait for an answer; beyond it a request gets 503 and `Retry-After`."
    )

    @field_validator("data_dir", "packs_dir", "app_dir", "help_dir", "log_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else value

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @property
    def embedded(self) -> bool:
        """Whether all lives on this machine: then migrations are applied at start and an admin is made."""
        return self.database_url.startswith("sqlite")

    @cached_property
    def secret(self) -> bytes:
        """The installation's secret: `secret_key`, or the one in `data_dir/secret.key`, made at the first call."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return _kept_secret(self.data_dir / "secret.key")


def _kept_secret(file: Path) -> bytes:
    """Read the key, or make it so that of two processes that start at once both get the same one."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()
