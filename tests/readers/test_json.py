from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.readers.json import template as json_template
from cloudtrail_policylint.readers.json.reader import read_embedded, read_placed, read_values
from cloudtrail_policylint.readers.reading import MAX_DEPTH, Reading
from cloudtrail_policylint.tree.nodes import (
    Encoded,
    Entry,
    Hole,
    Map,
    Node,
    Piece,
    Scalar,
    Seq,
    Text,
)
from cloudtrail_policylint.tree.source import SourceFile, Span
from support.texts import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(text: str) -> Reading:
    return read_placed(SourceFile("t.json", text))


def root(text: str) -> Node:
    reading = read(text)
    assert reading.mistake is None, reading.mistake
    assert reading.root is not None
    return reading.root


def mistake(text: str) -> tuple[str, str]:
    """The message of the syntax error in *text*, and the text at its place."""
    reading = read(text)
    assert reading.mistake is not None
    return reading.mistake.message, reading.mistake.span.text


def plain(node: Node | None) -> object:
    """The tree as Python values; an object is a list of pairs, so that nothing is lost."""
    if isinstance(node, Map):
        return ("object", [(entry.key.written, plain(entry.value)) for entry in node.entries])
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    if isinstance(node, Text | Hole):
        return node.written
    assert isinstance(node, Scalar)
    return (type(node.value).__name__, node.value)


def nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Map):
        for entry in node.entries:
            yield from nodes(entry.key)
            yield from nodes(entry.value)
    elif isinstance(node, Seq):
        for item in node.items:
            yield from nodes(item)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
texts = st.builds(
    json.dumps,
    values,
    indent=st.sampled_from([None, 0, 1, "\t"]),
    ensure_ascii=st.booleans(),
)


# -- both readers


@given(texts)
def test_both_readers_build_the_same_tree(text: str) -> None:
    quick = read_values(SourceFile("t.json", text))
    assert quick is not None
    assert plain(quick) == plain(root(text))


@given(texts)
def test_the_text_at_every_place_has_the_same_value(text: str) -> None:
    for node in nodes(root(text)):
        assert plain(root(node.span.text)) == plain(node)


@pytest.mark.parametrize(
    "text",
    [
        "{'a': 1}", '{"a": 1,}', "[1,]", '{"a" 1}', "[1 2]", "[01]", "[1\u0663]", "[+1]", "[.5]", "[NaN]",
        "[Infinity]", "[-Infinity]", "[True]", '["a\tb"]', '["\\x41"]', '["\\u00g0"]', "[1] 2", "[", '{"a"', '"',
        "// c\n[]", "nul", "",
    ],
)  # fmt: skip
def test_invalid_json_is_rejected_by_both_readers(text: str) -> None:
    assert read_values(SourceFile("t.json", text)) is None
    reading = read(text)
    assert (reading.mistake is None) == (text == "")


@pytest.mark.parametrize("text", ["", "  \r\n\t", "\n"])
def test_an_empty_file_is_no_syntax_error(text: str) -> None:
    assert read(text) == Reading(None, None)
    assert read_values(SourceFile("t.json", text)) is None


def test_repeated_keys_are_kept() -> None:
    text = '{"a": 1, "b": 2, "a": 3}'
    for node in (root(text), read_values(SourceFile("t.json", text))):
        assert isinstance(node, Map)
        assert [entry.key.literal for entry in node.entries] == ["a", "b", "a"]
        last = node.get("a")
        assert isinstance(last, Scalar)
        assert last.value == 3


@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        (r'"\u0041"', "A"),
        (r'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t'),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\uD83D\uDE00!"', "\U0001f600!"),
        (r'"\ud83d"', "\ud83d"),
        (r'"\ud83d\u0041"', "\ud83dA"),
        (r'"\ude00\ud83d"', "\ude00\ud83d"),
        (r'"\ud83d\ud83d\ude00"', "\ud83d\U0001f600"),
        (r'"\ue000"', "\ue000"),
        ('"\ue000"', "\ue000"),
        ('"\x7f\u2028"', "\x7f\u2028"),
    ],
)
def test_escapes_and_surrogates(spelling: str, value: str) -> None:
    for node in (root(spelling), read_values(SourceFile("t.json", spelling))):
        assert isinstance(node, Text)
        assert node.literal == value


