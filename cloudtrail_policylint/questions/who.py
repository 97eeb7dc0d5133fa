"""The principals that a text names: an ARN, ``role/NAME``, the owner as findings name it, a service."""

from __future__ import annotations

from ..base.errors import InputError, UsageError
from ..base.lazy_regex import regex
from ..base.record import record
from ..decisions.principals import ROLE as A_ROLE
from ..decisions.principals import USER as A_USER
from ..decisions.principals import Principal, principal_of
from ..decisions.values import form, known, literal, match, runs, tokens
from ..iam.arns import FIELDS
from ..iam.patterns import MAYBE, YES
from .view import GROUP, PERMISSION_SET, ROLE, USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..decisions.values import Parts
    from .view import Identity, View

_OF_SSO = regex(r"AWSReservedSSO_(.+)_[0-9a-f]{16}")
"""The name of the role that a permission set makes (IAM Identity Center User Guide,
"Referencing permission sets in resource policies")."""
_KINDS = (ROLE, USER, GROUP, PERMISSION_SET)
USUAL_PARTITION = "aws"
_ACCOUNT = regex(r"\d{12}")
MAX_CANDIDATES = 5
_SERVICE = regex(r"(?:[a-z0-9-]+\.)+amazonaws\.com(?:\.cn)?")
_LONG_NAME = 6
"""Letters of a service's name from which on a name that differs in one is a misspelling."""
_PROVIDERS = ("accounts.google.com", "graph.facebook.com", "www.amazon.com")
"""The web identity providers that policies name by a host (IAM User Guide, "AWS JSON policy elements: Principal")."""


@record
class Who:
    """A principal, and the identity in view that it is; ``label`` is how it is shown.

    ``certain`` is False where the files only say that it may be that identity.
    """

    label: str
    principal: Principal
    identity: Identity | None
    certain: bool = True
    is_group: bool = False


def label_of(identity: Identity) -> str:
    """*identity* as it is shown: ``role/NAME``, or its owner where the name is not known."""
    name = known(identity.name) if identity.name is not None else None
    if name and identity.kind:
        return f"{identity.kind}/{name}"
    return identity.owner.name or name or "a policy without an owner"


def whole(identity: Identity, account: str | None = None, partition: str = USUAL_PARTITION) -> Who:
    """*identity* as the principal of a request; *account* is its account where the files do not say it."""
    account = identity.account or account
    of = account or "{account}"
    owner = form(of)
    kind = A_USER if identity.kind in (USER, GROUP) else A_ROLE
    name = identity.name or form("{name}")
    if identity.kind == PERMISSION_SET:
        name = (*literal("AWSReservedSSO_"), *name, *form("_{name}"))
    arn = _settled(identity.arn, account, partition)
    if arn is None or identity.kind in (GROUP, PERMISSION_SET, ""):
        path = "/{any}" if identity.kind in (PERMISSION_SET, "") else "/"
        arn = (*form(f"arn:{partition}:iam::{of}:{kind}{path}"), *name)
    session = (*form(f"arn:{partition}:sts::{of}:assumed-role/"), *name, *form("/{name}"))
    principal = Principal(kind, owner, arn, session if kind == A_ROLE else None)
    return Who(label_of(identity), principal, identity, is_group=identity.kind == GROUP)


def _settled(arn: Parts | None, account: str | None, partition: str) -> Parts | None:
    """*arn* with its account and partition where they are known."""
    if arn is None:
        return None
    from .constants import settled_parts

    return settled_parts(arn, account, partition)


def find(view: View, text: str) -> list[Who]:
    """The principals that *text* names: one, or several for a pattern; raises ``UsageError``.

    A principal that is not in view has no identity.
    """
    if text in ("*", "anonymous"):
        return [Who(text, principal_of(None), None)]
    owned = [one for one in view.identities if text in (one.owner.name, one.address)]
    if owned:
        return [whole(one) for one in owned]
    kind, slash, name = text.partition("/")
    if slash and kind in _KINDS:
        return _named(view, kind, name, text)
    if text.startswith("arn:"):
        return _of_arn(view, text)
    if _ACCOUNT.fullmatch(text) or _is_outside(view, text):
        return [Who(text, principal_of(text), None)]
    named = [one for one in view.identities if is_named(one, text) == YES]
    if named:
        return [whole(one) for one in named]
    raise UsageError(f"{text}: no such principal in these files{candidates(view, text)}")


