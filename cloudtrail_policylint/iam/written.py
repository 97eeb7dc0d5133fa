"""What the extractors return: policies and attachments as written, not yet checked."""

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

WITH_HOLDERS = ("identity", "trust", "scp")
"""The kinds of policies that count together with others: of the same role, user or group, or on the
same account or unit of an organization."""


@record
class Owner:
    """The resource that a policy belongs to.

    ``name`` is its name in the format (``aws_iam_policy.audit``, a logical id; empty
    for a bare file); ``span`` is the whole resource.
    """

    name: str
    span: Span


@record
class Problem:
    """A problem of the input itself, by its name in ``rules/problems.yaml``."""

    name: str
    message: str
    span: Span


def is_like_statement(key: str) -> bool:
    """Whether *key* is ``Statement``, perhaps misspelt."""
    lower = key.lower()
    if lower == "statement" or "t" not in lower[:3]:  # most keys
        return lower == "statement"
    from ..base.suggest import is_misspelt

    return is_misspelt(lower, "statement")


NOT_RENDERED = "not checked from here on: the text template must be rendered first"
"""The message of the problem ``template-text``."""


def syntax_problem(mistake: Mistake, language: str) -> Problem:
    """The problem for *mistake* in a file or string that must be *language*."""
    source = mistake.span.source
    message = f"not valid {language}: {mistake.message}"
    return unreadable("syntax-error", message, mistake, Span(source, 0, len(source.text)))


def unreadable(name: str, message: str, mistake: Mistake, within: Span) -> Problem:
    """The problem *name* for *mistake* in *within*, or that of a limit or a text template."""
    if mistake.limit:
        return Problem("limit-exceeded", mistake.message, mistake.span)
    from ..readers.text_templates import is_filled_in

    if is_filled_in(mistake.span, within):
        name, message = "template-text", NOT_RENDERED
    return Problem(name, message, mistake.span)


@record
class Found:
    """One policy document in its file.

    ``node`` is the value of the document (JSON text already read). ``kind`` is
    None if the place does not show it. ``complete`` is False if the policy has
    parts that are not in view. ``holders`` name the identities of this file or
    module that the policy is attached to, or the targets of a service control
    policy: what another document of the same holder grants or denies counts too. ``blocks`` are those that its statements may come
    from. ``related`` are the places that load the document from a file of its
    own. ``on_cloudtrail``: the policy is attached to a CloudTrail resource. ``types``
    are those of the resources that the document is in, as the format calls them.
    ``problems`` are inside the document, and reported only if it is checked.
    ``misread``: a syntax error in the text around it, so that parts may be missing or wrong.
    """

    node: Node
    kind: str | None
    owner: Owner
    complete: bool = True
    holders: tuple[str, ...] = ()
    on_cloudtrail: bool = False
    types: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    blocks: Ranges = Ranges()
    related: tuple[Related, ...] = ()
    misread: bool = False


@record
class FoundAttachment:
    """A reference to a managed policy by ARN, or by its name."""

    arn: Text
    owner: Owner
    holders: tuple[str, ...] = ()


@record
class FoundResource:
    """A resource of a template or module. ``type`` is its type in the format."""

    type: str
    owner: Owner


@record
class Allowance:
    """A suppression of a rule that is not a comment.

    ``rule`` is the id or name as written at ``span``, ``reason`` may be empty,
    ``where`` says where a missing reason is to be written ("as its value"), and
    ``covers`` is the resource or template that it applies to.
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

    ``problems`` are those of the files themselves (a syntax error), reported
    only if the file contains a policy. ``unresolved`` are the places of policies
    that are completely unknown.

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
    evaluation: tuple[str, object] | None = None
    """The format, and what evaluated the values: the resources are made of it where a rule asks for them."""
    owns: Callable[[Span, bool], bool] = _inside
