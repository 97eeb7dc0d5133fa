"""What the extractors hand on: policies and attachments as written, not yet judged."""

from __future__ import annotations

from ..base.record import record
from ..tree.nodes import Hole, Node, Text
from ..tree.source import Ranges, Related, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..readers.reading import Mistake
    from ..tree.source import SourceFile

UNREAD = ("embedded-policy-not-json", "limit-exceeded", "syntax-error", "template-text")
"""The problems because of which a part of a file was not read."""


@record
class Owner:
    """What a policy belongs to.

    ``name`` as the format's users say it (``aws_iam_policy.audit``, a logical
    id, an empty string for a bare file); ``span`` is the whole resource.
    """

    name: str
    span: Span


@record
class Problem:
    """Something wrong with the input itself, by the name it has in ``rules/problems.yaml``."""

    name: str
    message: str
    span: Span


def syntax_problem(mistake: Mistake, language: str) -> Problem:
    """The problem that *mistake* is in a file or string that must be *language*."""
    source = mistake.span.source
    message = f"not valid {language}: {mistake.message}"
    return unreadable("syntax-error", message, mistake, Span(source, 0, len(source.text)))


def unreadable(name: str, message: str, mistake: Mistake, within: Span) -> Problem:
    """The problem *name* that *mistake* is in *within*, if it is not that of a limit or of a text template."""
    if mistake.limit:
        return Problem("limit-exceeded", mistake.message, mistake.span)
    from ..readers.text_templates import is_filled_in

    if is_filled_in(mistake.span, within):
        name, message = "template-text", "not judged from here on: a text template is to fill it in"
    return Problem(name, message, mistake.span)


@record
class Found:
    """One policy document where it lives.

    ``node`` is the document's value (JSON text already read). ``kind`` is what
    the place says it is, None where the place does not tell. ``complete`` is
    False when the policy has parts that are not in view. ``holders`` name the
    identities of this file or module that the policy is attached to: what
    another document of the same holder grants counts too. ``blocks`` are those
    of documents that its statements may come from. ``related`` are the
    places that bring the document in from a file of its own. ``on_cloudtrail``
    says that the policy is attached to a CloudTrail resource. ``problems``
    lie inside the document and matter only where the document does.
    """

    node: Node
    kind: str | None
    owner: Owner
    complete: bool = True
    holders: tuple[str, ...] = ()
    on_cloudtrail: bool = False
    problems: tuple[Problem, ...] = ()
    blocks: Ranges = Ranges()
    related: tuple[Related, ...] = ()


@record
class FoundAttachment:
    """A reference to a managed policy by ARN (or by the name that stands for it)."""

    arn: Text
    owner: Owner
    holders: tuple[str, ...] = ()


@record
class FoundResource:
    """A resource of a template or module. ``type`` is as the format calls it."""

    type: str
    owner: Owner


@record
class Allowance:
    """A rule that a file allows where it is not a comment that does so.

    ``rule`` is its id or name as written at ``span``, ``reason`` may be empty
    and belongs ``where`` the words say that follow "write one", and ``covers``
    is the resource or template that it is allowed in.
    """

    rule: str
    reason: str
    span: Span
    covers: Span
    where: str = "as its value"


def _inside(_place: Span, inside: bool) -> bool:  # noqa: FBT001 - the interface of ``owns``
    """Whether a place is *inside* of a policy: in most formats nothing else reads it then."""
    return inside


@record
class Extraction:
    """Everything found in one file or module, in the order of the file.

    ``problems`` are those of the files themselves (a syntax error): whether
    they matter depends on whether the file holds a policy. ``unresolved``
    stand where there must be a policy that is not known at all.

    ``unread`` are files of which something was not evaluated, and ``open`` those
    whose variables or parameters get values from files that may not be in view;
    ``uncertain``: these values are unknown even if all files are.
    ``owns`` says whether only policies read the text at a place; its second
    argument is whether the place is inside of a policy and its owner.
    """

    documents: tuple[Found, ...] = ()
    attachments: tuple[FoundAttachment, ...] = ()
    problems: tuple[Problem, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    unresolved: tuple[Hole, ...] = ()
    resources: tuple[FoundResource, ...] = ()
    unread: tuple[SourceFile, ...] = ()
    open: tuple[SourceFile, ...] = ()
    uncertain: bool = False
    owns: Callable[[Span, bool], bool] = _inside
