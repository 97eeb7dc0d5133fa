"""Records behave like frozen dataclasses."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import pytest

from cloudtrail_policylint.base.record import cached, record, replaced


@record
class Pair:
    """Two values."""

    left: str
    right: int = 2


@record
class Other:
    """Two values with other names."""

    first: str
    second: int


@record
class Word:
    """A value, and what is derived from it."""

    text: str

    @cached
    def letters(self) -> list[str]:
        """The characters."""
        return list(self.text)


@record
class Nothing:
    """No fields."""


def test_fields_are_set_by_position_or_name_and_have_defaults() -> None:
    assert (Pair("a").left, Pair("a").right, Pair(right=3, left="b").right) == ("a", 2, 3)
    assert (Other("a", 1).first, Other("a", 1).second) == ("a", 1)
    assert list(inspect.signature(Pair).parameters) == ["left", "right"]
    assert Nothing() == Nothing()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Pair(), r"Pair\.__init__\(\) missing 1 required .*: 'left'"),  # type: ignore[call-arg]
        (lambda: Other("a"), r"Other\.__init__\(\) missing 1 required .*: 'second'"),  # type: ignore[call-arg]
        (lambda: Pair("a", up=1), r"unexpected keyword argument 'up'"),  # type: ignore[call-arg]
    ],
)
def test_a_wrong_call_raises_an_error_with_the_names_of_the_fields(made: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        made()


def test_records_are_compared_by_class_and_values() -> None:
    assert Pair("a") == Pair("a", 2) != Pair("b")
    other: object = Other("a", 1)
    assert Pair("a", 1) != other
    assert replaced(Pair("a"), right=5) == Pair("a", 5)
    assert repr(Pair("a")) == "Pair(left='a', right=2)"


def test_records_have_slots_and_can_be_pickled() -> None:
    assert not hasattr(Pair("a"), "__dict__")
    assert pickle.loads(pickle.dumps(Pair("a", 7))) == Pair("a", 7)


def test_what_is_cached_is_computed_once_and_is_no_field() -> None:
    word = Word("ab")
    assert word.letters == ["a", "b"]
    assert word.letters is word.letters
    assert word == Word("ab")
    assert repr(word) == "Word(text='ab')"
    assert replaced(word, text="c").letters == ["c"]
    assert list(inspect.signature(Word).parameters) == ["text"]
    assert pickle.loads(pickle.dumps(word)) == word
    with pytest.raises(AttributeError, match="'Word' object has no attribute 'words'"):
        word.words  # type: ignore[attr-defined]  # noqa: B018
