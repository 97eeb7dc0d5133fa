"""Gates: what shows without looking closely that a statement cannot satisfy a match.

They are made when rules are compiled. A run finds the rules that may have something to
say about a statement by their gates, and reads the matches of those only.
"""

from __future__ import annotations

from ..base.record import record
from ..iam.arns import action_head, operand_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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

_COMPARED = ("is", "overlaps", "within", "covers", "effective")
"""The words that compare an element with their operands: both have the same head."""


@record
class Gate:
    """What a statement must have to satisfy a match.

    ``kinds`` and ``effects`` are the only ones that do, None for any. The lists ``wanted`` are
    not empty, those ``lacking`` are. For each of ``names``, a list, one of the elements has one of the
    names: those of services, prefixes of actions or of condition keys. It is None for any.
    """

    kinds: tuple[str, ...] | None
    effects: tuple[str, ...] | None
    wanted: tuple[str, ...]
    lacking: tuple[str, ...]
    names: tuple[tuple[str, tuple[str, ...] | None], ...]


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
        tuple([(field, _names(field, words)) for field, words in given if words is not None]),
    )


def stored_gate(gate: Gate | None) -> Any:
    """*gate* as JSON."""
    return (
        None
        if gate is None
        else [
            gate.kinds,
            gate.effects,
            gate.wanted,
            gate.lacking,
            gate.names,
        ]
    )


def gate_from(raw: Any) -> Gate | None:
    """The gate that is stored as *raw*."""
    if raw is None:
        return None
    kinds, effects, wanted, lacking, names = raw
    return Gate(
        None if kinds is None else tuple(kinds),
        None if effects is None else tuple(effects),
        tuple(wanted),
        tuple(lacking),
        tuple([(field, None if some is None else tuple(some)) for field, some in names]),
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
    if field == "condition":
        words = words.get("key", {})
    best: tuple[str, ...] | None = None
    for word, operands in words.items():
        found = None
        if word in _COMPARED:
            found = {_name(field, text) for text in operands}
        elif word == "service" and not _has_set(operands):
            found = {text.lower() if field == "action" else text for text in operands}
        if found and None not in found and (best is None or len(found) < len(best)):
            best = tuple(sorted([name for name in found if name is not None]))
    return best


def _name(field: str, text: str) -> str | None:
    """The name that whatever can match *text* has, None where it may be any."""
    head = operand_head(text) if field == "resource" else action_head(text)
    return head[-1] if head is not None else None
