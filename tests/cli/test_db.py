"""`cultivar db`: what it does to a database, what it says, how it exits."""

import sqlite3
from pathlib import Path

import pytest
from tests.support.processes import free_ports

from cultivar.cli import main
from cultivar.cli.exits import Exit
from cultivar.kernel.revision import head


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database that the settings name; not there yet."""
    monkeypatch.setenv("CULTIVAR_DATA_DIR", str(tmp_path))
    return tmp_path / "cultivar.db"


def tables(file: Path) -> set[str]:
    with sqlite3.connect(file) as connection:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_upgrade_makes_the_tables_and_may_be_repeated(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main.run(["db", "upgrade"]) == Exit.DONE
        assert capsys.readouterr().out == f"at revision {head()}\n"
    assert {"jobs", "photos", "users"} <= tables(file)


def test_check_tells_a_database_that_is_behind_from_one_that_is_right(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["db", "check"]) == Exit.CONFLICT
    assert "cultivar db upgrade" in capsys.readouterr().err
    main.run(["db", "upgrade"])
    assert main.run(["db", "check"]) == Exit.DONE


def test_check_names_what_differs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main.run(["db", "upgrade"])
    with sqlite3.connect(file) as connection:
        connection.execute("DROP INDEX ix_jobs_live")
    connection.close()
    capsys.readouterr()
    assert main.run(["db", "check"]) == Exit.CONFLICT
    assert "ix_jobs_live" in capsys.readouterr().err


def test_downgrade_asks_first_and_takes_the_tables_away(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main.run(["db", "upgrade"])
    assert main.run(["db", "downgrade", "base"]) != Exit.DONE
    assert "jobs" in tables(file)
    assert main.run(["db", "downgrade", "--yes", "base"]) == Exit.DONE
    assert tables(file) <= {"alembic_version"}
    assert "at revision none" in capsys.readouterr().out


def test_an_unknown_revision_is_one_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["db", "upgrade", "9999"]) == Exit.MISSING
    said = capsys.readouterr().err
    assert "9999" in said
    assert said.count("\n") == 1


def test_a_database_that_does_not_answer_is_unavailable(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CULTIVAR_DATABASE_URL", f"postgresql://u:hidden@127.0.0.1:{free_ports(1)[0]}/none")
    assert main.run(["db", "check"]) == Exit.UNAVAILABLE
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "hidden" not in said
