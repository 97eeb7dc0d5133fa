"""How a message shows the user's own words."""

from __future__ import annotations

import pytest

from cloudtrail_policylint.engine.shown import LONGEST, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n  b", "a b"),
        ("x" * LONGEST, "x" * LONGEST),
        ("a" * 60 + "b" * 60, "a" * 50 + "…" + "b" * 49),
        ("a ", '"a "'),
        ("\ta b", '" a b"'),
        ("", '""'),
        (" ", '" "'),
        (" " + "a" * 60 + "b" * 60, '" ' + "a" * 50 + "…" + "b" * 49 + '"'),
    ],
)
def test_texts_are_on_one_line_without_their_middle(text: str, shown: str) -> None:
    assert shortened(text) == shown


def test_the_end_of_a_long_arn_is_shown() -> None:
    arn = f"arn:aws:s3:::{'bucket-' * 8}/prefix/AWSLogs/o-exampleorg/111122223333/*"
    assert len(arn) > LONGEST
    assert shortened(arn).endswith("/AWSLogs/o-exampleorg/111122223333/*")
