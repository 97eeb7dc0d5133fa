"""Statements of a resource's policy that name another bucket, key or topic than the one it is on."""

from __future__ import annotations

from ..base.record import record
from ..decisions.values import UNKNOWN, alternatives, literal, match, tokens, written
from ..iam.arns import FIELDS, SERVICE, split
from ..iam.patterns import NO, YES
from ..setups.values import same, spelling_of
from ..tree.nodes import Hole, Piece, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..decisions.values import Parts
    from ..setups.model import Resource
    from ..tree.source import Span

_OBJECTS = "s3"
"""The service whose policies also name what is inside of the resource, behind a slash."""


@record
class Stray:
    """A Resource at ``span`` that is certainly not ``on``, what the policy is on."""

    text: str
    on: str
    span: Span


def strays(resource: Resource) -> Iterator[Stray]:
    """What the policies in *resource* name besides what they are on, where that is certain."""
    own = _own(resource)
    if not own:
        return
    others: list[str] | None = None
    for path, kind in resource.policy_paths.items():
        for document in resource.documents(path, kind) or ():
            for statement in document.statements:
                for one in statement.resources if not statement.optional else ():
                    if one.complement or not _is_alike(one.texts[0].parts, own[0]):
                        continue
                    if others is None:
                        others = [*_spelled_others(resource, own)]
                    if _is_stray(one.texts[0], own, others):
                        yield Stray(one.texts[0].written, written(own[0]), one.span)


def _own(resource: Resource) -> list[Parts]:
    """The ARNs of what the policies in *resource* are on; none if one of them is not known."""
    if not resource.targets:
        return [_spelt(resource, resource.arn)] if resource.arn is not None else []
    found: list[Parts] = []
    for name in resource.targets:
        links = resource.links((name,))
        given = resource.at((name,))
        if not given.complete:
            return []
        if links.found:
            if not links.known or any(link.verdict != YES for link in links.found):
                return []
            found += [_spelt(one.resource, one.resource.arn or ()) for one in links.found]
        else:
            arns = [item.node for item in given.items]
            found += [one.parts for one in arns if isinstance(one, Text) and _is_arn(one)]
        if len(found) < len(given.items):
            return []
    return found if all(found) else []


def _is_arn(text: Text) -> bool:
    return (text.literal or "").startswith("arn:")


def _spelt(resource: Resource, parts: Parts) -> Parts:
    """*parts* with each hole as it is spelled everywhere."""
    found: list[Piece | Hole] = []
    for one in parts:
        found += resource.respelt(one) if isinstance(one, Hole) else (one,)
    return tuple(found)


def _is_alike(parts: Parts, own: Parts) -> bool:
    """Whether *parts* are a whole ARN of the service of *own*, as it is written: no other rule speaks of it."""
    fields, wanted = split(parts), split(own)
    if len(fields) != FIELDS or len(wanted) != FIELDS:
        return False
    text = written(parts)
    is_whole = text.count("arn:") == 1 and all(
        "${" not in part.text for part in parts if isinstance(part, Piece)
    )
    service = written(fields[SERVICE])
    return is_whole and service == written(wanted[SERVICE])


def _spelled_others(resource: Resource, own: list[Parts]) -> Iterator[str]:
    """How the ARNs of other resources of the same service are spelled."""
    service = split(own[0])[SERVICE]
    for other in resource.setup.resources:
        arn = other.arn
        if arn is None or other is resource:
            continue
        spelt = _spelt(other, arn)
        fields = split(spelt)
        if len(fields) != FIELDS or written(fields[SERVICE]) != written(service):
            continue
        spelled = _spelled(spelt)
        if spelled is not None and all(same(spelt, one) != YES for one in own):
            yield spelled


def _spelled(parts: Parts) -> str | None:
    """*parts* as one text, in which holes are equal only if they are spelled alike."""
    found = spelling_of(parts)
    return "".join(found) if found is not None else None


def _is_stray(text: Text, own: list[Parts], others: list[str]) -> bool:
    """Whether *text* is certainly none of *own*, nor in one of them."""
    if all(_never_meets(text.parts, one) for one in own):
        return True
    spelled = _spelled(text.parts)
    if spelled is None:
        return False
    return any(spelled == one or spelled.startswith(one + "/") for one in others)


def _never_meets(pattern: Parts, arn: Parts) -> bool:
    """Whether *pattern* matches neither *arn* nor, of a bucket, an object in it."""
    forms = [arn]
    fields = split(arn)
    if len(fields) == FIELDS and written(fields[SERVICE]) == _OBJECTS:
        forms.append((*arn, *literal("/"), *UNKNOWN))
    return all(
        match(tokens(items, wild=True), value, frozenset()) == NO
        for items in alternatives(pattern)
        for one in forms
        for value in alternatives(one)
    )
