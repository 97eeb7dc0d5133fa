"""Source lines and their carets: in the columns there are, below what they mark."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

import pytest

from cloudtrail_policylint.report.excerpt import excerpt
from cloudtrail_policylint.tree.source import SourceFile, Span


def shown(text: str, marked: str, width: int = 80) -> tuple[str, str]:
    start = text.index(marked)
    ((line, margin, carets),) = excerpt(
        Span(SourceFile("a", text), start, start + len(marked)), width
    )
    return line[9:], (margin + carets)[9:]


def wide(text: str) -> int:
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


@pytest.mark.parametrize(
    ("text", "marked", "line", "carets"),
    [
        ("a bc d", "bc", "a bc d", "  ^^"),
        ("\tbc", "bc", "    bc", "    ^^"),
        ("日本 bc", "bc", "日本 bc", "     ^^"),
        ('"日本"', "日本", '"日本"', " ^^^^"),
        ("e\u0301 bc", "bc", "e\u0301 bc", "  ^^"),
        ("\x1b[1m bc", "bc", "\\x1b[1m bc", "        ^^"),
        ("\u202eab", "ab", "\\u202eab", "      ^^"),
        ("one\ntwo three\nfour", "three\nfour", "two three", "    ^^^^^"),
    ],
)
def test_carets_mark_the_finding(text: str, marked: str, line: str, carets: str) -> None:
    assert shown(text, marked) == (line, carets)


@pytest.mark.parametrize("width", [30, 40, 79, 200])
@pytest.mark.parametrize("filler", ["x", "日", "\t", "\x1b"])
def test_a_long_line_is_cut_around_the_finding(width: int, filler: str) -> None:
    line, carets = shown(filler * 500 + "bc" + filler * 500, "bc", width)
    assert wide(line) <= width - 9
    at = len(carets) - 2
    assert wide(line[: line.index("bc")]) == at
    assert carets.endswith("^^")


def test_a_finding_wider_than_the_terminal_has_carets_to_its_end() -> None:
    line, carets = shown("a" + "b" * 500, "b" * 500, 40)
    assert len(line) <= 31
    assert len(carets) <= 31


def test_an_empty_line_is_not_shown() -> None:
    assert list(excerpt(Span(SourceFile("a", "\n"), 0, 0), 80)) == []


def test_a_line_of_a_megabyte_takes_no_time() -> None:
    text = "x" * 1_000_000 + "bc"
    line, _ = shown(text, "bc", 60)
    assert len(line) <= 51
