"""The edit of a resource, from a rule's ``edit`` and what the rule found."""

from __future__ import annotations

import re

from ..base.lazy_regex import regex
from ..tree.edit import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..rulebook.model import Remedy
    from ..setups.model import Resource
    from ..tree.source import Span

_REFERENCE = regex(
    r"(?:data\.|module\.|local\.)?[A-Za-z_][\w-]*+(?:\[[^\[\]{}]*\])?(?:\.[A-Za-z_][\w-]*+(?:\[[^\[\]{}]*\])?)+"
)
"""A reference of Terraform, not to a variable."""
_NOT_ITS_OWN = ("var.", "each.", "count.", "self.")
_GET_ATT = regex(r"!GetAtt\s+([\w.]++)")
_QUOTED = regex(r'(?:!Sub\s+)?("|\').*\1', re.DOTALL)
_PLAIN = regex(
    r"(?:!Sub\s+)?[^\s\"'{}\[\],#&*!|>%@`][^\s{}\[\],#]*(?:\$\{[^{}]*\}[^\s{}\[\],#]*)*+"
)


def edit_of(
    remedy: Remedy, place: Span, resource: Resource, late: tuple[Resource, ...]
) -> Edit | None:
    """The edit of *remedy* for a finding at *place* in *resource*; None if it does not apply.

    *late* are the partners that it does not wait for.
    """
    if remedy.wait:
        found = resource.waiting_for(late[-1]) if late else None
    elif resource.owner.span.contains(place):
        new = _new(remedy, place.text)
        found = (place, new) if new is not None else None
    else:
        found = None
    if found is None:
        return None
    return Edit(*found, safe=remedy.safe, says=remedy.says, code=True)


def _new(remedy: Remedy, text: str) -> str | None:
    """What the value *text* becomes."""
    is_reference = bool(_REFERENCE.fullmatch(text)) and not text.startswith(_NOT_ITS_OWN)
    if remedy.attribute:
        return f"{text.rpartition('.')[0]}.{remedy.attribute}" if is_reference else None
    if not remedy.append:
        return None
    if is_reference:
        return f'"${{{text}}}{remedy.append}"'
    attribute = _GET_ATT.fullmatch(text)
    if attribute is not None:
        return f'!Sub "${{{attribute.group(1)}}}{remedy.append}"'
    if _QUOTED.fullmatch(text):
        return text[:-1] + remedy.append + text[-1]
    return text + remedy.append if _PLAIN.fullmatch(text) else None