def test_the_place_of_an_escape_is_the_whole_escape() -> None:
    node = root(r'"a\u0041\n\ud83d\ude00z"')
    assert isinstance(node, Text)
    pieces = [(part.text, part.span.text) for part in node.parts if isinstance(part, Piece)]
    assert pieces == [
        ("a", "a"),
        ("A", r"\u0041"),
        ("\n", r"\n"),
        ("\U0001f600", r"\ud83d\ude00"),
        ("z", "z"),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [("0", 0), ("-0", 0), ("12", 12), ("1.0", 1.0), ("-1.5e3", -1500.0), ("1E400", float("inf"))],
)
def test_numbers(written: str, value: float) -> None:
    for node in (root(written), read_values(SourceFile("t.json", written))):
        assert isinstance(node, Scalar)
        assert (node.value, node.written, type(node.value)) == (value, written, type(value))


def test_a_number_with_more_digits_than_python_converts() -> None:
    digits = "9" * 5000
    for node in (root(digits), read_values(SourceFile("t.json", digits))):
        assert isinstance(node, Scalar)
        assert node.value == float("inf")
        assert node.written == digits


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_both_readers_stop_at_the_same_depth(opening: str) -> None:
    closing = "]" if opening == "[" else "}"

    def nested(depth: int) -> str:
        return opening * depth + '"x"' + closing * depth

    deepest = nested(MAX_DEPTH)
    assert read_values(SourceFile("t.json", deepest)) is not None
    assert read(deepest).mistake is None
    for depth in (MAX_DEPTH + 1, 100_000):
        assert read_values(SourceFile("t.json", nested(depth))) is None
        found = read(nested(depth)).mistake
        assert found is not None
        assert found.limit
        assert found.span.start == MAX_DEPTH * len(opening)


# -- syntax errors, and what is read in spite of them


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ('{"a": 1 "b": 2}', 'missing "," before this', '"'),
        ('["a" "b"]', 'missing "," before this', '"'),
        ('{"a": 1,}', 'trailing "," before "}"', ","),
        ("[1, ]", 'trailing "," before "]"', ","),
        ('{"a" 1}', 'missing ":" after the key', "1"),
        ('{"a"}', 'missing ":" after the key', "}"),
        ('{"a": }', "missing value after the key", "}"),
        ("{a: 1}", 'found "a" instead of a key in double quotes', "a"),
        ("{'a': 1}", "found \"'a'\" instead of a key in double quotes", "'a'"),
        ('{"a": "b": 1}', 'found ":" instead of ","', ":"),
        ('[{"a": 1, {"b": 2}]', 'missing "}" before this', "{"),
        ("[,]", 'found "," instead of a value', ","),
        ("[nil]", '"nil" is not a JSON value', "nil"),
        ("[1", 'this list is never closed (missing "]")', "["),
        ('{"a": 1', 'this object is never closed (missing "}")', "{"),
        ('["a', "this string is never closed", '"'),
        ('{"a": [1}', 'found "}" instead of "]"', "}"),
        ('[{"a": 1]', 'found "]" instead of "}"', "]"),
        ('["a\nb"]', "line break or control character in a string", "\n"),
        ('["a\r\nb"]', "line break or control character in a string", "\r\n"),
        (r'["\d"]', "invalid escape sequence", r"\d"),
        ("[] x", "unexpected text after the end of the value", "x"),
        ("[1, // one\n2]", "comments are not allowed", "// one"),
        ("[1, # one\n2]", "comments are not allowed", "# one"),
        ("[/* one */ 1]", "comments are not allowed", "/* one */"),
    ],
)
def test_syntax_errors(text: str, message: str, at: str) -> None:
    assert mistake(text) == (message, at)


def test_long_words_are_shortened_in_messages() -> None:
    message, at = mistake("[" + "x" * 1000 + "]")
    assert len(message) < 80
    assert len(at) == 1000


GET = '{"Action": "s3:Get", "Effect": "Allow"}'
PUT = '{"Action": "s3:Put", "Effect": "Deny"}'


@pytest.mark.parametrize(
    "broken",
    [
        '{"Action": "s3:Get" "Effect": "Allow"}',
        '{"Action": "Action": "s3:Get", "Effect": "Allow"}',
        '{"Action" "s3:Get", "Effect": "Allow"}',
        '{"Action": "s3:Get", "Effect": "Allow",}',
        '{,"Action": "s3:Get", "Effect": "Allow"}',
        '{"Action": "s3:Get",, "Effect": "Allow"}',
        '{"Action": "s3:Get", /* all */ "Effect": "Allow"}',
        '{"Action": "s3:Get", Sid "Effect": "Allow"}',
        '{"Action": "s3:Get", "Effect": "Allow"',
        '{"Action": "s3:Get\n  "Effect": "Allow"}',
        '{"Action": "s3:Get\r\n\r\n\t"Effect": "Allow"}',
    ],
)
def test_a_syntax_error_loses_nothing_else(broken: str) -> None:
    reading = read(f'{{"Statement": [{broken}, {PUT}], "Version": "v"}}')
    assert reading.mistake is not None
    wanted = json.loads(f'{{"Statement": [{GET}, {PUT}], "Version": "v"}}')
    assert _stripped(reading.root) == wanted


