"""ARNs as patterns: the relations of ``patterns`` field by field, and what is wrong with an ARN.

``arn:partition:service:region:account:resource``. A wildcard between two
colons stays between them, and the resource, the last field, may hold colons of
its own (IAM User Guide, "IAM JSON policy elements: Resource"; AWS General
Reference, "Amazon Resource Names"). Fields that a pattern leaves out after a
``*`` are taken as ``*``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile

from ..base.lazy_regex import regex
from ..base.record import record
from ..tree.nodes import Hole, Piece
from .patterns import (
    MAYBE,
    NO,
    YES,
    Glob,
    Pattern,
    covers_verdict,
    equal_verdict,
    matches_literal,
    may_hold_colon,
    overlaps_verdict,
    parse,
    parse_operand,
    pattern,
    within_verdict,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIELDS = 6
PARTITION, SERVICE, REGION, ACCOUNT_ID, RESOURCE = 1, 2, 3, 4, 5
_LOCATION = (PARTITION, REGION, ACCOUNT_ID)
ACCOUNT_DIGITS = 12
PARTITIONS = frozenset(
    ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")
)
"""All partitions (``partitions.json`` of botocore, which has the regions of each as well)."""
_REGIONS_OF: dict[str, str | tuple[str, ...]] = {
    "aws-cn": "cn-",
    "aws-us-gov": "us-gov-",
    "aws-eusc": "eusc-",
    "aws-iso": "us-iso-",
    "aws-iso-b": "us-isob-",
    "aws-iso-e": "eu-isoe-",
    "aws-iso-f": ("us-isof-", "eu-isof-"),
}
_REGIONS_OF_CUSTOMERS = ("aws", "aws-cn", "aws-us-gov")
_REGION = regex(r"[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]{1,2}\Z")
_LIKE_REGION = regex(
    r"(?i:[a-z]{2}[-_]?(?:gov|iso[a-z]?)?[-_]?(?:north|south|east|west|central)+"
    r"[-_]?[0-9]{1,2}[-_]?[a-z]?\Z)"
)
"""A region, misspelt: hyphens missing, in upper case, or with the letter of a zone."""
_LIKE_ACCOUNT = regex(r"[0-9]+(?:[- ][0-9]+)*\Z")
_NOTHING = ("undefined", "None", "null", "nil", "NaN", "false", "true", "<nil>")
"""What programs write for a value that is missing."""
_TRAIL = "trail/"
_NO_TRAIL_NAME = regex(
    r"[._-]|.*(?:[._-]\Z|[._-]{2}|[^A-Za-z0-9._*?<>{}\[\]%$@-])|[^*]{,2}\Z|[0-9]+(?:\.[0-9]+){3}\Z"
    r"|(?:\**[^*]){129}"
)
"""The start of a name, maybe with wildcards, that no trail can have (API reference, CreateTrail).

