"""Texts in arrays are the texts: one by one, in order, and compared as Python compares them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.arrays.text_array import TextArray, texts_at

TEXT = st.text(st.sampled_from("ab\x00é销😀\ud800Z9"), max_size=12) | st.text(max_size=20) | st.just("x" * 70)
TEXTS = st.lists(TEXT, max_size=25)


@given(TEXTS)
def test_they_come_out_as_they_went_in(texts: list[str]) -> None:
    made = TextArray.of(texts)
    assert list(made) == texts
    assert [made[row] for row in range(len(made))] == texts
    assert made == texts
    assert made == tuple(texts)
    assert made != [*texts, ""]


@given(TEXTS, st.data())
def test_texts_are_taken_by_their_places(texts: list[str], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=30)) if texts else []
    index = np.array(places, dtype=np.int64)
    made = TextArray.of(texts).take(index)
    assert list(made) == [texts[place] for place in places]
    assert list(made.take(np.arange(len(made)))) == list(made)
    some = np.append(index, -1)
    assert texts_at(TextArray.of(texts), some) == texts_at(texts, some) == [*(texts[place] for place in places), ""]


@given(TEXTS)
def test_the_order_is_that_of_python_and_stable(texts: list[str]) -> None:
    made = TextArray.of(texts)
    assert made.order().tolist() == sorted(range(len(texts)), key=texts.__getitem__)
    assert made.is_ascending() == all(left < right for left, right in pairwise(texts))
    assert made.has_repeats() == (len(set(texts)) < len(texts))
    assert TextArray.of(sorted(set(texts))).is_ascending()


@given(TEXTS)
def test_edges_and_lengths_are_those_of_the_bytes(texts: list[str]) -> None:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    first, last = TextArray.of(texts).edges()
    assert TextArray.of(texts).lengths().tolist() == [len(text) for text in encoded]
    assert first.tolist() == [text[0] if text else 0 for text in encoded]
    assert last.tolist() == [text[-1] if text else 0 for text in encoded]


def test_order_holds_across_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meed.engine.arrays.text_array._AT_A_TIME", 2)
    assert TextArray.of(["a", "b", "c", "d", "e"]).is_ascending()
    assert not TextArray.of(["a", "b", "d", "c", "e"]).is_ascending()
    assert not TextArray.of(["a", "b", "b"]).is_ascending()
    assert list(TextArray.of(["a", "销", "c"])) == ["a", "销", "c"]


def test_a_place_without_a_text_is_an_error() -> None:
    made = TextArray.of(["a", "b"])
    assert made[-1] == "b"
    for place in (2, -3):
        with pytest.raises(IndexError, match="no text"):
            made[place]
