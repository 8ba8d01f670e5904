import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from cultivar.vision.decode import look, see
from cultivar.vision.errors import BadManifest, ModelNotOpen, Overloaded, UnreadableImage
from cultivar.vision.runtime.engine import MEASURES, Engine, Options
from cultivar.vision.runtime.machine import Wish
from tests.support.photofile import encoded, jpeg
from tests.vision.graphs import graph, manifest, write_model
from tests.vision.pictures import SECRET, telling, texture
from tests.vision.runtime.decoders import decoders

RED, GREEN, BLUE, WHITE = (200, 20, 20), (20, 200, 20), (20, 20, 200), (252, 252, 252)


def shaded(colour: tuple[int, int, int], seed: int = 0) -> Image.Image:
    """A sharp photo whose mean is about this colour."""
    grain = np.random.default_rng(seed).normal(0, 40, (240, 320, 1))
    return Image.fromarray((np.array(colour) + grain).clip(0, 255).astype(np.uint8))


def photo(colour: tuple[int, int, int], seed: int = 0) -> bytes:
    return jpeg(shaded(colour, seed), quality=90)


Told = list[tuple[str, float]]


@pytest.fixture
def told() -> Told:
    return []


@pytest_asyncio.fixture
async def engine(tmp_path: Path, told: Told) -> AsyncIterator[Engine]:
    engine = Engine(Options(Wish(decoders=2), queue=12), lambda name, value: told.append((name, value)))
    await engine.start()
    await engine.open("tiny", write_model(tmp_path / "tiny"))
    yield engine
    await engine.close()
    assert decoders() == []


@pytest.mark.parametrize(
    ("colour", "name", "plant"),
    [(RED, "Apple___scab", "Apple"), (GREEN, "Maize___rot", "Maize"), (BLUE, "Apple___rot", "Banana")],
)
async def test_a_photo_gets_its_class(engine: Engine, colour: tuple[int, int, int], name: str, plant: str) -> None:
    answer = await engine.answer("tiny", [photo(colour)])
    assert (answer.refusal, answer.class_name, answer.heads["plant"].label) == (None, name, plant)
    assert answer.confidence == max(answer.classes)


async def test_an_answer_holds_all_that_was_seen(engine: Engine) -> None:
    data = telling("JPEG", shaded(RED), 6)
    answer = await engine.answer("tiny", [data])
    (part,) = answer.photos
    assert part.seen == see(data, engine.manifest("tiny").input).photo(data)
    assert SECRET not in part.seen.clean
    assert (part.index, part.refusal, part.heads) == (0, None, answer.heads)
    assert answer.quality == part.quality == part.seen.quality
    assert min(answer.decode_ms, answer.inference_ms) > 0
    assert answer.queue_ms >= 0


async def test_the_network_gets_the_pixels_that_decoding_gives(engine: Engine, tmp_path: Path) -> None:
    data = photo(GREEN)
    answer = await engine.answer("tiny", [data])
    colour = look(data, manifest().input).mean(axis=(0, 1)) * 0.1
    shares = np.exp(colour) / np.exp(colour).sum()
    assert answer.heads["plant"].confidence == pytest.approx(shares.max(), rel=1e-4)


async def test_photos_of_one_plant_are_pooled_and_refused_ones_left_out(engine: Engine) -> None:
    black = encoded(Image.new("RGB", (400, 300)), "PNG")
    alone = await engine.answer("tiny", [photo(RED)])
    pooled = await engine.answer("tiny", [black, photo(RED), photo(WHITE)])
    assert [part.refusal for part in pooled.photos] == ["unusable_photo", None, "unknown_crop"]
    assert [part.index for part in pooled.photos] == [0, 1, 2]
    assert (pooled.class_name, pooled.refusal) == ("Apple___scab", None)
    assert pooled.confidence == pytest.approx(alone.confidence)
    assert pooled.quality == pooled.photos[1].quality


