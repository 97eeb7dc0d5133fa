"""Every function that reads a text takes time in proportion to its length, whatever the text.

The functions are found by the annotations of their parameters, so that none is forgotten.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import pkgutil
from collections import deque
from collections.abc import Iterator
from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

import cloudtrail_policylint
from cloudtrail_policylint.base.formats import FORMATS
from cloudtrail_policylint.iam.catalogue import Catalogue
from cloudtrail_policylint.rulebook.load import bundled
from cloudtrail_policylint.tree.nodes import Entry, Map, Piece, Text
from cloudtrail_policylint.tree.source import SourceFile, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LENGTH = 100_000
SHORTEST = 5_000
"""Longer than a path may be: "////" is the root folder, which takes long to walk through."""
AT_ONCE = 1.0
"""Seconds of processor time that are never too many."""
GROWTH = 3.2
"""The most times that twice the text may take."""
EVEN = 2.5
"""So many times are in proportion, if twice in a row."""
SHAPES = (
    "a", "A", "é", "0", "1", "_", " ", "\t", "\n", "\r\n", ".", ",", ":", ";", "-", "+", "!", "&", "|", "=", "<",
    "*", "?", "#", "$", "%", "@", "~", "^", "/", "\\", '"', "'", "`", "(", ")", "[", "]", "{", "}", "()", "[]", "{}",
    "${", "%{", "$$", "{{", "<%", "\\u", "\\\"", "//", "/*", "*a", "a*", "?*", "a.", "a:", "a,", "a ", "a\n", "- ",
    "? ", "! ", "&a ", "!a ", "*a ", "a=", "a=1\n", '"a" ', "'a' ", "[a", "{a:", "(a", "${a", "%0", "%{if a}", "a[0]",
    "<<A\n", "# a\n", "a{1,", "[a-z", "::", "1.", "1e", "0x", "--- ", "\u2028", "\ud800", "source = \"./a",
    "file(", "a -- ", "allow a, ", "\\\n", "https://", "arn:aws:",
)  # fmt: skip


def seconds(act: Callable[[str], Any], shape: str, length: int) -> float:
    text = shape * (length // len(shape))
    gc.disable()  # collecting costs what else is in memory
    begin = process_time()
    try:
        found = act(text)
        if isinstance(found, Iterator):
            deque(found, maxlen=0)
    except Exception:  # noqa: BLE001
        pass  # what is asked makes no sense
    took = process_time() - begin
    gc.enable()
    return took


def slow(act: Callable[[str], Any]) -> list[str]:
    """The shapes of which twice the text takes *act* more than twice the time."""
    found = []
    for shape in SHAPES:
        length = SHORTEST
        took = seconds(act, shape, length)
        even = 0  # how often in a row twice the text took about twice the time
        while took > AT_ONCE * (length / LENGTH) ** 2 and 2 * length <= LENGTH and even < 2:
            length *= 2
            before, took = took, seconds(act, shape, length)
            even = even + 1 if took < EVEN * before else 0
            if took > AT_ONCE and took > GROWTH * before:
                # A busy machine can do that once, but not each time.
                pairs = [[seconds(act, shape, n) for n in (length // 2, length)] for _ in range(3)]
                if all(twice > GROWTH * once for once, twice in pairs):
                    found.append(f"{shape!r} * {length:,}: {before:.2f}, {took:.2f} s")
                break
    return found


# -- functions


def source_of(text: str) -> SourceFile:
    return SourceFile("main.tf", text)


def span_of(text: str) -> Span:
    return Span(source_of(text), 0, len(text))


def text_of(text: str) -> Text:
    return Text((Piece(text, span_of(text)),), span_of(text))


SAMPLES: dict[str, Callable[[str], Any]] = {
    "str": str,
    "str | None": str,
    "bytes": lambda text: text.encode("utf-8", "surrogatepass"),
    "SourceFile": source_of,
    "Span": span_of,
    "Text": text_of,
    "Node": text_of,
    "Node | None": text_of,
    "Piece": lambda text: text_of(text).parts[0],
    "Iterable[str]": lambda text: [text, "a"],
    "Sequence[str]": lambda text: [text, "a"],
    "list[str]": lambda text: [text, "a"],
    "tuple[str, ...]": lambda text: (text, "a"),
    "Map": lambda text: Map((Entry(text_of(text), text_of("a")),), span_of(text)),
    "list[Node]": lambda text: [text_of(text)],
    "list[Part]": lambda text: list(text_of(text).parts),
    "list[Piece]": lambda text: list(text_of(text).parts),
    "list[Piece | Hole]": lambda text: list(text_of(text).parts),
    "Any": str,
}
"""What a parameter with an annotation gets for a text."""
OTHERS: dict[str, Callable[[str], Any]] = {
    "int": len,
    "bool": bool,
    "Format": lambda _text: FORMATS[0],
    "Catalogue": lambda _text: Catalogue(bundled().facts),
    "RuleBook": lambda _text: bundled(),
    "list[Token]": lambda _text: [],
}
NO_TEXTS = frozenset(
    {"replace_file", "_remove", "write_file", "_copy_mode", "_keep", "replace"}  # they write
    | {"_says"}  # its pattern is one of ours
    | {"main", "write_stdout", "print_stderr", "_usage_error", "parser_for"}  # the command line
)

PARSED_ELSEWHERE = (
    frozenset(  # they hand the text to readers.hcl.reader.read, which is asked itself
        f"cloudtrail_policylint.extract.terraform.{name}"
        for name in ("files.extract", "module._definitions")
    )
)


def functions() -> Iterator[tuple[str, Callable[[str], Any]]]:
    """Each function of the package that has parameters for texts, as one of a text."""
    for found in pkgutil.walk_packages(cloudtrail_policylint.__path__, "cloudtrail_policylint."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != found.name:
                continue
            given = list(inspect.signature(function).parameters.values())
            wanted = [one for one in given if one.default is one.empty or one.annotation in SAMPLES]
            known = all(one.annotation in {*SAMPLES, *OTHERS} for one in wanted)
            whole = f"{found.name}.{name}"
            if not known or name in NO_TEXTS or whole in PARSED_ELSEWHERE:
                continue
            if any(one.annotation in SAMPLES for one in wanted):
                yield whole, calling(function, wanted)


def calling(function: Callable[..., Any], given: list[inspect.Parameter]) -> Callable[[str], Any]:
    def call(text: str) -> Any:
        positional, named = [], {}
        for one in given:
            value = {**SAMPLES, **OTHERS}[one.annotation](text)
            if one.kind is one.KEYWORD_ONLY:
                named[one.name] = value
            else:
                positional.append(value)
        return function(*positional, **named)

    return call


FUNCTIONS = dict(functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_time_in_proportion_to_its_texts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert slow(FUNCTIONS[name]) == []
