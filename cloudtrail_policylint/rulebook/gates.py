"""Gates: what shows without looking closely that a statement cannot satisfy a match.

They are made when rules are compiled. A run finds the rules that may have something to
say about a statement by their gates, and reads the matches of those only.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import action_head, operand_head
from ..iam.catalogue import HOME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

LISTS = {
    "action": "actions",
    "resource": "resources",
    "principal": "principals",
    "condition": "conditions",
}
"""The fields of a statement that are lists, and their attributes in the policy model."""

GATED = ("condition", "action", "resource")
"""The lists whose elements gates look at, those with the fewest different elements first."""

_EMPTY_IN = {
    "action": "action",
    "resource": "resource",
    "principal-list": "principal",
    "principal-object": "principal",
}
"""The operands of ``empty`` that ask for an empty list, and the list."""

_OF_LISTS = {"redundant": True}
"""What is found out about a list at once, not about each of its elements."""

_ANY_TEXT = {"overlaps": ["*"]}
"""What each text passes that is known."""

_COMPARED = ("is", "overlaps", "within", "covers", "effective")
"""The words that compare an element with their operands: what passes has the head of one of these.

A text without wildcards that passes is matched by one of the operands.
"""

_EXACT = ("is", "covers")
"""Those of ``_COMPARED`` with which a text without wildcards does not pass by an operand with wildcards."""

_AT_A_GLANCE = {
    "variable": (None, "variable"),
    "broken-variable": (None, "variable"),
    "misfit": (None, "misfit"),
    "fits": ("none", "misfit"),
    "wildcard": (True, "wildcard"),
    "service-wildcard": (True, "wildcard"),
    "nested": (True, "nested"),
    "complement": (True, "complement"),
    "several": (True, "several"),
    "repeated": (True, "repeated"),
    "address": (["private"], "private"),
}
"""Words for which one look at an element shows that it does not pass: with the operand that they need
(None: any), and what it then lacks."""


_ACTION_AT_A_GLANCE = {
    **_AT_A_GLANCE,
    "known": (False, "unknown"),
    "of-service": (False, "no-service"),
    "misspells": (None, "no-service"),
}
"""Like ``_AT_A_GLANCE``, words on an action."""

_KEY_AT_A_GLANCE = {
    "known": (False, "unknown-key"),
    "of-service": (False, "no-service-key"),
    "multivalued": (True, "multivalued-key"),
}
"""Like ``_AT_A_GLANCE``, words on the key of a condition."""


@record
class Need:
    """What an element of the list ``field`` must have to pass the test of a match.

    One of ``names``: those of services, prefixes of actions or of condition keys. The text, if it has no wildcards, is
    matched by one of ``texts``, which are about the key of a condition, and the operator of a condition by
    one of ``operators``; all in lower case, None for any. It has all of ``seen``, which one look shows.
    """

    field: str
    names: tuple[str, ...] | None
    texts: tuple[str, ...] | None
    operators: tuple[str, ...] | None
    seen: tuple[str, ...]


@record
class Gate:
    """What a statement must have to satisfy a match.

    ``kinds`` and ``effects`` are the only ones that do, None for any. The lists ``wanted`` are
    not empty, those ``lacking`` are. For each of ``needs`` one element of its list has what it says.
    """

    kinds: tuple[str, ...] | None
    effects: tuple[str, ...] | None
    wanted: tuple[str, ...]
    lacking: tuple[str, ...]
    needs: tuple[Need, ...]


def gate_of(subject: str, match: Mapping[str, Any]) -> Gate | None:
    """The gate of *match*: of a statement, or of one that a document must have; else None."""
    if subject == "document":
        match = match.get("statement", {}).get("some")
    elif subject != "statement":
        return None
    if match is None:
        return None
    wanted = [name for name in LISTS if _some(match.get(name)) is not None]
    if match.get("applies") == "contradictory" and "condition" not in wanted:
        wanted.append("condition")
    given = [(field, _some(match.get(field))) for field in GATED]
    given = [(field, words) for field, words in given if words != _OF_LISTS]
    return Gate(
        _listed(match.get("kind")),
        _listed(match.get("effect")),
        tuple(wanted),
        _lacking(match.get("empty", ())),
        tuple([_need(field, words) for field, words in given if words is not None]),
    )


def _need(field: str, words: Mapping[str, Any]) -> Need:
    if field != "condition":
        names = _names(field, words)
        is_found = field == "resource" and names is not None  # a service has few rules on resources
        texts = None if is_found else _texts(words)
        seen = _seen(words, _ACTION_AT_A_GLANCE if field == "action" else _AT_A_GLANCE)
        return Need(field, names, texts, None, tuple(sorted(seen)))
    key = words.get("key", {})
    values = words.get("value", {})
    groups = values if isinstance(values, list | tuple) else (values,)
    seen = _seen(words).union(*[_seen(_some(group) or {}) for group in groups])
    seen |= _seen(key, _KEY_AT_A_GLANCE)
    if any(group.get("none") == _ANY_TEXT for group in groups):
        seen.add("no-value")
    return Need(
        field,
        _names(field, key),
        _texts(key),
        _texts(words.get("operator", {})),
        tuple(sorted(seen)),
    )


class Lists:
    """The different lists of texts in gates, which many have in common: gates are stored with their numbers."""

    def __init__(self) -> None:
        self.found: list[tuple[str, ...]] = []
        self._numbers: dict[tuple[str, ...], int] = {}

    def add(self, texts: tuple[str, ...] | None) -> int | None:
        """The number of *texts*."""
        if texts is None:
            return None
        number = self._numbers.get(texts)
        if number is None:
            number = self._numbers[texts] = len(self.found)
            self.found.append(texts)
        return number


def stored_gate(gate: Gate | None, lists: Lists) -> Any:
    """*gate* as JSON, with the numbers of *lists*."""
    if gate is None:
        return None
    add = lists.add
    needs = [
        [one.field, add(one.names), add(one.texts), add(one.operators), add(one.seen)]
        for one in gate.needs
    ]
    return [add(gate.kinds), add(gate.effects), add(gate.wanted), add(gate.lacking), needs]


def gate_from(raw: Any, lists: Sequence[tuple[str, ...]]) -> Gate | None:
    """The gate that is stored as *raw* with the numbers of *lists*."""
    if raw is None:
        return None
    kinds, effects, wanted, lacking, needs = raw
    return Gate(
        None if kinds is None else lists[kinds],
        None if effects is None else lists[effects],
        lists[wanted],
        lists[lacking],
        tuple(
            [
                Need(
                    field,
                    None if names is None else lists[names],
                    None if texts is None else lists[texts],
                    None if operators is None else lists[operators],
                    lists[seen],
                )
                for field, names, texts, operators, seen in needs
            ]
        ),
    )


def _lacking(empty: Iterable[str]) -> tuple[str, ...]:
    """The list that is empty if something is written with nothing in it, one of *empty*."""
    lists = {_EMPTY_IN.get(one) for one in empty}
    return tuple([name for name in lists if name is not None and len(lists) == 1])


def _some(given: Mapping[str, Any] | None) -> Any:
    """The words that at least one element of a list must pass, None if there are none."""
    if given is None:
        return None
    return given["some"] if "some" in given else given.get("every")


def _listed(given: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """The operands of ``is`` if that is all that *given* asks."""
    if given is None or set(given) != {"is"} or _has_set(given["is"]):
        return None
    return tuple(given["is"])


def _has_set(operands: Iterable[str]) -> bool:
    """Whether one of *operands* is a set that settings fill."""
    return any(text.startswith("$") for text in operands)


def _names(field: str, words: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names of which one is that of each element that passes *words* on *field*."""
    best: tuple[str, ...] | None = None
    for word, operands in words.items():
        found = None
        if word in _COMPARED:
            found = {_name(field, text) for text in operands}
        elif word == "service" and not _has_set(operands):
            found = {text.lower() if field == "action" else text for text in operands}
        elif word == "scopes-to" and operands != "none" and not _has_set(operands):
            prefixes = {text.rpartition(":")[0] for text in operands}
            found = {name for one in prefixes for name in ([one] if one else HOME)}
        if found and None not in found and (best is None or len(found) < len(best)):
            best = tuple(sorted([name for name in found if name is not None]))
    return best


def _name(field: str, text: str) -> str | None:
    """The name that whatever can match *text* has, None where it may be any."""
    head = operand_head(text) if field == "resource" else action_head(text)
    return head[-1] if head is not None else None


def _texts(words: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What matches each text without wildcards that passes *words*; None if that is not known.

    Of the words that compare, the one that fewest texts pass says it.
    """
    known = [
        tuple([one.lower() for one in words[word] if word not in _EXACT or not _is_wild(one)])
        for word in _COMPARED
        if word in words and not _has_set(words[word])
    ]
    if not known:
        return None
    return min(known, key=lambda texts: (any(map(_is_wild, texts)), len(texts)))


def _is_wild(text: str) -> bool:
    """Whether *text* has a wildcard."""
    return "*" in text or "?" in text or "#" in text


def _seen(
    words: Mapping[str, Any], table: Mapping[str, tuple[Any, str]] = _AT_A_GLANCE
) -> set[str]:
    """What one look, by *table*, shows of each element that passes *words*."""
    return {
        table[word][1]
        for word, operand in words.items()
        if word in table and (table[word][0] is None or table[word][0] == operand)
    }
