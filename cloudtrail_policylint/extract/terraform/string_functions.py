"""Terraform's functions on strings, and those that read files.

Pieces keep their places: the result of ``lower("ABC")`` is where its argument is.

Source: developer.hashicorp.com/terraform/language/functions.
"""

from __future__ import annotations

import posixpath
import re

from ...base.disk import path_of
from ...base.lazy_regex import regex
from ...iam.patterns import overlaps, parse
from ...tree.nodes import FIELD, Choice, Hole, Map, Node, Piece, Seq, Text
from ...tree.source import SourceFile, Span
from ..values import flat, string
from .session import FunctionCall
from .values import boolean, choice, hole_at, integer, is_rest, substring, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...iam.patterns import Glob
    from .session import Scope, Session

    Function = Callable[[FunctionCall], Node]

_VERB = regex(r"%(?:%|[-+ #0]*+\d*+(?:\.\d++)?+[a-zA-Z])")
MAX_MATCHES = 10_000
"""Limit for the number of parts or replacements in one text."""


def _joined(parts: list[Piece | Hole], span: Span) -> Text:
    return Text(tuple(parts) or (Piece("", Span(span.source, span.start, span.start)),), span)


def _join(call: FunctionCall) -> Node:
    separator = text_of(call.arguments[0])
    items: list[Node] = []
    for argument in call.arguments[1:]:
        if not isinstance(argument, Seq):
            return hole_at(call.span)
        items.extend(argument.items)
    if separator is None or not call.session.charge(len(items) * len(separator.parts), call.span):
        return hole_at(call.span)
    if len(items) == 1 and not is_rest(
        items[0]
    ):  # often: join("", of a resource that may not be there)
        return choice([b for b in flat(items[0]) if b is not None], call.span)
    parts: list[Piece | Hole] = []
    for index, item in enumerate(items):
        if is_rest(item) or (isinstance(item, Choice) and None in item.branches):
            return hole_at(call.span)
        if index:
            parts.extend(separator.parts)
        parts.extend(call.session.spliced(item, call.span))
    return _joined(parts, call.span)


def _split(call: FunctionCall) -> Node:
    separator, text = string(call.arguments[0]), text_of(call.arguments[1])
    value = text.literal if text is not None else None
    if text is None or value is None or not separator or value.count(separator) > MAX_MATCHES:
        return hole_at(call.span)
    found: list[Node] = []
    at = 0
    for item in value.split(separator):
        if not call.session.charge(len(text.parts), call.span):
            return hole_at(call.span)
        found.append(substring(text, at, at + len(item), call.span))
        at += len(item) + len(separator)
    return Seq(tuple(found), call.span)


def _format(call: FunctionCall) -> Node:
    """``format()``: ``%s``, ``%d`` and ``%v`` insert their argument; other verbs are unknown."""
    template = text_of(call.arguments[0])
    if template is None:
        return hole_at(call.span)
    rest = iter(call.arguments[1:])
    parts: list[Piece | Hole] = []
    for part in template.parts:
        if isinstance(part, Hole):
            parts.append(part)
        elif not _formatted(call, part, rest, parts):
            return call.session.fail(call.span)
    return _joined(parts, call.span)


def _formatted(
    call: FunctionCall, piece: Piece, rest: Iterator[Node], parts: list[Piece | Hole]
) -> bool:
    """Add *piece* with its verbs replaced by values of *rest*; False if there are too few."""
    text = Text((piece,), piece.span)
    at = 0
    for match in _VERB.finditer(piece.text):
        if match.start() > at:
            parts.extend(substring(text, at, match.start(), call.span).parts)
        at = match.end()
        if match.group() == "%%":
            parts.extend(substring(text, at - 1, at, call.span).parts)
            continue
        value = next(rest, None)
        if value is None or not call.session.charge(1, call.span):
            return False
        known = match.group() in ("%s", "%d", "%v")
        parts.extend(call.session.spliced(value, call.span) if known else [hole_at(call.span)])
    if at < len(piece.text):
        parts.extend(substring(text, at, len(piece.text), call.span).parts)
    return True


def _formatlist(call: FunctionCall) -> Node:
    lists = [argument for argument in call.arguments[1:] if isinstance(argument, Seq)]
    sizes = {len(item.items) for item in lists}
    if len(sizes) != 1 or any(is_rest(item) for one in lists for item in one.items):
        return hole_at(call.span)
    found: list[Node] = []
    for index in range(sizes.pop()):
        row = [a.items[index] if isinstance(a, Seq) else a for a in call.arguments[1:]]
        if not call.session.charge(len(row), call.span):
            return hole_at(call.span)
        found.append(_format(call.with_arguments([call.arguments[0], *row])))
    return Seq(tuple(found), call.span)