async def test_a_plant_shown_only_badly_is_refused_with_its_heads_filled(engine: Engine) -> None:
    answer = await engine.answer("tiny", [encoded(texture(1, 1), "PNG"), encoded(Image.new("RGB", (300, 300)), "PNG")])
    assert answer.refusal == "unusable_photo"
    assert (answer.class_id, answer.class_name, answer.confidence) == (None, None, None)
    assert set(answer.heads) == {"plant", "signs"}


async def test_the_photo_that_cannot_be_read_is_named(engine: Engine) -> None:
    with pytest.raises(UnreadableImage) as caught:
        await engine.answer("tiny", [photo(RED), photo(RED), b"text named .jpg"])
    assert caught.value.extra["file_index"] == 2
    assert engine.held() == 0


async def test_who_has_just_been_told_may_ask_again_and_background_work_waits_a_moment(engine: Engine) -> None:
    assert not engine.busy()
    await engine.answer("tiny", [photo(RED)])
    assert (engine.held(), engine.busy()) == (0, True)
    await _until(lambda: not engine.busy())


async def test_a_model_that_is_not_open_is_said_so(engine: Engine) -> None:
    for ask in (lambda: engine.answer("other", [photo(RED)]), lambda: asyncio.to_thread(engine.manifest, "other")):
        with pytest.raises(ModelNotOpen):
            await ask()


async def test_many_callers_each_get_their_own_answer(engine: Engine) -> None:
    colours = [RED, GREEN, BLUE] * 4
    answers = await asyncio.gather(*(engine.answer("tiny", [photo(c, seed)]) for seed, c in enumerate(colours)))
    assert [answer.heads["plant"].label for answer in answers] == ["Apple", "Maize", "Banana"] * 4


async def test_a_full_queue_turns_away_at_once_and_says_when_to_come_back(engine: Engine, told: Told) -> None:
    held = [asyncio.create_task(engine.answer("tiny", [photo(RED)] * 5)) for _ in range(2)]
    await asyncio.sleep(0)
    assert engine.busy()
    with pytest.raises(Overloaded) as caught:
        await engine.answer("tiny", [photo(GREEN)] * 3)
    assert 1 <= caught.value.retry_after <= 60
    assert (await engine.answer("tiny", [photo(GREEN)] * 2)).class_name == "Maize___rot"
    await asyncio.gather(*held)
    assert ("overloaded", 1) in told
    assert engine.held() == 0


