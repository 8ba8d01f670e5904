"""Answers of vision, made of numbers: what the rules are given."""

from hypothesis import strategies as st

from cultivar.kernel.settings import Settings
from cultivar.packs.schemas import Pack
from cultivar.packs.service import load
from cultivar.vision.answer import Answer, HeadAnswer, PhotoAnswer, Scored
from cultivar.vision.decode import PhotoFacts, SeenPhoto
from cultivar.vision.quality import Quality

PACKS = load(Settings().packs_dir)
shares = st.floats(0, 1)


@st.composite
def heads(draw: st.DrawFn, pack: Pack) -> dict[str, HeadAnswer]:
    found = {}
    for head in pack.heads:
        labels = pack.head_labels(head.name)
        weights = draw(st.lists(st.floats(1e-6, 1), min_size=len(labels), max_size=len(labels)))
        scored = sorted(
            (Scored(label, weight / sum(weights)) for label, weight in zip(labels, weights, strict=True)),
            key=lambda one: -one.confidence,
        )
        found[head.name] = HeadAnswer(scored[0].label, scored[0].confidence, tuple(scored))
    return found


@st.composite
def qualities(draw: st.DrawFn) -> Quality:
    sharpness, exposure, size = draw(shares), draw(shares), draw(shares)
    return Quality(sharpness, exposure, size, (sharpness * exposure * size) ** (1 / 3), 100.0, 120.0)


@st.composite
def photo_answers(draw: st.DrawFn, pack: Pack, index: int) -> PhotoAnswer:
    width, height = draw(st.integers(1, 6000)), draw(st.integers(1, 6000))
    facts = PhotoFacts("jpeg", "image/jpeg", width, height, "0" * 64, 1)
    seen = SeenPhoto(facts, draw(qualities()), b"", "image/jpeg")
    refusal = draw(st.sampled_from([None, *pack.refusals]))
    return PhotoAnswer(index, seen, seen.quality, draw(heads(pack)), refusal)


@st.composite
def answers(draw: st.DrawFn, pack: Pack) -> Answer:
    refusal = draw(st.sampled_from([None, None, *pack.refusals]))
    class_id = draw(st.integers(0, len(pack.classes) - 1))
    known = pack.classes[class_id]
    photos = tuple(draw(photo_answers(pack, index)) for index in range(draw(st.integers(1, 3))))
    return Answer(
        refusal=refusal,
        heads=draw(heads(pack)),
        classes=tuple(1 / len(pack.classes) for _ in pack.classes),
        class_id=None if refusal else class_id,
        class_name=None if refusal else known.name,
        confidence=None if refusal else draw(shares),
        labels={} if refusal else dict(known.labels),
        quality=draw(qualities()),
        photos=photos,
        inference_ms=1.0,
        decode_ms=1.0,
        queue_ms=0.0,
    )


cases = st.sampled_from(list(PACKS.values())).flatmap(lambda pack: st.tuples(st.just(pack), answers(pack)))
"""A pack and an answer of a network that serves it."""