def _stripped(node: Node | None) -> object:
    """The tree as Python values, without white space around strings."""
    if isinstance(node, Map):
        return {entry.key.written.strip(): _stripped(entry.value) for entry in node.entries}
    if isinstance(node, Seq):
        return [_stripped(item) for item in node.items]
    assert isinstance(node, Text)
    return node.written.strip()


@pytest.mark.parametrize(
    "text",
    [
        f'{{"Statement": [{GET}, {PUT}',
        f'{{"Statement": [{GET}, {PUT}}}',
        f'{{"Statement": [{GET}, {PUT}]',
        f'{{"Statement": [{GET} {PUT}]}} trailing',
        f'{{"Statement": "Statement": [{GET}, {PUT}]}}',
    ],
)
def test_statements_of_an_incomplete_document_are_read(text: str) -> None:
    reading = read(text)
    assert reading.mistake is not None
    assert reading.root is not None
    effects = [
        entry.value.literal
        for node in nodes(reading.root)
        if isinstance(node, Map)
        for entry in node.entries
        if entry.key.literal == "Effect" and isinstance(entry.value, Text)
    ]
    assert effects == ["Allow", "Deny"]


seeds = st.sampled_from(
    [
        json.dumps({"Statement": [{"Action": ["a", "b\u00e9\n"], "Effect": "Allow", "n": [1.5, None]}]}),
        '{"a": "${x}/*", "b": {{y}}, "c": <%= z %>, "d": [true, false, {}]}',
    ]
)  # fmt: skip
cuts = st.lists(
    st.tuples(
        st.integers(0, 110),
        st.integers(0, 3),
        st.text('{}[]",:\\/*#$<>%u0 1e-\n\ue000a', max_size=3),
    ),
    max_size=6,
)


def mutated(text: str, edits: list[tuple[int, int, str]]) -> str:
    for at, gone, new in edits:
        text = text[:at] + new + text[at + gone :]
    return text


@settings(max_examples=600)
@given(seeds, cuts)
def test_any_text_is_read_without_an_exception(
    seed: str, edits: list[tuple[int, int, str]]
) -> None:
    text = mutated(seed, edits)
    reading = read(text)
    quick = read_values(SourceFile("t.json", text))
    if quick is not None:
        assert reading.mistake is None
        assert plain(quick) == plain(reading.root)
    for span in [node.span for node in nodes(reading.root)] if reading.root else ():
        assert 0 <= span.start <= span.end <= len(text)
    if reading.mistake is not None:
        assert 0 <= reading.mistake.span.start <= reading.mistake.span.end <= len(text)


