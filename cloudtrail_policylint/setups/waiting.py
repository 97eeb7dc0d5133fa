"""Edits that make one resource wait for another: ``depends_on`` and ``DependsOn``."""

from __future__ import annotations

from ..readers.hcl.syntax import TupleExpression
from ..tree.nodes import Map, Seq, Text
from ..tree.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..readers.hcl.file import Block
    from ..tree.nodes import Entry
    from ..tree.source import SourceFile

    Insertion = tuple[Span, str]
    """What is replaced, and by what."""

STEP = "  "
"""The indentation of Terraform ("Style Guide")."""


def in_terraform(block: Block, address: str) -> Insertion | None:
    """What adds *address* to ``depends_on`` of *block*; None if that is not possible."""
    return _with_line_ends(_in_terraform(block, address))


def in_template(entry: Map, name: str) -> Insertion | None:
    """What adds the logical id *name* to ``DependsOn`` of the resource *entry*."""
    return _with_line_ends(_in_template(entry, name))


def _with_line_ends(found: Insertion | None) -> Insertion | None:
    """*found* with the line ends of its file."""
    if found is None or "\r\n" not in found[0].source.text:
        return found
    return found[0], found[1].replace("\n", "\r\n")


def _in_terraform(block: Block, address: str) -> Insertion | None:
    source = block.span.source
    given = block.attributes.get("depends_on")
    in_json = source.path.lower().endswith(".json")
    written = f'"{address}"' if in_json else address
    if given is not None:
        expression = given.expression
        if not isinstance(expression, TupleExpression):
            return None
        return _added(source, expression.span, [one.span for one in expression.items], written)
    end = block.span.end - 1
    line = source.text.rfind("\n", 0, end) + 1
    if in_json or source.text[end : end + 1] != "}" or source.text[line:end].strip():
        return None
    around = source.text[line:end]
    return Span(source, line, line), f"\n{around}{STEP}depends_on = [{address}]\n"


def _in_template(entry: Map, name: str) -> Insertion | None:
    source = entry.span.source
    by_name = {one.key.written: one for one in entry.entries}
    given = by_name.get("DependsOn")
    if given is None:
        return _after_type(source, by_name.get("Type"), name)
    node = given.value
    if isinstance(node, Text):
        written = node.span.text
        return node.span, f"[{written}, {_like(written, name)}]"
    if not isinstance(node, Seq):
        return None
    spans = [one.span for one in node.items]
    like = spans[-1] if spans else by_name["DependsOn"].key.span
    return _added(source, node.span, spans, _like(like.text, name))


def _after_type(source: SourceFile, given: Entry | None, name: str) -> Insertion | None:
    """What adds ``DependsOn`` behind the entry ``Type``."""
    if given is None:
        return None
    start, end = given.key.span.start, given.value.span.end
    key, value = _like(given.key.span.text, "DependsOn"), _like(given.value.span.text, name)
    line = source.text.rfind("\n", 0, start) + 1
    before = source.text[line:start]
    if before.strip():
        return Span(source, end, end), f", {key}: {value}"
    if key.startswith('"'):
        return Span(source, end, end), f",\n{before}{key}: {value}"
    comment = _comment(source, end)
    return comment, f"{comment.text}\n{before}{key}: {value}"


def _added(
    source: SourceFile, whole: Span, items: Sequence[Span], written: str
) -> Insertion | None:
    """What adds *written* to the *items* of the list *whole*, on a line of its own where they are."""
    if not items:
        inside = Span(source, whole.start, whole.end)
        return (inside, f"[{written}]") if not inside.text[1:-1].strip() else None
    last = items[-1]
    line = source.text.rfind("\n", 0, last.start) + 1
    before = source.text[line : last.start]
    comment = _comment(source, last.end)
    if not whole.text.startswith("["):
        return comment, f"{comment.text}\n{before}{written}"
    if before.strip():
        return Span(source, last.end, last.end), f", {written}"
    return comment, f",{comment.text}\n{before}{written}"


def _comment(source: SourceFile, start: int) -> Span:
    """The comment that follows at *start* on the line; an empty place there if there is none."""
    end = source.text.find("\n", start)
    line = source.text[start : end if end >= 0 else len(source.text)].removesuffix("\r")
    rest = Span(source, start, start + len(line))
    return rest if rest.text.lstrip().startswith(("#", "//")) else Span(source, start, start)


def _like(text: str, name: str) -> str:
    """*name* in the quotes that *text* has."""
    quote = text[:1]
    return f"{quote}{name}{quote}" if quote in ("'", '"') else name
