"""What the page on banana ripeness says is what the pack has."""

import re
from pathlib import Path
from typing import get_args

import pytest

from cultivar.kernel.settings import Settings
from cultivar.packs.sections import AnomalyCode, Defect, Ungradable
from cultivar.packs.service import load_pack
from cultivar.vision.measure.colour import hue_deg

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "banana-ripeness.md").read_text(encoding="utf-8")
PACK = load_pack(Settings().packs_dir / "banana-ripeness")
assert PACK.colour_stages
assert PACK.grading
assert PACK.anomalies
STAGES, GRADING, ANOMALIES = PACK.colour_stages, PACK.grading, PACK.anomalies


def rows(heading: str) -> list[list[str]]:
    """The cells of every row of the tables below a heading, down to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, heading
    lines = [line for line in found[1].splitlines() if line.startswith("|") and not line.startswith("|--")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_scale_is_the_packs() -> None:
    told = rows("Seven colour stages")[1:]
    assert [row[0] for row in told] == [str(one.stage) for one in STAGES.stages]
    for row, one in zip(told, STAGES.stages, strict=True):
        assert row[1] == one.title.en
        assert tuple(float(cell) for cell in row[2:5]) == one.lab
        assert float(row[5]) == pytest.approx(hue_deg(*one.lab[1:]), abs=0.05)


def test_the_classes_have_the_stages_of_the_pack() -> None:
    for row in rows("Classes")[1:]:
        told = [int(number) for number in re.findall(r"\d", row[1])]
        first, last = STAGES.classes[row[0].strip("`")]
        assert (told[0], told[-1]) == (first, last)


def test_the_grades_are_the_packs() -> None:
    told = {row[0]: row[1:] for row in rows("The grade")}
    for grade in GRADING.table:
        score, limit, tolerance, over = told[grade.grade]
        assert float(score) == grade.score_from
        assert over == f"{grade.over_ripe_to:.0%}".replace("%", " %")
        if grade.defect_limit is not None:
            assert float(limit.removesuffix(" %")) == pytest.approx(100 * grade.defect_limit)
            assert float(tolerance.removesuffix(" %")) == pytest.approx(100 * grade.tolerance)
    assert GRADING.worst in told
    for name, purpose in GRADING.purposes.items():
        assert told[f"`{name}`"] == [", ".join(purpose.classes)]
    assert f"Without a purpose it is `{GRADING.default_purpose}`" in PAGE


def test_the_formula_has_the_packs_constants() -> None:
    weights = GRADING.weights
    assert f"/ {GRADING.spread_at_zero} " in PAGE
    assert f"/ {GRADING.defects_at_zero})" in PAGE
    formula = (
        f"{weights.uniformity:.2f} U + {weights.soundness:.2f} D + {weights.window:.2f} R + {weights.validity:.2f} S"
    )
    assert formula in PAGE
    assert f"solidity at least {GRADING.shape.solidity_from}" in PAGE
    assert f"{GRADING.shape.ratio[0]:.0f} to {GRADING.shape.ratio[1]:.0f} times longer" in PAGE
    assert f"quality score is below {GRADING.quality_from}" in PAGE
    assert f"median confidence of the bananas is below {GRADING.confidence_from}" in PAGE


def test_how_skin_and_light_are_read_is_as_told() -> None:
    flecks, light = STAGES.flecks, STAGES.light
    for said in (
        f"rim ({STAGES.erode:.0%} of the width)",
        f"ends ({flecks.ends:.0%} of the length",
        f"by {flecks.differs_from:.0f} in (a*, b*)",
        f"darker by {flecks.darker_by:.0f} in L*",
        f"cover {flecks.last_stage_share:.0%} of the skin",
        f"any kind {flecks.over_share:.0%};",
        f"at most {flecks.width_to:.0%} of the width across",
        f"L* below {flecks.rot_lightness:.0f}) on skin from stage {flecks.rot_from_stage}",
        f"from {flecks.rot_share:.0%} of the fruit on",
        f"chroma at most {light.chroma_to:.0f}, L* {light.lightness[0]:.0f} to {light.lightness[1]:.0f}",
        f"the background at least {light.background_from:.0%} of the photo",
        f"(chroma {light.cast_from:.0f} or more)",
    ):
        assert said.replace("%", " %") in " ".join(PAGE.split()), said


@pytest.mark.parametrize(
    ("heading", "codes"),
    [("Anomalies", AnomalyCode), ("Defects", Defect), ("The grade", Ungradable)],
)
def test_every_code_is_documented(heading: str, codes: object) -> None:
    first = " ".join(row[0] for row in rows(heading))
    assert set(get_args(codes)) <= set(re.findall(r"`([a-z_]+)`", first))


def test_the_pack_has_words_for_every_anomaly() -> None:
    assert set(ANOMALIES.texts) == set(get_args(AnomalyCode))
    for said in (
        f"uniformity is below {ANOMALIES.mixed_below}",
        f"more than {ANOMALIES.defects_from * 100:.0f} % of a banana",
        f"{ANOMALIES.invalid_from * 100:.0f} % of the outlines or more",
        f"less than {ANOMALIES.confidence_below}",
        f"sharpness is below {ANOMALIES.sharpness_below}, its exposure below {ANOMALIES.exposure_below}",
    ):
        assert said in PAGE
