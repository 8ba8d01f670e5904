from pathlib import Path

from cultivar.kernel.settings import Settings
from cultivar.worker.engine import engine_of, starters


def test_starters_are_the_packs_that_bring_a_model(tmp_path: Path) -> None:
    for name in ("with", "another", "without"):
        (tmp_path / name).mkdir()
    for name in ("with", "another"):
        (tmp_path / name / "model.json").touch()
    assert starters(tmp_path) == [tmp_path / "another", tmp_path / "with"]
    assert starters(tmp_path / "nowhere") == []


def test_the_engine_is_as_the_settings_want_it() -> None:
    engine = engine_of(Settings(_env_file=None, vision_decoders=3, vision_sessions=2, vision_threads=1))
    assert (engine.plan.decoders, engine.plan.lanes, engine.plan.threads) == (3, 2, 1)
