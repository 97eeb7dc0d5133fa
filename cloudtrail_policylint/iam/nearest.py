"""The action, or the pattern, that was probably meant by a name that does not exist.

A suggestion never has another verb than the name: somebody who writes
``DeleteTags`` does not mean ``DeleteTrail``, and nobody who reads wants to write.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

LIKE = 0.75
"""The least likeness of two words."""
_NAMES = (
    "accept activate add allow apply associate attach batch cancel check complete configure "
    "copy create deactivate delete deregister describe detach disable disassociate download "
    "enable execute export generate get import invoke list lookup modify notify pause post "
    "publish put query read refresh register reject remove replace request reset restart "
    "restore resume retrieve revoke rotate run search send set start stop submit subscribe "
    "suspend tag terminate test unsubscribe untag update upload validate verify view write "
)
_VERBS = tuple(_NAMES.split())
"""The verbs that names of actions of AWS begin with."""
_WORD = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def nearest_name(name: str, names: Collection[str]) -> str | None:
    """The one of *names* that *name* is a misspelling of."""
    verb = verb_of(name)
    if not verb:
        return closest(name, names, LIKE)  # the verb itself is misspelt
    rest = name[len(verb) :]
    same = {one[len(verb) :]: one for one in names if verb_of(one) == verb}
    found = closest(rest, same, LIKE) if rest else None
    return same[found] if found is not None else None


def nearest_pattern(
    pattern: str, names: Collection[str], expands: Callable[[str], object]
) -> str | None:
    """*pattern*, with wildcards, with one word spelt as *names* spell it, so that it *expands*."""
    words = dict.fromkeys([word for name in names for word in _WORD.findall(name)])
    verb = verb_of(pattern)
    for match in _WORD.finditer(pattern):
        start, end = match.span()
        if start < len(verb):
            continue
        for near in _by_likeness(match.group(), words):
            found = pattern[:start] + near + pattern[end:]
            if expands(found):
                return found
    return None


def verb_of(name: str) -> str:
    """The verb in lower case that *name* begins with; empty if that is none."""
    lower = name.lower()
    return max([verb for verb in _VERBS if lower.startswith(verb)], key=len, default="")


def _by_likeness(word: str, words: Collection[str]) -> list[str]:
    """Those of *words* that are like *word* and not the same, the most like it first."""
    left = [one for one in words if one != word]
    found = []
    while (near := closest(word, left, LIKE)) is not None:
        found.append(near)
        left.remove(near)
    return found
