"""What ``lint --show-setups`` shows of a resource: its partners, and what they let CloudTrail do."""

from __future__ import annotations

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span

    Range = tuple[str, int, int]
    """Characters of a file: its path, start and end."""


def range_of(span: Span) -> Range:
    """The range of *span*, which needs no text."""
    return span.source.path, span.start, span.end


@record
class ShownRequest:
    """One request: ``answer`` is ``allowed``, ``denied`` or ``cannot tell``, and ``because`` says why.

    ``at`` are the statements for its action.

    ``by`` is the resource whose policies decide it, ``part`` what that is to the
    one that it is made for (``role``), and ``about`` what it is about (``log-group``).
    """

    name: str
    action: str
    on: str
    by: str
    part: str
    about: str
    answer: str
    because: str
    at: tuple[Range, ...] = ()


@record
class ShownPartner:
    """What the property ``through`` refers to: a resource and its ``place``; empty if it is not in view.

    ``part`` is what it is (``bucket``), ``named`` the text of the property where that is known. ``at`` is where the property is written, and
    ``ranges`` are those of the resource and of its policies.
    """

    part: str
    through: str
    address: str
    place: str
    order: str
    at: tuple[Range, ...]
    ranges: tuple[Range, ...]
    named: str = ""


@record
class ShownGrant:
    """Actions that a principal may do, ``certain`` or not, and ``at`` which statement grants it."""

    certain: bool
    actions: tuple[str, ...]
    depends_on: tuple[str, ...]
    at: str


@record
class ShownPrincipal:
    """A principal that may do something."""

    label: str
    owner: str
    grants: tuple[ShownGrant, ...]


@record
class ShownWho:
    """The principals that may do something; ``more`` is how many of them are left out.

    ``unasked`` is the number of principals in view that were not asked. ``whole`` is False where a file was not
    read completely.
    """

    principals: tuple[ShownPrincipal, ...]
    more: int
    unasked: int
    not_in_view: tuple[str, ...]
    whole: bool = True


@record
class ShownSetup:
    """A resource that CloudTrail makes requests for; ``part`` is what it is to them (``trail``).

    ``address`` is that of the one instance, with its modules or stacks.
    ``of_organization``: it is one for all accounts of an organization. ``stopped_by`` are the
    actions that end or change what it records, ``who`` may do one of them, if that was asked.
    """

    part: str
    address: str
    type: str
    place: str
    range: Range
    of_organization: bool
    partners: tuple[ShownPartner, ...]
    requests: tuple[ShownRequest, ...]
    stopped_by: tuple[str, ...] = ()
    who: ShownWho | None = None