def _replace(call: FunctionCall) -> Node:
    text, old, new = (
        text_of(call.arguments[0]),
        string(call.arguments[1]),
        text_of(call.arguments[2]),
    )
    value = text.literal if text is not None else None
    if text is None or value is None or not old or new is None:
        return hole_at(call.span)
    if len(old) > 1 and old[0] == old[-1] == "/":  # a regular expression
        return hole_at(call.span)
    if value.count(old) > MAX_MATCHES:
        return hole_at(call.span)
    parts: list[Piece | Hole] = []
    at = 0
    while (found := value.find(old, at)) >= 0:
        if not call.session.charge(len(text.parts) + len(new.parts), call.span):
            return hole_at(call.span)
        if found > at:
            parts.extend(substring(text, at, found, call.span).parts)
        parts.extend(new.parts)
        at = found + len(old)
    if not parts:
        return text
    if at < len(value):
        parts.extend(substring(text, at, len(value), call.span).parts)
    return _joined(parts, call.span)


def _recased(convert: Callable[[str], str]) -> Function:
    def function(call: FunctionCall) -> Node:
        text = text_of(call.arguments[0])
        if text is None:
            return hole_at(call.span)
        parts: list[Piece | Hole] = []
        for part in text.parts:
            if isinstance(part, Piece):
                parts.append(Piece(convert(part.text), part.span))
            else:
                values = None if part.values is None else tuple(map(convert, part.values))
                parts.append(Hole(part.written, part.span, part.shape, values))
        return Text(tuple(parts), text.span)

    return function


def _title(value: str) -> str:
    return re.sub(r"(?<![^\s])\S", lambda match: match.group().upper(), value)


def _trimmed(trim: Callable[[str, list[str]], tuple[int, int]]) -> Function:
    """A function that trims a text; *trim* returns the start and end of the rest."""

    def function(call: FunctionCall) -> Node:
        text = text_of(call.arguments[0])
        others = [string(argument) for argument in call.arguments[1:]]
        value = text.literal if text is not None else None
        known = [other for other in others if other is not None]
        if text is None or value is None or len(known) != len(others):
            return hole_at(call.span)
        start, end = trim(value, known)
        return substring(text, start, max(start, end), call.span)

    return function


def _space(value: str, _: list[str]) -> tuple[int, int]:
    return len(value) - len(value.lstrip()), len(value.rstrip())


def _line_end(value: str, _: list[str]) -> tuple[int, int]:
    return 0, len(value.rstrip("\r\n"))


def _both(value: str, others: list[str]) -> tuple[int, int]:
    return len(value) - len(value.lstrip(others[0])), len(value.rstrip(others[0]))


def _prefix(value: str, others: list[str]) -> tuple[int, int]:
    return len(others[0]) if value.startswith(others[0]) else 0, len(value)


def _suffix(value: str, others: list[str]) -> tuple[int, int]:
    return 0, len(value.removesuffix(others[0]))


def _substr(call: FunctionCall) -> Node:
    text, start, length = (
        text_of(call.arguments[0]),
        integer(call.arguments[1]),
        integer(call.arguments[2]),
    )
    value = text.literal if text is not None else None
    if text is None or value is None or start is None:
        return hole_at(call.span)
    if length is None:
        return hole_at(call.span)
    start = max(0, start + len(value)) if start < 0 else start
    end = len(value) if length < 0 else start + length
    return substring(text, min(start, len(value)), min(end, len(value)), call.span)


def _tested(test: Callable[[str, str], bool]) -> Function:
    def function(call: FunctionCall) -> Node:
        value, other = string(call.arguments[0]), string(call.arguments[1])
        if value is None or other is None:
            return hole_at(call.span)
        return boolean(test(value, other), call.span)

    return function


def _digest(call: FunctionCall) -> Node:
    return hole_at(call.span, FIELD)


def _indent(call: FunctionCall) -> Node:
    return call.arguments[1]  # indentation does not matter in JSON


# -- files


_NAME_IN_BRACES = regex(r"\$\{\s*([A-Za-z_]\w*)\s*\}")


def rendered(session: Session, source: SourceFile, variables: Node, span: Span) -> Node:
    """The text of the template *source*, rendered with *variables*, a map."""
    template = session.template(source)
    whole = Span(source, 0, len(source.text))
    if template is None:  # the reader of the text handles ${...}
        return Text((Piece(source.text, whole),), whole)
    scope: Scope = {}
    if isinstance(variables, Map):
        scope = {e.key.literal: e.value for e in variables.entries if e.key.literal is not None}
    if not session.charge(len(template.parts), span):
        return hole_at(span)
    return Text(tuple(session.parts(template.parts, scope)), whole)


