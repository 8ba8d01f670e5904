import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cultivar.kernel.settings import Settings


def settings(**chosen: Any) -> Settings:
    return Settings(_env_file=None, **chosen)


def test_every_setting_says_what_it_is() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert silent == []


def test_the_database_lies_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    assert settings(data_dir=tmp_path).database_url.endswith(f"{tmp_path}/cultivar.db")
    assert settings(data_dir=tmp_path).embedded
    assert not settings(database_url="postgresql://a:b@db/leaves").embedded


def test_passwords_do_not_show(tmp_path: Path) -> None:
    chosen = settings(
        database_url="postgresql://a:hidden1@db/leaves",
        s3_secret_key="hidden2",
        secret_key="hidden3" * 8,
        redis_url="redis://:hidden4@cache",
        rabbitmq_url="amqp://a:hidden5@queue",
    )
    assert "hidden" not in repr(chosen)
    assert "hidden" not in str(chosen)


def test_lists_are_separated_by_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CULTIVAR_CORS_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("CULTIVAR_S3_ENDPOINT", "")
    assert settings().cors_origins == ["https://a.example", "https://b.example"]
    assert settings().s3_endpoint is None


@pytest.mark.parametrize("rate", ["100/minute", "5/second", "10/5 minute", "off"])
def test_a_rate_is_a_number_and_a_time(rate: str) -> None:
    assert settings(rate_limit=rate).rate_limit == rate


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_limit": "many"},
        {"rate_limit": "0/minute"},
        {"secret_key": "short"},
        {"port": 70000},
        {"log_level": "loud"},
        {"database_url": "mysql://db/leaves"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = settings(data_dir=tmp_path / "new"), settings(data_dir=tmp_path / "new")
    assert first.secret == second.secret
    assert len(first.secret) >= 32
    file = tmp_path / "new" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]


def test_two_installations_have_two_secrets_and_a_given_one_is_used(tmp_path: Path) -> None:
    assert settings(data_dir=tmp_path / "a").secret != settings(data_dir=tmp_path / "b").secret
    given = settings(data_dir=tmp_path / "c", secret_key="k" * 40)
    assert given.secret == b"k" * 40
    assert not (tmp_path / "c").exists()
