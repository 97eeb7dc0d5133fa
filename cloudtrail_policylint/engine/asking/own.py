"""The resource that a policy belongs to, and the paths of log files."""

from __future__ import annotations

from ...decisions.values import known, opened
from ...iam.arns import FIELDS, SERVICE, split
from ...iam.names import LOG_FOLDER
from ...tree.nodes import Hole, Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...decisions.values import Parts
    from ...iam.policy import Document


def own_resource(document: Document, kind: str) -> Parts | None:
    """The resource that *document* belongs to, if its statements name one alone without wildcards.

    Of several buckets it is the one with log files.
    """
    found: dict[object, Parts] = {}
    with_logs: dict[object, Parts] = {}
    for statement in document.statements:
        for resource in statement.resources:
            for text in resource.texts:
                parts = _at_slash(text.parts)[0] if kind == "s3-bucket" else text.parts
                wild = any(isinstance(one, Piece) and _has_wildcard(one.text) for one in parts)
                if parts and not wild and not _is_foreign(parts, kind):
                    name = tuple([_said(part) for part in parts])
                    found[name] = parts
                    if kind == "s3-bucket" and log_folder(text.parts) is not None:
                        with_logs[name] = parts
    if len(found) > 1:
        found = with_logs
    return next(iter(found.values())) if len(found) == 1 else None


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _is_foreign(parts: Parts, kind: str) -> bool:
    """Whether *parts* are the ARN of another service than that of a policy of *kind*."""
    fields = split(parts)
    service = known(fields[SERVICE]) if len(fields) == FIELDS else None
    return service is not None and service != kind.partition("-")[0]


def _said(part: Piece | Hole) -> object:
    return part.text if isinstance(part, Piece) else (part.written,)


def _at_slash(parts: Parts) -> tuple[Parts, Parts | None]:
    """What is before and behind the first slash of *parts*; None behind where there is no slash."""
    for at, part in enumerate(parts):
        if isinstance(part, Piece) and "/" in part.text:
            head, _, tail = part.text.partition("/")
            before = (*parts[:at], Piece(head, part.span)) if head else parts[:at]
            behind = (Piece(tail, part.span), *parts[at + 1 :]) if tail else parts[at + 1 :]
            return before, behind
    return parts, None


def log_folder(parts: Parts) -> tuple[Parts, Parts] | None:
    """The bucket of *parts*, a path of log files, and the prefix of their trail; None if it is none."""
    for at in range(len(parts) - 1, -1, -1):
        part = parts[at]
        if isinstance(part, Piece) and LOG_FOLDER in part.text:
            before = Piece(part.text.rpartition(LOG_FOLDER)[0], part.span)
            bucket, prefix = _at_slash(opened((*parts[:at], before)))
            return (bucket, prefix) if bucket and prefix is not None else None
    return None


def is_prefix(parts: Parts) -> bool:
    """Whether *parts* are empty, or may be a prefix and a slash."""
    if not parts:
        return True
    first, last = parts[0], parts[-1]
    begins = not isinstance(first, Piece) or not first.text.startswith("/")
    return begins and (not isinstance(last, Piece) or last.text.endswith("/"))