def filled_in(session: Session, text: Text, variables: Node) -> Node:
    """*text* with ``${name}`` replaced by *variables*, as in ``data.template_file``."""
    only = text.parts[0]
    if len(text.parts) == 1 and isinstance(only, Piece):
        source = only.span.source
        if (only.span.start, only.span.end) == (0, len(source.text)):
            return rendered(session, source, variables, text.span)
    parts: list[Piece | Hole] = []
    run: list[Piece | Hole] = []
    for part in (*text.parts, None):
        if isinstance(part, Piece):
            run.append(part)
            continue
        if run:
            parts.extend(_run_filled_in(session, Text(tuple(run), text.span), variables))
            run = []
        if part is not None:
            parts.append(part)
    return _joined(parts, text.span)


def _run_filled_in(session: Session, text: Text, variables: Node) -> list[Piece | Hole]:
    value = text.literal or ""
    parts: list[Piece | Hole] = []
    at = 0
    for match in _NAME_IN_BRACES.finditer(value):
        if not session.charge(len(text.parts), text.span):
            break
        place = substring(text, match.start(), match.end(), text.span).parts[0].span
        given = variables.get(match.group(1)) if isinstance(variables, Map) else None
        parts.extend(substring(text, at, match.start(), text.span).parts)
        unknown = Hole(match.group(), place)
        parts.extend([unknown] if given is None else session.spliced(given, place))
        at = match.end()
    if not parts:
        return list(text.parts)
    parts.extend(substring(text, at, len(value), text.span).parts)
    return parts


def _path(node: Node) -> str | None:
    """The path *node*, relative to the root module; None if it is unknown."""
    value = string(node)
    path = path_of(value) if value is not None else None
    if path is None or path.startswith(("/", "~")) or "\\" in path:
        return None
    return posixpath.normpath(path)


def _opened(call: FunctionCall) -> SourceFile | None:
    path = _path(call.arguments[0])
    return call.session.opened(path, call.span) if path is not None else None


def _file(call: FunctionCall) -> Node:
    source = _opened(call)
    if source is None:
        return hole_at(call.span)
    whole = Span(source, 0, len(source.text))
    text = Text((Piece(source.text, whole),), whole)
    return text if call.session.charge_text(text) else hole_at(call.span)


def _templatefile(call: FunctionCall) -> Node:
    source = _opened(call)
    return (
        hole_at(call.span)
        if source is None
        else rendered(call.session, source, call.arguments[1], call.span)
    )


def _fileset(call: FunctionCall) -> Node:
    """The files that a pattern matches; unknown if there are none: they may be generated."""
    folder, written = _path(call.arguments[0]), string(call.arguments[1])
    pattern = path_of(written) if written is not None else None
    session = call.session
    if folder is None or pattern is None or not _CHOICES.isdisjoint(pattern):
        return hole_at(call.span)
    names = session.file_names(folder)
    if not session.charge(len(names), call.span):
        return hole_at(call.span)
    wanted = [None if part == "**" else parse(part) for part in pattern.split("/")]
    found = [name for name in names if _is_wanted(name, wanted)]
    if not found or not session.charge(len(found), call.span):
        return hole_at(call.span)
    items = [Text((Piece(name, call.span),), call.span) for name in found]
    return session.as_set(Seq(tuple(items), call.span))


_CHOICES = frozenset("[]{}\\")


def _is_wanted(name: str, wanted: Sequence[Glob | None]) -> bool:
    """Whether the parts of the path *name* match *wanted*; None there is any number of folders."""
    parts = [parse(part) for part in name.split("/")]
    reached = {0}
    for glob in wanted:
        if glob is None:
            reached = set(range(min(reached, default=len(parts)), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and overlaps(glob, parts[at])}
    return len(parts) in reached


STRING_FUNCTIONS: dict[str, tuple[int, Function]] = {
    "base64encode": (1, _digest),
    "base64sha256": (1, _digest),
    "chomp": (1, _trimmed(_line_end)),
    "endswith": (2, _tested(str.endswith)),
    "file": (1, _file),
    "fileset": (2, _fileset),
    "format": (1, _format),
    "formatlist": (2, _formatlist),
    "indent": (2, _indent),
    "join": (2, _join),
    "lower": (1, _recased(str.lower)),
    "md5": (1, _digest),
    "replace": (3, _replace),
    "sha1": (1, _digest),
    "sha256": (1, _digest),
    "sha512": (1, _digest),
    "split": (2, _split),
    "startswith": (2, _tested(str.startswith)),
    "strcontains": (2, _tested(lambda value, other: other in value)),
    "substr": (3, _substr),
    "templatefile": (2, _templatefile),
    "title": (1, _recased(_title)),
    "trim": (2, _trimmed(_both)),
    "trimprefix": (2, _trimmed(_prefix)),
    "trimspace": (1, _trimmed(_space)),
    "trimsuffix": (2, _trimmed(_suffix)),
    "upper": (1, _recased(str.upper)),
    "uuid": (0, _digest),
}
"""Name -> the number of required arguments, and the function."""
