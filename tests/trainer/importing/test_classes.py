"""The network's labels and the pack's classes are brought together, or it is said how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cultivar.trainer.errors import ImportRefused
from cultivar.trainer.importing.classes import places

OURS = ("Not Mature", "Mature", "Ripe", "Over Ripe")


@given(st.permutations(range(4)))
def test_the_order_of_the_labels_is_undone(order: list[int]) -> None:
    theirs = [OURS[place] for place in order]
    assert [theirs[place] for place in places(theirs, OURS, {})] == list(OURS)


def test_writers_may_differ_in_case_blanks_and_dashes() -> None:
    assert places(["over-ripe", "ripe", "not_mature", " MATURE "], OURS, {}) == (2, 3, 1, 0)


def test_labels_are_renamed_and_left_out_on_purpose() -> None:
    theirs = ["unripe", "fresh", "ripe", "rotten", "person"]
    renamed = {"unripe": "Not Mature", "fresh": "Mature", "rotten": "Over Ripe", "person": ""}
    assert places(theirs, OURS, renamed) == (0, 1, 2, 3)


def test_all_others_may_be_dropped_at_once() -> None:
    theirs = ["person", *OURS, "car"]
    assert places(theirs, OURS, {}, drop_others=True) == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("theirs", "renamed", "said"),
    [
        (
            ["Mature", "Ripe", "Over Ripe", "unripe"],
            {},
            r"'Not Mature'; those left over are 'unripe'.*--map 'label=Not M",
        ),
        ([*OURS, "person"], {}, r"no class for 'person'.*--map 'person='"),
        ([*OURS, "person"], {"human": ""}, "'human', which is no label"),
        ([*OURS, "person"], {"person": "Human"}, "'Human', which is no class"),
        ([*OURS, "person"], {"person": "Ripe"}, "'Ripe', 'person' all stand for 'Ripe'"),
        (["Ripe", "Ripe"], {}, "two labels 'Ripe'"),
        ([], {}, "left over are none"),
    ],
)
def test_what_does_not_go_together_is_told(theirs: list[str], renamed: dict[str, str], said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        places(theirs, OURS, renamed)
