"""Where the resources of Terraform modules are: the region and account of their providers.

A resource uses the provider that it names, else the one of its type without an
alias. A module gets those that its call passes to it, without ``providers`` the
ones without alias (developer.hashicorp.com/terraform/language/modules/develop/providers).
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..extract.terraform.session import TOP
from ..readers.hcl.syntax import Constant, GetAttr, Name, ObjectExpression, TupleExpression
from ..tree.nodes import Text
from .model import NOWHERE, Location
from .values import literal_of, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..extract.terraform.session import Scope, Session
    from ..readers.hcl.file import Block
    from ..readers.hcl.syntax import Expression

MAX_MODULES = 30
"""Levels of modules that a provider is followed through."""
_ROLE = regex(r"arn:[^:]*+:iam::([0-9]{12}):role/.++")


class Providers:
    """The providers of a module tree; the one without alias of the root module is *usual*."""

    def __init__(self, usual: Location) -> None:
        self._usual = usual
        self._known: dict[tuple[int, str], Location] = {}

    def location(self, session: Session, block: Block, scope: Scope) -> Location:
        """Where the resource or data source *block* of *session* is."""
        given = block.attributes.get("provider")
        name = block.labels[0].partition("_")[0]
        if given is not None:
            name = _name(given.expression)
        found = self._of(session, name)
        own = block.attributes.get("region")
        if own is not None:
            found = Location(_literal(session, own.expression, scope), found.account)
        return found

    def _of(self, session: Session, name: str) -> Location:
        key = (id(session), name)
        if key not in self._known:
            self._known[key] = self._find(session, name)
        return self._known[key]

    def _find(self, session: Session, name: str) -> Location:
        for _ in range(MAX_MODULES):
            block = _declared(session, name)
            if block is not None:
                return self._configured(session, block)
            if session.caller is None:
                return self._usual if name and "." not in name else NOWHERE
            passed = session.caller.block.attributes.get("providers")
            if passed is not None:
                name = _passed(passed.expression, name)
            elif "." in name:
                return NOWHERE
            session = session.caller.session
        return NOWHERE

    def _configured(self, session: Session, block: Block) -> Location:
        given = block.attributes.get("region")
        region = _literal(session, given.expression) if given is not None else ""
        account = _account(session, block)
        if "alias" in block.attributes:
            return Location(region, account)
        own = self._usual
        return Location(region if given is not None else own.region, account or own.account)


def _declared(session: Session, name: str) -> Block | None:
    """The ``provider`` block of *name* in the module of *session*."""
    type_, _, alias = name.partition(".")
    found = []
    for block in session.module.providers:
        given = block.attributes.get("alias")
        own = _literal(session, given.expression) if given is not None else ""
        is_open = not block.attributes and not block.blocks and bool(alias or session.caller)
        if block.labels == (type_,) and own == alias and not is_open:
            found.append(block)
    return found[0] if len(found) == 1 else None


def _account(session: Session, block: Block) -> str:
    """The account of a ``provider`` block: that of its role, or the only one that it allows."""
    roles = [one for one in block.blocks if one.type == "assume_role"]
    for one in roles:
        given = one.attributes.get("role_arn")
        found = _ROLE.fullmatch(_literal(session, given.expression)) if given is not None else None
        if found is not None:
            return found.group(1)
    allowed = block.attributes.get("allowed_account_ids")
    expression = allowed.expression if allowed is not None else None
    if isinstance(expression, TupleExpression) and len(expression.items) == 1:
        return _literal(session, expression.items[0])
    return ""


def _passed(expression: Expression, name: str) -> str:
    """The provider of the caller that ``providers`` passes as *name*; empty if it does not say."""
    for key, value in expression.entries if isinstance(expression, ObjectExpression) else ():
        if _name(key) == name:
            return _name(value)
    return ""


def _name(expression: Expression) -> str:
    """``aws`` or ``aws.alias``, as a reference or as a text."""
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, GetAttr) and isinstance(expression.of, Name):
        return f"{expression.of.name}.{expression.name}"
    if isinstance(expression, Constant) and isinstance(expression.node, Text):
        return expression.node.written
    return ""


def _literal(session: Session, expression: Expression, scope: Scope = TOP) -> str:
    """The text that *expression* certainly is; empty if it is not known."""
    return literal_of(parts_of(session.value_of(expression, dict(scope)))) or ""