async def test_a_cancelled_caller_frees_its_place(engine: Engine) -> None:
    held = [asyncio.create_task(engine.answer("tiny", [photo(RED)] * 4)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in held:
        task.cancel()
    await asyncio.wait(held)
    assert engine.held() == 0
    assert (await engine.answer("tiny", [photo(GREEN)] * 5)).class_name == "Maize___rot"


async def test_models_swap_beside_running_calls(engine: Engine, tmp_path: Path) -> None:
    """Every call ends on the model that it began with: none fails, none sees a mixture."""
    blind = write_model(tmp_path / "blind", graph(gain=0.0), version="2.0.0")
    sure, unsure, stop = 0, 0, False

    async def caller() -> None:
        nonlocal sure, unsure
        while not stop:
            answer = await engine.answer("tiny", [photo(RED)])
            assert answer.confidence is not None
            sure += answer.confidence > 0.9
            unsure += answer.confidence == pytest.approx(0.25)

    callers = [asyncio.create_task(caller()) for _ in range(4)]
    try:
        await _until(lambda: sure > 4)
        assert (await engine.open("tiny", blind)).version == "2.0.0"
        await _until(lambda: unsure > 4)
    finally:
        stop = True
        done = await asyncio.gather(*callers)
    assert done == [None] * 4
    assert engine.manifest("tiny").version == "2.0.0"


async def test_a_call_ends_on_a_model_that_is_shut_meanwhile(engine: Engine) -> None:
    running = asyncio.create_task(engine.answer("tiny", [photo(RED)]))
    await asyncio.sleep(0)
    await engine.shut("tiny")
    assert (await running).class_name == "Apple___scab"
    with pytest.raises(ModelNotOpen):
        await engine.answer("tiny", [photo(RED)])
    await engine.shut("tiny")


async def test_a_bad_folder_leaves_the_open_model_alone(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BadManifest):
        await engine.open("tiny", write_model(tmp_path / "bad", sha256="0" * 64))
    assert (await engine.answer("tiny", [photo(RED)])).class_name == "Apple___scab"


async def test_two_models_answer_side_by_side(engine: Engine, tmp_path: Path) -> None:
    taken = {"width": 32, "height": 24, "resize": "letterbox"}
    wide = graph(side=None)
    await engine.open("wide", write_model(tmp_path / "wide", wide, input=taken, version="3.0.0"))
    answers = await asyncio.gather(*(engine.answer(key, [photo(BLUE)]) for key in ("tiny", "wide") * 3))
    assert {answer.heads["plant"].label for answer in answers} == {"Banana"}
    assert engine.manifest("wide").version == "3.0.0"


async def test_thumbnails_and_turns_come_from_the_same_decoders(engine: Engine) -> None:
    data = telling("JPEG", shaded(RED), 6)
    assert (await engine.thumbnail(data, 64)).startswith(b"\xff\xd8")
    assert SECRET not in await engine.upright(data)
    with pytest.raises(UnreadableImage):
        await engine.thumbnail(b"text", 64)
    assert not engine.busy()


async def test_an_observer_hears_what_is_promised(engine: Engine, told: Told) -> None:
    await engine.answer("tiny", [photo(RED), photo(GREEN)])
    assert {name for name, _ in told} == {"queue_photos", "decode_ms", "batch_photos", "inference_ms", "queue_ms"}
    assert {name for name, _ in told} <= set(MEASURES)


async def test_an_engine_closes_twice_and_before_it_started() -> None:
    engine = Engine(Options(Wish(decoders=1, lanes=1)))
    await engine.close()
    await engine.close()
    assert not engine.busy()


def begun(folders: list[Path]) -> Engine:
    """An engine that began in a program without a loop."""
    engine = Engine(Options(Wish(decoders=2, lanes=1)))
    engine.begin(folders)
    return engine


def test_what_began_without_a_loop_is_taken_over(tmp_path: Path) -> None:
    tiny = write_model(tmp_path / "tiny")
    engine = begun([tiny])
    first = {child.pid for child in decoders()}
    assert len(first) == 2

    async def go_on() -> str | None:
        await engine.start()
        await engine.open("tiny", tiny)
        answer = await engine.answer("tiny", [photo(RED)])
        assert {child.pid for child in decoders()} == first
        await engine.close()
        return answer.class_name

    assert asyncio.run(go_on()) == "Apple___scab"
    assert decoders() == []


def test_a_model_changed_since_it_began_is_loaded_as_it_is_now(tmp_path: Path) -> None:
    folders = [write_model(tmp_path / name, version="1.0.0") for name in ("mended", "changed")]
    (folders[0] / "model.onnx").write_bytes(b"cut")
    engine = begun(folders)

    async def go_on() -> None:
        await engine.open("warm", write_model(tmp_path / "warm"))
        write_model(folders[0], version="1.0.1")
        write_model(folders[1], version="1.0.1")
        for folder in folders:
            assert (await engine.open(folder.name, folder)).version == "1.0.1"

    asyncio.run(go_on())
    asyncio.run(engine.close())
    assert decoders() == []


def test_what_nobody_opened_is_forgotten_with_its_decoders(tmp_path: Path) -> None:
    broken = write_model(tmp_path / "broken")
    (broken / "model.onnx").write_bytes(b"cut")
    engine = begun([write_model(tmp_path / "tiny"), broken])
    engine.forget()
    with pytest.raises(BadManifest):
        asyncio.run(engine.open("broken", broken))
    asyncio.run(engine.close())
    assert decoders() == []


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(4000):
        if true():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it did not come true within 20 s")
