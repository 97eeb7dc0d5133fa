"""Whether one statement applies to a request, and which of its elements keeps it from that."""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record
from ..iam.patterns import MAYBE, NO, YES
from ..tree.nodes import Piece
from .conditions import Setting, holds
from .principals import EVERYBODY, WAYS, names, spares
from .values import agreed, alternatives, match, match_arn, placed, runs
from .variables import NoValueError, arn_pattern, completed, is_everything, line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..iam.policy import Condition, Document, Resource, Statement
    from .request import Request
    from .values import Parts
    from .variables import Lookup

VARIABLES_SINCE = "2012-10-17"
"""The version of the policy language that has variables ("IAM JSON policy elements: Version")."""


@record
class Place:
    """Where a document stands among those that a request meets.

    ``kind`` is a kind of policy or ``session``. ``names_principals``: its
    statements say for whom they are. ``has_own_resource``: without ``Resource`` they
    are about the resource that the policy belongs to. ``bounded``: the
    principal has a permissions boundary, which makes a Deny with
    ``NotPrincipal`` meet it ("Permissions boundaries for IAM entities").
    """

    kind: str
    names_principals: bool = False
    has_own_resource: bool = False
    bounded: bool = False


class Answer:
    """What one statement says to a request: each element is looked at when it is first asked for."""

    __slots__ = ("_conditions", "_parts", "document", "place", "request", "statement")

    def __init__(
        self, statement: Statement, document: Document, place: Place, request: Request
    ) -> None:
        self.statement = statement
        self.document = document
        self.place = place
        self.request = request
        self._parts: dict[str, int] = {}
        self._conditions: tuple[tuple[Condition, int], ...] | None = None

    @property
    def effect(self) -> str | None:
        """``Allow`` or ``Deny``; None where that is not known, or is neither."""
        text = self.statement.effect.literal if self.statement.effect else None
        return text if text in ("Allow", "Deny") else None

    @property
    def action(self) -> int:
        """Whether the action is among the statement's."""
        return self._kept("action", self._action)

    @property
    def resource(self) -> int:
        """Whether the resource is."""
        return self._kept("resource", self._resource)

    @property
    def conditions(self) -> tuple[tuple[Condition, int], ...]:
        """Each condition, and whether it holds."""
        if self._conditions is None:
            setting = self._setting()
            self._conditions = tuple(
                [(one, holds(one, setting)) for one in self.statement.conditions]
            )
        return self._conditions

    @property
    def condition(self) -> int:
        """Whether all conditions hold."""
        return min([verdict for _, verdict in self.conditions], default=YES)

    def principal(self, *, deny: bool) -> dict[str, int]:
        """Whether the statement is for the principal, by the way in which it names it."""
        if not self.place.names_principals:
            return {EVERYBODY: YES}
        statement, request = self.statement, self.request
        if "principal" not in statement.fields:
            return {EVERYBODY: MAYBE}  # AWS refuses it
        inside = [one for one in statement.principals if not one.complement]
        outside = [one for one in statement.principals if one.complement]
        found = dict.fromkeys(WAYS, NO)
        if inside:
            found = names(inside, request.principal, request.shared)
        if outside:
            allow, denied = spares(outside, request.principal, request.shared)
            spared = denied if deny else allow
            if deny and self.place.bounded:
                spared = NO
            found[EVERYBODY] = max(found[EVERYBODY], 2 - spared)
        return found

    def among(self, resource: Resource) -> int:
        """Whether the resource is one that *resource*, one of the statement's, stands for."""
        return agreed(
            _is_among(resource, self.request, lookup) for lookup in self._setting().lookups()
        )

    def applies(self, *, deny: bool) -> dict[str, int]:
        """Whether the statement applies, by the way in which it names the principal.

        An alternative (``Fn::If``) may not be there, so that it never certainly applies.
        """
        rest = self.action
        if rest != NO:
            rest = min(rest, self.resource)
        if rest != NO:
            rest = min(rest, self.condition)
        if rest == NO:
            return dict.fromkeys(WAYS, NO)
        if self.statement.optional:
            rest = min(rest, MAYBE)
        return {way: min(rest, verdict) for way, verdict in self.principal(deny=deny).items()}

    def _kept(self, name: str, ask: Callable[[], int]) -> int:
        found = self._parts.get(name)
        if found is None:
            found = self._parts[name] = ask()
        return found

    def _action(self) -> int:
        statement = self.statement
        if not statement.actions:
            return NO if "action" in statement.fields else MAYBE
        return max([one.covers(self.request.wanted) for one in statement.actions])

    def _resource(self) -> int:
        statement = self.statement
        if not statement.resources:
            if "resource" in statement.fields:
                return NO
            return YES if self.place.has_own_resource else MAYBE
        return agreed(self._is_about(lookup) for lookup in self._setting().lookups())

    def _is_about(self, lookup: Lookup | None) -> int:
        """Whether the resource is among the statement's where variables have the values of *lookup*."""
        verdict, is_open = NO, self.request.is_open
        for one in self.statement.resources:
            if verdict == MAYBE and is_open and _is_one_arn(one):
                continue  # one resource is not all that an open request may be about
            verdict = max(verdict, _is_among(one, self.request, lookup))
            if verdict == YES:
                break
        return verdict

    def _setting(self) -> Setting:
        return Setting(self.request.key, has_variables(self.document), self.request.shared)