@pytest.mark.parametrize(
    "unit",
    ["[", "{", '"', "\\", "/* ", "# ", "<% ", "<a ", "${", "${a{", "{{", "...", ",", ":", "a ", '"\n', "\n", '{"a":', "}", "/*/"],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", '["', '{"a": ['])
def test_large_input_is_read_in_linear_time(unit: str, before: str) -> None:
    # Searching the whole text for each unit would take minutes.
    text = before + unit * 30_000
    reading = read(text + '"last" ]')
    assert reading == Reading(None, None) or reading.mistake is not None
    if reading.root is not None:
        assert len(before) <= reading.root.span.end <= len(text) + 8


# -- JSON in a string, known in part

OUTER = SourceFile("outer.tf", "0123456789" * 30)
INNER = SourceFile("inner.json", "x" * 100)


def hole(written: str = "${x}", content: Node | None = None) -> Hole:
    return Hole(written, Span(OUTER, 200, 200 + len(written)), content=content)


def embedded(*parts: str | Hole) -> Reading:
    """The reading of *parts*, which are one after the other from offset 0 of OUTER."""
    at, made = 0, []
    for part in parts:
        if isinstance(part, str):
            made.append(Piece(part, Span(OUTER, at, at + len(part))))
            at += len(part)
        else:
            made.append(part)  # type: ignore[arg-type]
            at += 1
    return read_embedded(Text(tuple(made), Span(OUTER, 0, at)))


def only(reading: Reading) -> Node:
    assert reading.mistake is None, reading.mistake
    assert reading.root is not None
    return reading.root


def test_holes_inside_strings() -> None:
    one, two = hole("${a}"), hole("${b}")
    node = only(embedded('["', one, '", "x', two, 'y\\n", "', one, two, '", ""]'))
    assert isinstance(node, Seq)
    texts = [item for item in node.items if isinstance(item, Text)]
    assert [t.written for t in texts] == ["${a}", "x${b}y\n", "${a}${b}", ""]
    assert [[p for p in t.parts if isinstance(p, Hole)] for t in texts] == [[one], [two], [one, two], []]  # fmt: skip
    last = texts[1].parts[-1]
    assert isinstance(last, Piece)
    assert last.text == "\n"
    assert last.span == Span(OUTER, 10, 12)  # the whole escape


def test_holes_as_values() -> None:
    one = hole("${a}")
    assert only(embedded('{"a": ', one, "}")) == Map(
        (Entry(text_at("a", OUTER, 1, 4, 1), one),), Span(OUTER, 0, 8)
    )
    assert only(embedded("[", one, "]")) == Seq((one,), Span(OUTER, 0, 3))
    assert only(embedded(" ", one, " ")) == one


def test_a_hole_with_known_content_is_replaced_by_it() -> None:
    content = Seq((), Span(INNER, 3, 5))
    node = only(embedded('{"a": ', hole(content=content), "}"))
    assert isinstance(node, Map)
    assert node.get("a") is content
    # in a string it is only text
    inside = only(embedded('"', hole(content=content), '"'))
    assert isinstance(inside, Text)
    assert inside.literal is None


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ((hole("${a}"), hole("${b}")), "${a}${b}"),
        ((hole("${a}"), "00"), "${a}00"),
        (("1", hole("${a}")), "1${a}"),
        (("1", hole("${a}"), "x", hole("${b}")), "1${a}x${b}"),
    ],
)
def test_bare_text_around_holes_is_one_unknown_value(
    parts: tuple[str | Hole, ...], written: str
) -> None:
    node = only(embedded("[", *parts, ", 2]"))
    assert isinstance(node, Seq)
    first, second = node.items
    assert isinstance(first, Hole)
    assert first.written == written
    assert isinstance(second, Scalar)
    assert second.value == 2


def test_a_real_private_use_character_is_no_hole() -> None:
    node = only(embedded('["\ue000', hole("${a}"), '\ue000"]'))
    assert isinstance(node, Seq)
    assert isinstance(node.items[0], Text)
    assert node.items[0].written == "\ue000${a}\ue000"
    assert [type(part) for part in node.items[0].parts] == [Piece, Hole, Piece]


def test_places_next_to_holes() -> None:
    node = only(embedded('{"a": "x', hole(), 'y", "b": 5}'))
    assert isinstance(node, Map)
    a, b = node.entries
    assert a.value.span == Span(OUTER, 6, 11)
    assert b.key.span == Span(OUTER, 13, 16)
    assert b.value.span == Span(OUTER, 18, 19)


def test_a_piece_with_escapes_has_one_place() -> None:
    # '"a\\u0062": 1' where the outer format spelt the quote as two characters
    parts = (
        Piece("{", Span(OUTER, 0, 1)),
        Piece('"', Span(OUTER, 1, 3)),
        Piece("ab", Span(OUTER, 3, 5)),
        Piece('"', Span(OUTER, 5, 7)),
        Piece(": 1}", Span(OUTER, 7, 11)),
    )
    node = only(read_embedded(Text(parts, Span(OUTER, 0, 11))))
    assert isinstance(node, Map)
    (entry,) = node.entries
    assert entry.key.span == Span(OUTER, 1, 7)
    assert entry.key.literal == "ab"
    assert entry.value.span == Span(OUTER, 9, 10)


def test_pieces_from_several_files_keep_their_places() -> None:
    parts = (Piece('["a', Span(OUTER, 0, 3)), Piece('b", "c"]', Span(INNER, 20, 28)))
    node = only(read_embedded(Text(parts, Span(OUTER, 0, 3))))
    assert isinstance(node, Seq)
    first, second = node.items
    assert isinstance(first, Text)
    assert [part.span for part in first.parts] == [Span(OUTER, 2, 3), Span(INNER, 20, 21)]
    assert second.span == Span(INNER, 24, 27)


@pytest.mark.parametrize(
    "parts",
    [
        ('{"a": 1 ', hole(), '"b": {"c": 2}}'),
        ('{"a": 1,', hole(), '"b": {"c": 2}}'),
        ('{"a": 1,', hole(), ', "b": {"c": 2}}'),
        ('{"a": 1,', hole(), ': {"x": 3}, "b": {"c": 2}}'),
        ('{"a": 1,', hole(), ': [3], "b": {"c": 2}}'),
        ('{"a": 1, "b": {"c": 2}, ', hole(), "}"),
        ('{"a": 1, "b": {"c": 2} ', hole(), "}"),
    ],
)
def test_a_hole_among_entries_is_an_unknown_entry(
    parts: tuple[str | Hole, ...],
) -> None:
    node = only(embedded(*parts))
    assert isinstance(node, Map)
    known = {entry.key.literal: plain(entry.value) for entry in node.entries if entry.key.literal}
    assert known == {"a": ("int", 1), "b": ("object", [("c", ("int", 2))])}
    assert sum(entry.key.literal is None for entry in node.entries) == 1


@pytest.mark.parametrize(
    "parts",
    [
        ('["a"', hole(), "]"),
        ('["a"', hole(), ', "b"]'),
        ('["a" ', hole(), ' "b"]'),
    ],
)
def test_a_hole_among_items_needs_no_comma(parts: tuple[str | Hole, ...]) -> None:
    node = only(embedded(*parts))
    assert isinstance(node, Seq)
    assert plain(node.items[0]) == "a"
    assert any(isinstance(item, Hole) for item in node.items)


def test_syntax_errors_away_from_holes_are_reported() -> None:
    reading = embedded('{"a": ', hole(), ', "b" 1}')
    assert reading.mistake is not None
    assert reading.mistake.message == 'missing ":" after the key'


@pytest.mark.parametrize(
    "placeholder",
    [
        "${Account}",
        "${f({a = 1})}",
        "{{ actions }}",
        "<%= actions %>",
        "<your actions>",
        "...",
        "…",
    ],
)
def test_placeholders_are_holes(placeholder: str) -> None:
    text = f'{{"a": {placeholder}, "b": 1}}'
    node = root(text)
    assert isinstance(node, Map)
    found = node.get("a")
    assert isinstance(found, Hole)
    assert (found.written, found.span.text) == (placeholder, placeholder)
    assert plain(node.get("b")) == ("int", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": "x/${join("/", ["b${lower("C")}"])}/y"}', ['${join("/", ["b${lower("C")}"])}']),
        ('{"a": ${jsonencode(["b", {c = "}"}])}}', ['${jsonencode(["b", {c = "}"}])}']),
        ('{"a": "${aws:username}"}', None),
        ('{"a": "${aws:username', None),
        ('{"a": "${f("', ['${f("']),
    ],
)
def test_expressions_with_quotes_in_them(text: str, expected: list[str] | None) -> None:
    reading = json_template.read(SourceFile("t.json", text))
    if expected is None:
        assert reading is None
        return
    assert reading is not None
    assert isinstance(reading.root, Map)
    node = reading.root.get("a")
    parts = node.parts if isinstance(node, Text) else (node,)
    holes = [part for part in parts if isinstance(part, Hole)]
    assert [hole.written for hole in holes] == expected
    assert [hole.span.text for hole in holes] == expected


def test_many_unclosed_expressions() -> None:
    assert json_template.read(SourceFile("t.json", '{"a": "' + '${"' * 100_000)) is not None


def test_an_object_in_an_object_is_no_placeholder() -> None:
    # "{{" cannot begin JSON, but "}}" can end it
    assert plain(root('{"a":{"b":{}}}')) == ("object", [("a", ("object", [("b", ("object", []))]))])


def test_no_text() -> None:
    assert read_embedded(Text((), Span(OUTER, 5, 7))) == Reading(None, None)


def test_many_holes_in_one_string() -> None:
    parts: list[str | Hole] = ['["']
    for _ in range(40_000):
        parts += ["ab", hole()]
    node = only(embedded(*parts, '"]'))
    assert isinstance(node, Seq)
    assert isinstance(node.items[0], Text)
    assert len(node.items[0].parts) == 80_000


def test_encoded_content_is_kept() -> None:
    content = Encoded(Map((), Span(INNER, 0, 2)), Span(INNER, 0, 2))
    assert only(embedded("[", hole(content=content), "]")) == Seq((content,), Span(OUTER, 0, 3))
