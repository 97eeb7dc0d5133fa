"""Recognise policies by their content, and read them from strings.

Many files that have a "Statement" or lists of actions are not policies: rule
collections, permission maps, event patterns. Source for the elements of a
policy: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..iam.written import Problem, is_like_statement, unreadable
from ..tree.nodes import Encoded, Hole, Map, Node, Piece, Seq, Text, as_text, branches, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS = ("2012-10-17", "2008-10-17")
OTHER_VERSIONS = ("1", "2.0")
"""Versions of the policies of other clouds, which otherwise look the same."""

_ELEMENTS = ("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal")
_ACTION = regex(r"(?:\*|[a-z0-9-]+:[A-Za-z*?]+)\Z")
_URL_ESCAPES = regex(r"(?:%[0-9A-Fa-f]{2})+")


def is_policy(node: Node) -> bool:
    """Whether *node* has statements, or the Version of a policy and a key like Statement."""
    if not isinstance(node, Map):
        return False
    version = node.get("Version")
    literal = version.literal if isinstance(version, Text) else None
    if literal in OTHER_VERSIONS:
        return False
    keys = [entry.key.literal or "" for entry in node.entries]
    if literal in VERSIONS and any(map(is_like_statement, keys)):
        return True
    return any(
        _is_any_statement(item)
        for key, entry in zip(keys, node.entries, strict=True)
        if key == "Statement" or _is_misspelt_statement(key)
        for item in _items(entry.value)
    )


def _is_misspelt_statement(key: str) -> bool:
    """Whether *key* can only be ``Statement``: other files have lists ``statements``."""
    return key[:1] == "S" and not key.endswith("s") and is_like_statement(key)


def is_statement(node: Node) -> bool:
    """Whether *node* is an object with an Effect and another element of a statement."""
    if not isinstance(node, Map):
        return False
    effects = list(branches(node.get("Effect")))
    return (
        bool(effects)
        and all(_is_effect(effect) for effect in effects)
        and any(node.entry(name) is not None for name in _ELEMENTS)
        and not _is_of_stack_policy(node)
    )


def _is_of_stack_policy(node: Map) -> bool:
    """Whether *node* is a statement of a CloudFormation stack policy (``Update:*``).

    CloudFormation User Guide, "Prevent updates to stack resources".
    """
    actions = _items(node.get("Action") or node.get("NotAction"))
    return bool(actions) and all(
        isinstance(action, Text) and (action.literal or "").lower().startswith("update:")
        for action in actions
    )


def is_statements(node: Node) -> bool:
    """Whether *node* is a list of statements only."""
    return isinstance(node, Seq) and bool(node.items) and all(map(is_statement, node.items))


def _is_effect(node: Node) -> bool:
    if isinstance(node, Text):
        literal = node.literal
        return literal is None or literal.lower() in ("allow", "deny")
    return isinstance(node, Hole) or (isinstance(node, Map) and len(node.entries) == 1)


def _is_any_statement(node: Node) -> bool:
    """Whether *node*, under the key Statement, is a statement.

    Its Effect may be missing, or its Action misspelt, where the actions look like those of IAM.
    """
    if is_statement(node):
        return True
    if not isinstance(node, Map):
        return False
    misspelt = node.entry("Effect") is not None
    return any(
        isinstance(item, Text) and _ACTION.match(item.literal or "") is not None
        for entry in node.entries
        if _names_actions(entry.key.literal or "", misspelt=misspelt)
        for item in _items(entry.value)
    )


def _names_actions(key: str, *, misspelt: bool) -> bool:
    """Whether *key* is Action or NotAction, *misspelt* or not."""
    names = ("Action", "NotAction")
    if not misspelt:
        return key in names
    from ..base.suggest import is_misspelt

    return any(is_misspelt(key, name) for name in names)


def _items(node: Node | None) -> list[Node]:
    """The items of *node* in all its alternatives; an alternative that is no list is one item."""
    found: list[Node] = []
    for branch in branches(node):
        found.extend(branch.items if isinstance(branch, Seq) else (branch,))
    return found


# -- policies in strings


def may_hold_policy(text: Text) -> bool:
    """Whether *text* may be a policy as JSON: a quick check that does not parse it."""
    first = text.parts[0] if text.parts else None
    if not isinstance(first, Piece):
        return False
    start = first.text[:200].lstrip()[:3]
    if start.startswith("{") or (first.text.isspace() and len(text.parts) > 1):
        return any(isinstance(part, Piece) and "tatement" in part.text for part in text.parts)
    return start.upper() == "%7B" and "tatement" in first.text


def read_policy(value: Node | None) -> list[tuple[Node, tuple[Problem, ...]]]:
    """The policies in *value*, where only a policy can be, each with the problems of its JSON.

    Every alternative of *value* is one; an unknown value is none.
    """
    found: list[tuple[Node, tuple[Problem, ...]]] = []
    for branch in branches(value):
        if isinstance(branch, Text):
            root, problems = read_text(branch)
            if root is not None and not isinstance(root, Hole):
                found.append((root, problems))
        elif isinstance(branch, Encoded):
            found.append((branch.content, ()))
        elif isinstance(branch, Map | Seq):
            found.append((branch, ()))
    return found


def unknown_in(value: Node | None) -> Iterator[Hole]:
    """The unknown parts because of which *value*, which must be a policy, could not be read."""
    for branch in branches(value):
        text = as_text(branch)
        hole = next((p for p in text.parts if isinstance(p, Hole)), None) if text else None
        if hole is not None:
            yield hole


def read_text(text: Text) -> tuple[Node | None, tuple[Problem, ...]]:
    """The value of *text* as JSON, plain or URL-encoded (as in the IAM API), and its problems."""
    from ..readers.json.reader import read_embedded

    first = text.parts[0] if text.parts else None
    if isinstance(first, Piece) and first.text[:3].upper() == "%7B":
        text = _url_decoded(text)
    reading = read_embedded(text)
    mistake = reading.mistake
    if mistake is None:
        return reading.root, ()
    message = f"not JSON: {mistake.message}"
    return reading.root, (unreadable("embedded-policy-not-json", message, mistake, text.span),)


def _url_decoded(text: Text) -> Text:
    from urllib.parse import unquote

    parts: list[Piece | Hole] = []
    for part in text.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        at = 0
        for match in _URL_ESCAPES.finditer(part.text):
            if at < match.start():
                parts.append(cut(part, at, match.start()))
            place = cut(part, match.start(), match.end()).span
            parts.append(Piece(unquote(match.group(), errors="replace"), place))
            at = match.end()
        if at < len(part.text):
            parts.append(cut(part, at, len(part.text)))
    return Text(tuple(parts), text.span)