def _is_outside(view: View, text: str) -> bool:
    """Whether *text* is a service or a web identity provider; raises ``UsageError`` for a misspelt service."""
    if "." not in text or ":" in text or "/" in text:
        return False
    if text in _PROVIDERS or text in view.named_principals():
        return True
    if not _SERVICE.fullmatch(text):
        return False
    from ..base.suggest import is_misspelt
    from ..decisions.call import availability

    name, _, rest = text.partition(".")
    prefixes = availability().catalogue.prefixes()
    meant = [] if name in prefixes or len(name) < _LONG_NAME else prefixes
    near = next((one for one in meant if is_misspelt(name, one, 1)), None)
    if near is not None:
        raise UsageError(f"{text}: no such service; did you mean {near}.{rest}?")
    return True


def _named(view: View, kind: str, name: str, text: str) -> list[Who]:
    of_kind = [one for one in view.identities if one.kind in (kind, "")]
    found = [whole(one) for one in of_kind if is_named(one, name) == YES]
    if found or "*" in name or "?" in name:
        return found
    if not name:
        raise UsageError(f"{text}: no name after {kind}/")
    return [_unseen(view, kind, name, text)]


def _unseen(view: View, kind: str, name: str, text: str) -> Who:
    """A principal that no identity certainly is; it may be one whose name is not known."""
    maybe = [one for one in view.identities if one.kind == kind and is_named(one, name) == MAYBE]
    is_user = kind in (USER, GROUP)
    arn = (
        *form(f"arn:{USUAL_PARTITION}:iam::{{account}}:{USER if is_user else ROLE}/"),
        *literal(name),
    )
    session = form(f"arn:{USUAL_PARTITION}:sts::{{account}}:assumed-role/{name}/{{name}}")
    principal = Principal(
        A_USER if is_user else A_ROLE, form("{account}"), arn, None if is_user else session
    )
    one = maybe[0] if len(maybe) == 1 else None
    return Who(text, principal, one, certain=False)


def _of_arn(view: View, text: str) -> list[Who]:
    """The principal with the ARN *text*, a pattern or not."""
    fields = text.split(":", FIELDS - 1)
    if len(fields) == FIELDS and ("*" in fields[4] or "*" in fields[5]):
        kind, _, name = fields[5].partition("/")
        account = fields[4] if _ACCOUNT.fullmatch(fields[4]) else None
        return [
            whole(one, account, _partition(fields[1]))
            for one in view.identities
            if one.kind == kind and is_named(one, name.rpartition("/")[2]) == YES
        ]
    try:
        principal = principal_of(text)
    except InputError as error:
        raise UsageError(str(error)) from None
    kind, _, name = fields[5].partition("/")
    if fields[2] == "sts" and kind == "assumed-role":
        kind, name = ROLE, name.partition("/")[0]
    sso = _OF_SSO.fullmatch(name.rpartition("/")[2])
    if sso is not None:
        kind, name = PERMISSION_SET, sso.group(1)
    last = name.rpartition("/")[2]
    same = [one for one in view.identities if one.kind in (kind, "")]
    certain = [one for one in same if is_named(one, last) == YES]
    maybe = [one for one in same if is_named(one, last) == MAYBE]
    identity = certain[0] if len(certain) == 1 else None
    if identity is None and not certain and len(maybe) == 1:
        return [Who(text, principal, maybe[0], certain=False)]
    if len(certain) > 1:
        return [Who(f"{text} ({one.owner.name})", principal, one) for one in certain]
    return [Who(text, principal, identity)]


def _partition(text: str) -> str:
    return USUAL_PARTITION if "*" in text else text


def is_named(identity: Identity, name: str) -> int:
    """Whether *identity* has the *name*, which may have wildcards."""
    if identity.name is None:
        return YES if name == "*" else MAYBE
    if name == "*":
        return YES
    wild = "*" in name or "?" in name
    return match(tokens((name,), wild=wild), runs(identity.name), frozenset())


def candidates(view: View, text: str) -> str:
    """The identities with names like *text*, for a message."""
    from ..base.suggest import closest

    owner = (
        closest(text, {one.owner.name: None for one in view.identities}) if "." in text else None
    )
    if owner is not None:
        return f"; did you mean {owner}?"
    labels = list(dict.fromkeys(label_of(one) for one in view.identities))
    best = closest(text.rpartition("/")[2], [one.rpartition("/")[2] for one in labels])
    near = [one for one in labels if best is not None and one.rpartition("/")[2] == best]
    shown: Sequence[str] = near or labels[:MAX_CANDIDATES]
    if not shown:
        return ""
    more = (
        "" if near or len(labels) <= MAX_CANDIDATES else f" and {len(labels) - MAX_CANDIDATES} more"
    )
    return f"; {'did you mean' if near else 'in view are'} {', '.join(shown)}{more}{'?' if near else ''}"
