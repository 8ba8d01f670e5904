import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cultivar.trainer.detect.assign import assign, corners_of, pair_ious
from cultivar.trainer.detect.losses import losses
from cultivar.trainer.detect.network import cells, place
from cultivar.trainer.detect.samples import Target

SIZE = 96
CORNERS, STRIDES = cells(SIZE, SIZE)


@st.composite
def truths(draw: st.DrawFn) -> Target:
    """One to five boxes, and whose each pixel of a quarter of the size is."""
    boxes, owner = [], torch.zeros(SIZE // 4, SIZE // 4, dtype=torch.uint8)
    for number in range(draw(st.integers(1, 5))):
        x, y = (draw(st.integers(0, SIZE - 16)) for _ in range(2))
        w, h = (draw(st.integers(8, 60)) for _ in range(2))
        boxes.append([x, y, min(SIZE, x + w), min(SIZE, y + h)])
        owner[y // 4 : (y + h) // 4, x // 4 : (x + w) // 4] = number + 1
    classes = torch.tensor([draw(st.integers(0, 2)) for _ in boxes])
    return Target(torch.tensor(boxes).float(), classes, owner, torch.tensor([draw(st.booleans()) for _ in boxes]))


def said(seed: int) -> torch.Tensor:
    """Anything that a network of three classes and four prototypes may say."""
    return torch.randn(1, len(CORNERS), 5 + 3 + 4, generator=torch.Generator().manual_seed(seed))


def raw_of(box: torch.Tensor, anchor: int) -> torch.Tensor:
    """What an anchor must say to place this box."""
    middle, sides = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
    return torch.cat([middle / STRIDES[anchor] - CORNERS[anchor], (sides / STRIDES[anchor]).log()])


@settings(max_examples=60)
@given(truths(), st.integers(0, 10**6))
def test_an_anchor_answers_for_one_box_and_lies_in_it_or_near_its_middle(truth: Target, seed: int) -> None:
    raw = said(seed)[0]
    placed, centres = corners_of(place(raw[:, :4], CORNERS, STRIDES)), (CORNERS + 0.5) * STRIDES
    found = assign(placed, raw[:, 4], raw[:, 5:8], centres, STRIDES, truth.boxes, truth.classes)
    assert len(found.anchors) > 0
    assert len(set(found.anchors.tolist())) == len(found.anchors)
    middle = (truth.boxes[found.boxes, :2] + truth.boxes[found.boxes, 2:]) / 2
    near = ((centres[found.anchors] - middle).abs() < 2.5 * STRIDES[found.anchors]).all(1)
    box, centre = truth.boxes[found.boxes], centres[found.anchors]
    inside = ((centre > box[:, :2]) & (centre < box[:, 2:])).all(1)
    assert bool((near | inside).all())
    assert torch.allclose(found.ious, pair_ious(truth.boxes, placed)[found.boxes, found.anchors])


def test_the_anchor_that_says_it_right_is_chosen_and_costs_least() -> None:
    truth = Target(
        torch.tensor([[20.0, 24.0, 60.0, 70.0]]), torch.tensor([1]), torch.zeros(24, 24).byte(), torch.tensor([False])
    )
    raw = torch.full((1, len(CORNERS), 12), -4.0)
    raw[..., 8:] = 0.0
    anchor = int((((CORNERS + 0.5) * STRIDES - torch.tensor([40.0, 47.0])).abs().sum(1) + STRIDES[:, 0]).argmin())
    raw[0, anchor, :4] = raw_of(truth.boxes[0], anchor)
    raw[0, anchor, 4], raw[0, anchor, 6] = 6.0, 6.0
    placed = corners_of(place(raw[0, :, :4], CORNERS, STRIDES))
    found = assign(placed, raw[0, :, 4], raw[0, :, 5:8], (CORNERS + 0.5) * STRIDES, STRIDES, truth.boxes, truth.classes)
    assert found.anchors.tolist() == [anchor]
    right = losses(raw, None, [truth], SIZE, 3, close=True)
    assert float(right.box) < 1e-4
    assert float(right.close) < 1e-4
    wrong = losses(raw, None, [truth._replace(classes=torch.tensor([0]))], SIZE, 3, close=True)
    assert float(wrong.total) > float(right.total) + 1


def test_a_mask_that_fits_costs_less_than_one_that_does_not() -> None:
    owner = torch.zeros(24, 24, dtype=torch.uint8)
    owner[6:18, 6:14] = 1
    truth = Target(torch.tensor([[24.0, 24.0, 56.0, 72.0]]), torch.tensor([0]), owner, torch.tensor([True]))
    raw = said(4)
    raw[..., 8:] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    fits = torch.where(owner == 1, 6.0, -6.0)[None, None].repeat(1, 4, 1, 1)
    good, bad = (losses(raw, masks, [truth], SIZE, 3, close=False).mask for masks in (fits, -fits))
    assert float(good) < 0.1
    assert float(bad) > 3
    loose = truth._replace(whole=torch.tensor([False]))  # without an outline it is enough to reach all sides
    assert float(losses(raw, fits, [loose], SIZE, 3, close=False).mask) < 0.2


@settings(max_examples=20)
@given(truths())
def test_every_weight_learns_also_from_a_picture_of_nothing(truth: Target) -> None:
    raw, masks = said(1).requires_grad_(), torch.randn(1, 4, 24, 24).requires_grad_()
    nothing = Target(torch.zeros(0, 4), torch.zeros(0).long(), torch.zeros(24, 24).byte(), torch.zeros(0).bool())
    for one in (truth, nothing):
        raw.grad = masks.grad = None
        losses(raw, masks, [one], SIZE, 3, close=True).total.backward()
        assert raw.grad is not None
        assert masks.grad is not None
        assert bool(raw.grad.isfinite().all() and masks.grad.isfinite().all())
    assert bool((raw.grad[..., 4] > 0).all())  # all objectness is pushed down
