"""Completion inside policies: actions, condition keys, operators, ARNs and principals."""

from __future__ import annotations

from lsprotocol.types import (
    CompletionItem,
    CompletionItemKind,
    CompletionList,
    InsertTextFormat,
    TextEdit,
)

from ..base.lazy_regex import regex
from ..base.record import record
from ..tree.source import SourceFile, Span
from .context import place_at
from .hover import is_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from .knowledge import Knowledge
    from .positions import Positions

PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_PRINCIPALS = (
    ("cloudtrail.amazonaws.com", "the service principal of CloudTrail"),
    ("arn:${Partition}:iam::${Account}:root", "an account"),
    ("arn:${Partition}:iam::${Account}:role/${RoleName}", "a role"),
    ("arn:${Partition}:iam::${Account}:user/${UserName}", "a user"),
    ("*", "everybody"),
)
_PLACEHOLDER = regex(r"\$\{(\w+)\}")
_OF_KEY = regex(r"(?<=/)(?:\*|\$\{.*\}|<.*>)$")


@record
class _Item:
    """What is offered: ``label`` is inserted, with its placeholders filled in."""

    label: str
    detail: str
    kind: CompletionItemKind
    first: bool = True
    """Whether it comes before those that are not."""


def completions_at(
    source: SourceFile,
    offset: int,
    knowledge: Knowledge,
    positions: Positions,
    *,
    snippets: bool,
) -> CompletionList | None:
    """What can be written at *offset* of *source*; with *snippets* the client has fields to fill in."""
    place = place_at(source.text, offset, yaml=is_yaml(source))
    if place.element not in _ITEMS or "tatement" not in source.text:
        return None
    range_ = positions.range_of(Span(source, place.start, place.end))
    typed = source.text[place.start : offset]
    items = []
    for item in _ITEMS[place.element](knowledge, typed):
        # Some clients leave it to the server what fits, if an item has an edit, and need no filter
        # text to find where it begins; others look for the typed letters in the label, as here.
        label = item.label.replace("${Partition}", "aws")
        if not _in_order(typed.lower(), label.lower()):
            continue
        text, is_snippet = _filled(item.label, snippets=snippets)
        later = not label.lower().startswith(typed.lower()), not item.first
        items.append(
            CompletionItem(
                label=label,
                kind=item.kind,
                detail=item.detail or None,
                sort_text=f"{later[0]:d}{later[1]:d}{label}",
                insert_text_format=InsertTextFormat.Snippet if is_snippet else None,
                text_edit=TextEdit(range_, text),
            )
        )
    # A prefix is completed first, and then what has it.
    return CompletionList(is_incomplete=":" not in typed, items=items)


def _in_order(letters: str, text: str) -> bool:
    """Whether *text* has all *letters* in their order, with others between them or not."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _actions(knowledge: Knowledge, typed: str) -> Iterator[_Item]:
    prefix, colon, _ = typed.partition(":")
    catalogue = knowledge.catalogue
    if not colon:
        for name in catalogue.prefixes():
            yield _Item(f"{name}:", "", CompletionItemKind.Module, name.startswith("cloudtrail"))
        return
    service = catalogue.service(prefix)
    for action in service.actions.values() if service is not None else ():
        assert service is not None, "it has actions"
        level = service.level_of(action.name)
        yield _Item(action.full_name, level, CompletionItemKind.Function)


def _keys(knowledge: Knowledge, typed: str) -> Iterator[_Item]:
    prefix, colon, _ = typed.partition(":")
    for name in knowledge.keys(prefix if colon else "cloudtrail"):
        detail = knowledge.catalogue.type_of(name) or ""
        yield _Item(_OF_KEY.sub("", name), detail, CompletionItemKind.Property)
    if not colon:
        for name in knowledge.catalogue.prefixes():
            yield _Item(f"{name}:", "", CompletionItemKind.Module, first=False)


def _operators(knowledge: Knowledge, _typed: str) -> Iterator[_Item]:
    for name in knowledge.operators:
        simple = ":" not in name and not name.endswith("IfExists")
        yield _Item(name, "", CompletionItemKind.Operator, simple)


def _resources(knowledge: Knowledge, _typed: str) -> Iterator[_Item]:
    for name, form in knowledge.arn_formats():
        yield _Item(form, name, CompletionItemKind.Value)
    yield _Item("*", "all resources", CompletionItemKind.Value, first=False)


def _principals(_knowledge: Knowledge, _typed: str) -> Iterator[_Item]:
    for name, detail in _PRINCIPALS:
        yield _Item(name, detail, CompletionItemKind.Value, name != "*")


def _principal_types(_knowledge: Knowledge, _typed: str) -> Iterator[_Item]:
    for name in PRINCIPAL_TYPES:
        yield _Item(name, "", CompletionItemKind.Property)


_ITEMS: dict[str, Callable[[Knowledge, str], Iterator[_Item]]] = {
    "action": _actions,
    "key": _keys,
    "operator": _operators,
    "resource": _resources,
    "principal": _principals,
    "principal type": _principal_types,
}
"""What is offered for each element."""


def _filled(label: str, *, snippets: bool) -> tuple[str, bool]:
    """The text to insert for *label*, and whether it is a snippet with fields to fill in."""
    if not _PLACEHOLDER.search(label):
        return label, False
    known = {"Partition": "aws"}
    if not snippets:
        return _PLACEHOLDER.sub(lambda found: known.get(found[1], found[1].upper()), label), False
    fields: list[str] = []

    def field(found: re.Match[str]) -> str:
        name = found[1]
        fields.append(name)
        return f"${{{len(fields)}:{known.get(name, name)}}}"

    return _PLACEHOLDER.sub(field, label), True
