"""What is offered in place of a word that does not exist."""

from __future__ import annotations

import pytest

from cloudtrail_policylint.base.suggest import closest, is_misspelt, nearest


@pytest.mark.parametrize(
    ("word", "candidates", "found"),
    [
        ("severty", ["status", "severity"], "severity"),
        ("SEVERTY", ["severity"], "severity"),
        ("severty", ["SEVERITY"], "SEVERITY"),
        ("ax", ["xa", "ab"], "ab"),  # as alike: the one that begins the same
        ("ax", ["ab", "ac"], "ab"),  # as alike in all: the first
        ("severty", ["xyz"], None),
        ("severty", [], None),
        ("", ["severity"], None),
    ],
)
def test_the_most_alike_candidate_is_found(
    word: str, candidates: list[str], found: str | None
) -> None:
    assert closest(word, candidates, 0.5) == found


def test_how_alike_it_must_be_is_given() -> None:
    # 2 * 3 of 4 + 4 characters are the same
    assert closest("abcd", ["abcx"], 0.75) == "abcx"
    assert closest("abcd", ["abcx"], 0.76) is None


def test_a_hint_ends_a_sentence() -> None:
    assert nearest("severty", ["severity"]) == "; did you mean severity?"
    assert nearest("xyz", ["severity"]) == ""


@pytest.mark.parametrize(
    ("word", "right", "misspelt"),
    [
        ("cloudtrial", "cloudtrail", True),  # two letters swapped
        ("cloudtral", "cloudtrail", True),
        ("clouddtrail", "cloudtrail", True),
        ("cludtrial", "cloudtrail", True),
        ("cloudtrail", "cloudtrail", False),
        ("cloudwatch", "cloudtrail", False),
        ("cldtrial", "cloudtrail", False),  # three
        ("", "cloudtrail", False),
        ("", "ab", True),
        ("a" * 100_000, "cloudtrail", False),
    ],
)
def test_a_misspelt_word_differs_in_two_letters_at_most(
    word: str, right: str, *, misspelt: bool
) -> None:
    assert is_misspelt(word, right) is misspelt
    assert is_misspelt(right, word) is misspelt
