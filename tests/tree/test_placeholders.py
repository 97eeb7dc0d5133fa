"""Placeholders and policy variables in texts that are read in pieces."""

from __future__ import annotations

from cloudtrail_policylint.tree.nodes import Hole, Piece, Text
from cloudtrail_policylint.tree.placeholders import with_placeholders
from cloudtrail_policylint.tree.source import SourceFile, Span


def read(*written: str) -> list[str]:
    """The parts of a text written in pieces, each ``$${`` an escape of ``${``; holes in parentheses."""
    source = SourceFile("a.tf", "".join(written))
    pieces, at = [], 0
    for one in written:
        pieces.append(Piece(one.replace("$${", "${"), Span(source, at, at + len(one))))
        at += len(one)
    found = with_placeholders(Text(tuple(pieces), Span(source, 0, at)))
    return [
        f"({part.written})" if isinstance(part, Hole) else f"{part.text}={part.span.text}"
        for part in found.parts
    ]


def test_a_policy_variable_is_one_piece() -> None:
    assert read("trail/", "$${", "aws:PrincipalTag/team}-x") == [
        "trail/=trail/",
        "${aws:PrincipalTag/team}=$${aws:PrincipalTag/team}",
        "-x=-x",
    ]
    assert read("$${", "aws:a}:", "$${", "aws:b}") == [
        "${aws:a}=$${aws:a}",
        ":=:",
        "${aws:b}=$${aws:b}",
    ]


def test_a_placeholder_in_pieces_is_a_hole() -> None:
    assert read("trail/", "$${", "Name}") == ["trail/=trail/", "(${Name})"]


def test_a_variable_that_never_ends() -> None:
    assert read("a$${", "aws:b", "c") == ["a${aws:bc=a$${aws:bc"]
    assert len(read("$${", *["x" * 500] * 50)) == 49
