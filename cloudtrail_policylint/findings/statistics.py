"""How much of the policies could be known: for ``--statistics``.

A policy is known fully, partly (some of its text is not in view), or not at
all: then the reason is what stands where the policy should.
"""

from __future__ import annotations

from ..base.formats import TERRAFORM, title_of
from ..base.lazy_regex import regex
from ..base.record import record
from ..tree.nodes import Hole, Map, Node, Text, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..iam.written import Extraction
    from ..tree.source import Span

_FIRST_WORDS = regex(r"\$\{\s*(?:(?P<call>\w+)\(|(?P<first>[\w-]+)(?:\.(?P<second>[\w-]+))?)")
_FUNCTION = regex(r"!(?:Fn::)?(\w+)")
_REASONS = {
    "var": "a variable without a value",
    "local": "a local value that is not known",
    "module": "an output of a module that is not in view",
    "each": "a member of a collection that is not known",
    "count": "a member of a collection that is not known",
}
_REASONS_IN_TEMPLATES = {
    "GetAtt": "an attribute of a resource that is not known",
    "Ref": "a parameter without a value",
}
_LOADS = ("file", "templatefile")


@record
class Resolution:
    """The policies in files of one format, and, most common first, why some are not known at all."""

    format: str
    fully: int
    partly: int
    unknown: int
    reasons: tuple[tuple[str, int], ...]


class Tally:
    """Counts the policies of a run, each place once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[str, bool]] = {}
        self._unknown: dict[tuple[object, ...], tuple[str, str]] = {}

    def add(self, extraction: Extraction) -> None:
        """Count what was found in one file or module."""
        for index, found in enumerate(extraction.documents):
            span = found.node.span
            # Values that were read without their places have only their order.
            key = (*_key(span), index if span.end == 0 else 0)
            self._known.setdefault(key, (title_of(span.source.path), not any(_holes(found.node))))
        for index, hole in enumerate(extraction.unresolved):
            span = hole.span
            key = (*_key(span), index if span.end == 0 else 0)
            title = title_of(span.source.path)
            self._unknown.setdefault(key, (title, _reason(hole, title)))

    def merge(self, other: Tally) -> None:
        """Count what *other* counted, as if it came after."""
        for place, known in other._known.items():
            self._known.setdefault(place, known)
        for place, unknown in other._unknown.items():
            self._unknown.setdefault(place, unknown)

    def resolutions(self) -> Iterator[Resolution]:
        """The result, by format."""
        formats = [name for name, _ in (*self._known.values(), *self._unknown.values())]
        for name in sorted(set(formats)):
            known = [fully for one, fully in self._known.values() if one == name]
            counts: dict[str, int] = {}
            for one, reason in self._unknown.values():
                if one == name:
                    counts[reason] = counts.get(reason, 0) + 1
            reasons = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
            fully = sum(known)
            yield Resolution(name, fully, len(known) - fully, sum(counts.values()), reasons)


def _key(span: Span) -> tuple[object, ...]:
    return span.source.path, span.start, span.end


def _holes(node: Node) -> Iterator[Hole]:
    """What is not known in *node*, keys included."""
    for at in walk(node):
        if isinstance(at, Hole):
            yield at
        texts = [entry.key for entry in at.entries] if isinstance(at, Map) else [at]
        for text in texts:
            if isinstance(text, Text):
                yield from (part for part in text.parts if isinstance(part, Hole))


def _reason_in_template(written: str) -> str:
    """Why what stands in a template of CloudFormation is not known."""
    function = _FUNCTION.match(written)
    name = function.group(1) if function is not None else "GetAtt" if "." in written else "Ref"
    return _REASONS_IN_TEMPLATES.get(name, f"a value of Fn::{name}")


def _reason(hole: Hole, language: str) -> str:
    """Why the policy that *hole* stands for is not known."""
    if language != TERRAFORM.title:
        return _reason_in_template(hole.written)
    match = _FIRST_WORDS.match(hole.written)
    if match is None:
        return "an expression"
    call, first, second = match.group("call", "first", "second")
    if call in _LOADS:
        return "a file that cannot be read or has no fixed name"
    if call is not None:
        return f"{call}() of what is not known"
    if first == "data" and second is not None:
        return f"a data source {second}"
    if first in _REASONS:
        return _REASONS[first]
    return f"an attribute of {first}" if second is not None else "an expression"