Characters that templates use for placeholders are left out: a name with them is not complete.
"""
_VARIABLE = regex(r"\$\{[^}]*\}")
_MOST_TELLING = (SERVICE, RESOURCE, REGION, ACCOUNT_ID, PARTITION)
"""All fields but the first, which is always ``arn``; those in which ARNs differ most come first."""

STAR = "*"
_STAR = parse(STAR)
_NONE = parse("")

Parts = tuple[Piece | Hole, ...]


class Arn:
    """A text that can be split into the six fields of an ARN.

    ``parts`` are the fields as written, ``empty`` says which of region and
    account id are empty, and ``service`` is the third field if it is a name
    without wildcards. ``start`` is the start of the resource that is written out.
    """

    __slots__ = ("_patterns", "_variables", "empty", "parts", "service", "start")

    def __init__(self, parts: tuple[Parts, ...], *, variables: bool) -> None:
        self.parts = parts
        self.empty = tuple([field for field in (REGION, ACCOUNT_ID) if _plain(parts[field]) == ""])
        self.service = _name(_plain(parts[SERVICE]))
        first = parts[RESOURCE][0]
        self.start = _start(first.text) if isinstance(first, Piece) else ""
        self._variables = variables
        self._patterns: dict[int, Pattern] = {}

    def literal(self, number: int) -> str | None:
        """The field *number* if it is text that stands for itself."""
        parts = self.parts[number]
        if len(parts) > 1 or not isinstance(parts[0], Piece):
            return None
        text = parts[0].text
        special = "*" in text or "?" in text or "$" in text or not text.isascii()
        return None if special else text

    def field(self, number: int) -> Pattern:
        """The field *number* as a pattern, made on first use: few are used."""
        found = self._patterns.get(number)
        if found is None:
            found = pattern(self.parts[number], fold=False, variables=self._variables)
            self._patterns[number] = found
        return found


class Shape:
    """A text as a pattern, and as an ARN if it is one; *variables* as in ``patterns.pattern``."""

    __slots__ = ("_parts", "_variables", "_whole", "arn", "fitting")

    def __init__(self, parts: Parts, *, variables: bool) -> None:
        self.arn = _arn(parts, variables=variables)
        self._parts = parts
        self._variables = variables
        self._whole: Pattern | None = None
        self.fitting: dict[str, int] = {}
        """The verdicts of ``fits``, by the ARN format of the type: many rules ask for them."""

    @property
    def whole(self) -> Pattern:
        """The whole text as one pattern, made on first use: for an ARN it is seldom needed."""
        if self._whole is None:
            self._whole = pattern(self._parts, fold=False, variables=self._variables)
        return self._whole


@record
class Operand:
    """What a rule compares with: a glob (``#`` is any digit), and its fields if it is an ARN.

    ``service`` is the third field if it is a name; ``limits`` are the fields
    that are not just ``*``.
    """

    text: str
    whole: Glob
    fields: tuple[Glob, ...] | None
    service: str | None = None
    limits: tuple[int, ...] = ()


def _start(text: str) -> str:
    """The start of *text* before anything that stands for other texts."""
    for sign in "*?$":
        if sign in text:
            text = text[: text.index(sign)]
    return text


def _name(text: str | None) -> str | None:
    """*text* if it is a name, without wildcards or other special characters."""
    return text if text is not None and text.replace("-", "").isalnum() else None


def arn_head(text: object) -> tuple[str, ...] | None:
    """Partition and service of *text* if it is an ARN that names both: it matches no others."""
    if not isinstance(text, str) or not text.startswith("arn:") or "${" in text:
        return None
    fields = text.split(":", FIELDS - 1)
    if len(fields) < FIELDS:
        return None
    partition, service = _name(fields[PARTITION]), _name(fields[SERVICE])
    return (partition, service) if partition is not None and service is not None else None


def action_head(text: object) -> tuple[str, ...] | None:
    """The service prefix of *text* in lower case if it is an action that names one."""
    if not isinstance(text, str):
        return None
    prefix, colon, _ = text.partition(":")
    name = _name(prefix) if colon else None
    return (name.lower(),) if name is not None else None


def operand_head(text: str) -> tuple[str | None, ...]:
    """The partition and service that an ARN must have to match the operand *text*; None for any."""
    fields = _operand_fields(text)
    return (_name(fields[PARTITION]), _name(fields[SERVICE])) if fields else (None, None)


def _operand_fields(text: str) -> list[str]:
    """The six fields of the operand *text*; empty if it is not written as an ARN."""
    fields = text.split(":", FIELDS - 1)
    if fields[0] != "arn" or not (len(fields) == FIELDS or fields[-1].endswith(STAR)):
        return []
    return fields + [STAR] * (FIELDS - len(fields))


def operand(text: str) -> Operand:
    """The operand that a rule spells as *text*."""
    fields = _operand_fields(text)
    if not fields:
        return Operand(text, parse_operand(text), None)
    globs = tuple(parse_operand(field) for field in fields)
    limits = tuple(field for field in _MOST_TELLING if globs[field] != _STAR)
    return Operand(text, parse_operand(text), globs, _name(fields[SERVICE]), limits)


def split(parts: Parts) -> list[Parts]:
    """*parts* split at the first five colons outside ``${...}``."""
    if len(parts) == 1:
        only = parts[0]
        if isinstance(only, Piece) and "${" not in only.text:
            return [(Piece(text, only.span),) for text in only.text.split(":", FIELDS - 1)]
    fields: list[list[Piece | Hole]] = [[]]
    for part in parts:
        if isinstance(part, Hole):
            fields[-1].append(part)
            continue
        text, depth, start = part.text, 0, 0
        if "${" not in text:
            first, *others = text.split(":", FIELDS - len(fields))
            fields[-1].append(Piece(first, part.span))
            fields += [[Piece(other, part.span)] for other in others]
            continue
        for at, char in enumerate(text):
            if char == "{" and text[at - 1 : at] == "$":
                depth += 1
            elif char == "}" and depth:
                depth -= 1
            elif char == ":" and not depth and len(fields) < FIELDS:
                fields[-1].append(Piece(text[start:at], part.span))
                fields.append([])
                start = at + 1
        fields[-1].append(Piece(text[start:], part.span))
    return [tuple(field) for field in fields]


def _arn(parts: Parts, *, variables: bool) -> Arn | None:
    first = parts[0]
    if not isinstance(first, Piece) or not first.text.startswith("arn"):
        return None
    fields = split(parts)
    if _plain(fields[0]) != "arn":
        return None
    if len(parts) > 1 and any(_brings_colon(part) for field in fields[:RESOURCE] for part in field):
        return None
    if len(fields) < FIELDS:
        last = fields[-1][-1]
        if may_hold_colon(last):
            fields += [(last,)] * (FIELDS - len(fields))
        elif isinstance(last, Piece) and last.text.endswith(STAR):
            fields += [(Piece(STAR, last.span),)] * (FIELDS - len(fields))
        else:
            return None
    return Arn(tuple(fields), variables=variables)


def _brings_colon(part: Piece | Hole) -> bool:
    """Whether *part* is a hole with a known value of more than one field."""
    return isinstance(part, Hole) and any(":" in value for value in part.values or ())


def _plain(parts: Sequence[Piece | Hole]) -> str | None:
    """The literal text of *parts*; None if there is a hole among them."""
    if len(parts) == 1:
        only = parts[0]
        return only.text if isinstance(only, Piece) else None
    texts = [part.text for part in parts if isinstance(part, Piece)]
    return "".join(texts) if len(texts) == len(parts) else None


def overlap(a: Shape, b: Operand) -> int:
    """Whether some ARN (or other text) is matched by both."""
    return _by_field(a, b, overlaps_verdict, b.limits, matches_literal)


def is_within(a: Shape, b: Operand) -> int:
    """Whether *b* matches all that *a* matches."""
    return _by_field(a, b, within_verdict, b.limits, matches_literal)


def cover(a: Shape, b: Operand) -> int:
    """Whether *a* matches all that *b* matches."""
    return _by_field(a, b, covers_verdict, _MOST_TELLING)


class Operands:
    """Several operands, to be compared only with shapes of their services.

    Two ARNs of different services have no text in common.
    """

    def __init__(self, operands: Sequence[Operand]) -> None:
        self._all = operands
        self._by_service: dict[str, list[Operand]] = {}

    def near(self, a: Shape) -> Sequence[Operand]:
        """The operands that may have some relation to *a*."""
        service = a.arn.service if a.arn is not None else None
        if service is None:
            return self._all
        found = self._by_service.get(service)
        if found is None:
            found = [one for one in self._all if one.service in (None, service)]
            self._by_service[service] = found
        return found


def equal(a: Shape, b: Operand) -> int:
    """Whether *a* and *b* are the same, including wildcards."""
    return equal_verdict(a.whole, b.whole)


def _by_field(
    a: Shape,
    b: Operand,
    relation: Callable[[Pattern, Glob], int],
    fields: Sequence[int],
    of_literal: Callable[[str, Glob], bool | None] | None = None,
) -> int:
    """The verdict of *relation* on *a* and *b*; *of_literal* decides it for most fields without wildcards."""
    if a.arn is None or b.fields is None:
        return relation(a.whole, b.whole)
    known = a.arn.service is not None and b.service is not None
    if known and a.arn.service != b.service:
        return NO
    verdict = YES
    for field in fields:
        if known and field == SERVICE:
            continue
        literal = a.arn.literal(field) if of_literal is not None else None
        is_so = of_literal(literal, b.fields[field]) if of_literal and literal is not None else None
        if is_so:
            continue
        found = relation(a.arn.field(field), b.fields[field]) if is_so is None else NO
        if found == NO:
            return NO
        if found < verdict:
            verdict = found
    return verdict


def service_of(parts: Parts) -> str | None:
    """The third colon-separated field as written; None if it is not literal.

    Wildcards count as literal here: ``arn:aws:*:...`` has the service ``*``.
    A hole at the start may contain several fields.
    """
    fields = split(parts)
    if len(fields) <= SERVICE or any(may_hold_colon(part) for part in fields[0]):
        return None
    return _plain(fields[SERVICE])


# -- the types that an ARN can be of, and what is wrong with it otherwise

MISFITS = {
    "prefix": "an ARN starts with arn:",
    "fields": "an ARN has six fields separated by colons",
    "region": "the region is missing",
    "account": "the account id is missing",
    "region-given": "its ARNs have no region",
    "account-given": "its ARNs have no account id",
    "partition": "there is no such partition",
    "region-name": "there is no such region",
    "region-partition": "the region is in another partition",
    "account-digits": "an account id has 12 digits",
    "service": "there is no such service",
    "service-case": "the service is in lower case",
    "separator": "a slash separates the type and the name",
    "case": "the resource type is case-sensitive",
    "type": "the service has no such resource type",
    "empty": "nothing follows the resource type",
    "name": "no resource of this type can have the name",
    "bare": "it is not an ARN",
}
"""Why a text is not an ARN of its service, in words for a message, by the word that rules use."""
PLACED = frozenset(
    (
        "partition",
        "region-name",
        "region-partition",
        "account-digits",
        "service-case",
        "name",
        "prefix",
        "fields",
        "bare",
    )
)
"""Those of ``MISFITS`` that do not depend on which types the service has: a text is wrong as it is written."""

NO_ARN = ("bare", "prefix", "fields")
"""Those of ``MISFITS`` that no text with the form of an ARN has."""

NAMED_SERVICES = ("cloudtrail",)
"""The services whose names of resources are looked at."""


@record
class ResourceType:
    """One resource type of a service with the ARN format of the Service Authorization Reference."""

    service: str
    name: str
    operand: Operand
    head: str
    """The fixed start of the resource field (``trail/``)."""
    needs: tuple[int, ...]
    """Which of the fields region and account id its ARNs have; these cannot be empty."""


def resource_type(service: str, name: str, arn_format: str) -> ResourceType:
    """The type *name* with ARNs of the form *arn_format* (``arn:${Partition}:s3:...``)."""
    text = _fill(arn_format)
    resource = text.split(":", FIELDS - 1)[-1]
    head = resource[: resource.find(STAR)] if STAR in resource else resource
    goal = operand(text)
    fields = goal.fields or ()
    needs = tuple(f for f in (REGION, ACCOUNT_ID) if fields and fields[f] == _STAR)
    return ResourceType(service, name, goal, head, needs)


def _fill(arn_format: str) -> str:
    """*arn_format* with every ``${Name}`` as a ``*``."""
    text, at = "", 0
    while True:
        start = arn_format.find("${", at)
        end = arn_format.find("}", start)
        if start < 0 or end < 0:
            return text + arn_format[at:]
        text += arn_format[at:start] + STAR
        at = end + 1


def fits(a: Shape, kind: ResourceType) -> int:
    """Whether *a* can name a resource of *kind*, which may need a region and account id."""
    arn = a.arn
    if arn is not None and kind.operand.fields is not None:
        start, head = arn.start, kind.head
        if not (start.startswith(head) or head.startswith(start)):
            return NO
        if arn.empty and any(field in kind.needs for field in arn.empty):
            return NO
    found = a.fitting.get(kind.operand.text)
    if found is None:
        found = a.fitting[kind.operand.text] = overlap(a, kind.operand)
    return found


def _misplaced(arn: Arn) -> str:
    """What is wrong with *arn* whatever its service has; empty if nothing is."""
    service = _written_out(arn.parts[SERVICE])
    return "service-case" if service != service.lower() else _wrong_location(arn)


def region_of(arn: Arn) -> str:
    """The region of *arn* if it is written out, and looks like one; else empty."""
    region = _written_out(arn.parts[REGION])
    return region if _REGION.match(region) else ""


def misfit(parts: Parts, a: Shape, kinds: Sequence[ResourceType]) -> tuple[int, str]:
    """Whether *a* cannot name a resource of the service that has the types *kinds*, and why.

    The verdict, and the word for the reason (empty unless the verdict is YES).
    """
    wrong = _misplaced(a.arn) if a.arn is not None else ""
    if wrong:
        return YES, wrong
    best = NO
    for kind in kinds:
        best = max(best, fits(a, kind))
        if best == YES:
            break
    if best != NO:
        wrong = _wrong_name(a.arn, kinds) if a.arn is not None else ""
        return (YES, wrong) if wrong else ((NO if best == YES else MAYBE), "")
    whole = operand("arn:*")
    if a.arn is None:
        return _misfit_loose(parts, a, whole)
    written = a.arn.parts
    if len(split(parts)) < FIELDS or not _of_service(a.arn, kinds):
        return MAYBE, ""
    like = [kind for kind in kinds if _is_like(a.arn, kind)] or kinds
    for field, reason in ((REGION, "region"), (ACCOUNT_ID, "account")):
        if field in a.arn.empty and all(field in kind.needs for kind in like):
            return YES, reason
        without = like is not kinds and all(_is_without(kind, field) for kind in like)
        if without and overlaps_verdict(a.arn.field(field), _NONE) == NO:
            return YES, f"{reason}-given"
    return _misfit_resource(written[RESOURCE], kinds)


def _is_like(arn: Arn, kind: ResourceType) -> bool:
    """Whether *arn* would be of *kind* with another region or account id."""
    return kind.operand.fields is not None and all(
        overlaps_verdict(arn.field(field), kind.operand.fields[field])
        for field in (PARTITION, SERVICE, RESOURCE)
    )


def _is_without(kind: ResourceType, field: int) -> bool:
    return kind.operand.fields is not None and kind.operand.fields[field] == _NONE


def _wrong_location(arn: Arn) -> str:
    """What is wrong with the partition, region or account id of *arn*, as far as they are written out."""
    partition, region, account = [_written_out(arn.parts[field]) for field in _LOCATION]
    wrong = wrong_region(partition, region)
    if wrong:
        return wrong
    if account and (account in _NOTHING or _LIKE_ACCOUNT.match(account)):
        digits = len(account) == ACCOUNT_DIGITS and account.isdigit()
        return "" if digits else "account-digits"
    return ""


@lru_cache(maxsize=1024)  # there are few
def wrong_region(partition: str, region: str) -> str:
    """What is wrong with *partition* and *region*, which are empty where they are not written out."""
    if partition and partition not in PARTITIONS:
        return "partition"
    if region:
        if region in _NOTHING or (not _REGION.match(region) and _LIKE_REGION.match(region)):
            return "region-name"
        home = next((p for p, starts in _REGIONS_OF.items() if region.startswith(starts)), "aws")
        if partition in _REGIONS_OF_CUSTOMERS and home != partition and _REGION.match(region):
            return "region-partition"
    return ""


def _wrong_name(arn: Arn, kinds: Sequence[ResourceType]) -> str:
    """What is wrong with the name of the resource *arn*, as far as it is written out."""
    parts = arn.parts[RESOURCE]
    resource = _plain(parts)
    if resource is not None and any(resource == kind.head for kind in kinds):
        return "empty" if resource.endswith("/") else ""
    if arn.service not in NAMED_SERVICES:
        return ""
    text = "".join([part.text if isinstance(part, Piece) else STAR for part in parts])
    name = text.removeprefix(_TRAIL)
    return "name" if name != text and _NO_TRAIL_NAME.match(_VARIABLE.sub(STAR, name)) else ""


def _written_out(parts: Parts) -> str:
    """The text of *parts* if it has no wildcard, no variable and nothing unknown; else empty."""
    text = _plain(parts)
    return "" if text is None or "*" in text or "?" in text or "$" in text else text


def _of_service(arn: Arn, kinds: Sequence[ResourceType]) -> bool:
    """Whether *arn* is of the service that has the types *kinds*."""
    return any(
        kind.operand.fields and overlaps_verdict(arn.field(SERVICE), kind.operand.fields[SERVICE])
        for kind in kinds
    )


def _misfit_loose(parts: Parts, a: Shape, whole: Operand) -> tuple[int, str]:
    """What is wrong with a text that does not have the form of an ARN."""
    if any(may_hold_colon(part) for part in parts):
        return MAYBE, ""
    text = "".join(part.text if isinstance(part, Piece) else "x" for part in parts)
    if ":" not in text:
        if overlaps_verdict(a.whole, whole.whole) != NO:  # "*" and the like
            return NO, ""
        return YES, "bare"
    fields = text.split(":")
    if overlaps_verdict(a.whole, whole.whole) != NO and (STAR in text or "?" in text):
        return MAYBE, ""
    if fields[0] != "arn":
        return YES, "prefix" if len(fields) >= FIELDS - 1 else "bare"
    return YES, "fields"


def _misfit_resource(parts: Parts, kinds: Sequence[ResourceType]) -> tuple[int, str]:
    """What is wrong with the resource field (``trails/x``, ``Trail/x``, ``trail:x``)."""
    first = parts[0]
    if not isinstance(first, Piece) or (not first.text and len(parts) > 1):
        return MAYBE, ""
    known = takewhile(
        lambda part: isinstance(part, Piece), parts
    )  # an escape is a piece of its own
    text = "".join([part.text for part in known if isinstance(part, Piece)])
    for kind in kinds:
        head = kind.head
        if text.lower().startswith(head.lower()) and not text.startswith(head):
            return YES, "case"
        name = head.removesuffix("/").lower()
        if name + "/" == head.lower() and (
            text.lower().startswith(name + ":")
            or (text.lower() == name and not any(isinstance(part, Hole) for part in parts))
        ):
            return YES, "separator"
    return YES, "type"
