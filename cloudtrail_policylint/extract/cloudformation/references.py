"""The names that a value refers to, without evaluating it."""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...tree.nodes import Map, Node, Piece, Seq, Text, walk

_REFERENCE = regex(r"\$\{([^{}!.]++)[^{}]*+\}")


def references(node: Node | None) -> list[str]:
    """The names in all ``Ref``, ``Fn::GetAtt`` and ``Fn::Sub`` of *node*, in file order."""
    found: dict[str, None] = {}
    for inner in walk(node) if node is not None else ():
        for entry in inner.entries if isinstance(inner, Map) else ():
            found.update(dict.fromkeys(_named(entry.key.literal, entry.value)))
    return list(found)


def _named(function: str | None, argument: Node) -> list[str]:
    if isinstance(argument, Seq) and function in ("Fn::GetAtt", "Fn::Sub") and argument.items:
        argument = argument.items[0]
    if not isinstance(argument, Text):
        return []
    if function == "Ref":
        return [argument.written]
    if function == "Fn::GetAtt":
        return [argument.written.partition(".")[0]]
    if function == "Fn::Sub":
        pieces = [part.text for part in argument.parts if isinstance(part, Piece)]
        return [name.strip() for text in pieces for name in _REFERENCE.findall(text)]
    return []
