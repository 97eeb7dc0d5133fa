"""The names that a value refers to, without evaluating it."""

from __future__ import annotations

from ...base.lazy_regex import regex
from ...tree.nodes import Map, Node, Piece, Seq, Text, walk

_REFERENCE = regex(r"\$\{([^{}!][^{}]*+)\}")


def references(node: Node | None) -> list[str]:
    """The names in all ``Ref``, ``Fn::GetAtt`` and ``Fn::Sub`` of *node*, in file order."""
    return list(dict.fromkeys([one.partition(".")[0].strip() for one in mentions(node)]))


def mentions(node: Node | None) -> list[str]:
    """What *node* refers to, in file order: ``NAME``, and ``NAME.ATTRIBUTE`` for an attribute."""
    found: dict[str, None] = {}
    for inner in walk(node) if node is not None else ():
        for entry in inner.entries if isinstance(inner, Map) else ():
            found.update(dict.fromkeys(_named(entry.key.literal, entry.value)))
    return list(found)


def _named(function: str | None, argument: Node) -> list[str]:
    if function == "Fn::GetAtt" and isinstance(argument, Seq):
        return [".".join([one.written for one in argument.items[:2] if isinstance(one, Text)])]
    if function == "Fn::Sub" and isinstance(argument, Seq) and argument.items:
        argument = argument.items[0]
    if not isinstance(argument, Text):
        return []
    if function in ("Ref", "Fn::GetAtt"):
        return [argument.written]
    if function == "Fn::Sub":
        pieces = [part.text for part in argument.parts if isinstance(part, Piece)]
        return [name.strip() for text in pieces for name in _REFERENCE.findall(text)]
    return []