def has_variables(document: Document) -> bool | None:
    """Whether ``${...}`` is a variable in *document*; None where its version is not known."""
    if document.version is None:
        return False
    version = document.version.literal
    return None if version is None else version == VARIABLES_SINCE


def _is_one_arn(element: Resource) -> bool:
    """Whether *element* is a single text without wildcards and variables."""
    text = element.texts[0].literal if not element.complement else None
    return text is not None and not any(char in text for char in "*?$")


def _is_among(element: Resource, request: Request, lookup: Lookup | None) -> int:
    """Whether the resource of *request* is one that *element* stands for."""
    found = [resource_matches(text.parts, request, lookup) for text in element.texts]
    verdict = max(found, default=NO)
    return 2 - verdict if element.complement else verdict


def resource_matches(parts: Parts, request: Request, lookup: Lookup | None) -> int:
    """Whether a text of ``Resource`` stands for the resource of *request*.

    Source: IAM User Guide, "IAM JSON policy elements: Resource" (read
    2026-11-26): a wildcard stays in its field of the ARN, but for ``*`` alone.
    """
    if _begins_otherwise(parts, request.resource):
        return NO
    text = parts[0].text if len(parts) == 1 and isinstance(parts[0], Piece) else "$"
    if "$" in text:
        return _matches(parts, request, lookup)
    found = request.matches.get(text)
    if found is None:
        found = request.matches[text] = _matches(parts, request, lookup)
    return found


def _matches(parts: Parts, request: Request, lookup: Lookup | None) -> int:
    verdicts = []
    for items in alternatives(parts, request.shared):
        try:
            whole = line(items, lookup, wild=True, fold=False)
            if is_everything(whole):
                verdicts.append(YES)
            elif request.is_about_everything:
                verdicts.append(match(whole, runs(request.resource), request.shared))
            else:
                pattern = arn_pattern(completed(placed(items)), lookup)
                verdicts.append(match_arn(pattern, request.resource, request.shared))
        except NoValueError:
            verdicts.append(NO)
    return agreed(verdicts)


_BEGINNING = regex(r"[^*?$]*")


def _begins_otherwise(parts: Parts, value: Parts) -> bool:
    """Whether *parts* begin with characters that *value* does not begin with: most do, and are told apart at once."""
    first, other = parts[0], value[0]
    if not isinstance(first, Piece) or not isinstance(other, Piece):
        return False
    found = _BEGINNING.match(first.text)
    assert found is not None
    beginning = found.group()
    return not other.text.startswith(beginning) and not beginning.startswith(other.text)
