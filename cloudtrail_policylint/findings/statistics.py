"""How much of the policies could be resolved, for ``--statistics``.

A policy is resolved fully, partly (some of its text is unknown), or not at all;
then the expression in the policy's place is the reason.
"""

from __future__ import annotations

from ..base.formats import TERRAFORM, TERRAGRUNT, title_of
from ..base.lazy_regex import regex
from ..base.record import record
from ..tree.nodes import Hole, Map, Node, Text, walk
from ..tree.placeholders import is_placeholder, with_placeholders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..iam.written import Extraction
    from ..tree.source import Span

_FIRST_WORDS = regex(r"\$\{\s*(?:(?P<call>\w+)\(|(?P<first>[\w-]+)(?:\.(?P<second>[\w-]+))?)")
_FUNCTION = regex(r"!(?:Fn::)?(\w+)")
_REASONS = {
    "var": "a variable without a value",
    "local": "an unknown local value",
    "module": "an output of a module that was not read",
    "dependency": "an output of another Terragrunt configuration",
    "each": "an item of an unknown collection",
    "count": "an item of an unknown collection",
}
_REASONS_IN_TEMPLATES = {
    "GetAtt": "an unknown attribute of a resource",
    "Ref": "a parameter without a value",
}
_DYNAMIC = "{{resolve:"
"""How CloudFormation's dynamic references begin."""
_LOADS = ("file", "templatefile")


@record
class Resolution:
    """The policies in files of one format, and why some are unknown, most common reason first."""

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
        """Count the policies of one file or module."""
        for index, found in enumerate(extraction.documents):
            span = found.node.span
            # Values read without places are identified by their order.
            key = (*_key(span), index if span.end == 0 else 0)
            fully = found.complete and not any(_holes(found.node))
            self._known.setdefault(key, (title_of(span.source.path), fully))
        for index, hole in enumerate(extraction.unresolved):
            span = hole.span
            key = (*_key(span), index if span.end == 0 else 0)
            title = title_of(span.source.path)
            self._unknown.setdefault(key, (title, reason_of(hole, title)))

    def merge(self, other: Tally) -> None:
        """Add the counts of *other*, which comes later in the run."""
        for place, known in other._known.items():
            self._known.setdefault(place, known)
        for place, unknown in other._unknown.items():
            self._unknown.setdefault(place, unknown)

    def resolutions(self) -> Iterator[Resolution]:
        """The counts by format."""
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
    """The holes in *node*, keys and placeholders included."""
    for at in walk(node):
        if isinstance(at, Hole):
            yield at
        texts = [entry.key for entry in at.entries] if isinstance(at, Map) else [at]
        for text in texts:
            if isinstance(text, Text):
                yield from (p for p in with_placeholders(text).parts if isinstance(p, Hole))


def _reason_in_template(written: str) -> str:
    """The reason why the CloudFormation expression *written* is unknown."""
    function = _FUNCTION.match(written)
    name = function.group(1) if function is not None else "GetAtt" if "." in written else "Ref"
    return _REASONS_IN_TEMPLATES.get(name, f"a value of Fn::{name}")


def reason_of(hole: Hole, language: str) -> str:
    """The reason why *hole*, in a file of *language*, is unknown."""
    if is_placeholder(hole.written):
        return "a dynamic reference" if hole.written.startswith(_DYNAMIC) else "a placeholder"
    if language not in (TERRAFORM.title, TERRAGRUNT.title):
        return _reason_in_template(hole.written)
    match = _FIRST_WORDS.match(hole.written)
    if match is None:
        return "an expression"
    call, first, second = match.group("call", "first", "second")
    if call in _LOADS:
        return "a file that cannot be read or whose name is unknown"
    if call is not None:
        return f"{call}() of unknown arguments"
    if first == "data" and second is not None:
        return f"a data source {second}"
    if first in _REASONS:
        return _REASONS[first]
    return f"an attribute of {first}" if second is not None else "an expression"
