"""Denials as AWS and the tools around it print them, read back into who asked for what.

The grammar of the sentence is that of IAM User Guide, "Troubleshoot access denied error messages"; what
stands around it is what the AWS CLI, the SDKs, Terraform and CloudFormation print. The texts with
which CloudTrail refuses a set-up are in ``refusals``.
"""

from __future__ import annotations

from itertools import groupby

from ..base.errors import UsageError
from ..base.lazy_regex import regex
from ..base.record import record, replaced
from .refusals import nearest_name, refusal_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .refusals import Refusal

MAX_MESSAGE = 1_000_000
"""Characters of a message that are read."""

SENTENCE, OPERATION, SET_UP, EVENT, DECODED = "sentence", "operation", "set-up", "event", "decoded"
"""The forms of a denial: IAM's sentence; the name of an operation alone; CloudTrail's refusal of a set-up;
a record of CloudTrail; a decoded message."""

PUBLIC_ACCESS = "public-access"
"""What has no policy but a setting of S3 denied."""
MAX_SENTENCES = 10_000
"""Distinct denials of one text that are told apart."""
MAX_REASON = 1_000
"""Characters behind a sentence in which its reason is looked for."""

EXPECTED = """\
expected one of:
  User: ARN is not authorized to perform: SERVICE:Action on resource: RESOURCE ... (in English)
  User: ARN, Action: SERVICE:Action, Context: ... as the console shows them
  An error occurred (AccessDeniedException) when calling the NAME operation: ...
  InsufficientS3BucketPolicyException or another refusal of CloudTrail, with its message
  a CloudTrail event, a list of events or a log file, in JSON (may be compressed with gzip)
  the output of aws sts decode-authorization-message"""

_COLOUR = regex(r"\x1b\[[0-9;:]{0,40}[A-Za-z]|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)?")
_FRAME = regex(
    r"(?m:^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]{0,12}(?:Z|[+-]\d\d:?\d\d)?\]?(?=[ \t]))"
    r"|[\u2500-\u257f]|(?m:^[ \t]*[|>*][ \t])"
)
"""What stands around the lines of a message: times, boxes, marks of quotations."""
_WIDTH = 40
"""Characters that a line has at least which a terminal breaks."""
_BLANK = regex(r"\s+")
_ESCAPED = (("\\n", " "), ("\\t", " "), ('\\"', '"'), ("\\/", "/"), ("\\u003d", "="))
_ENTITIES = (("&quot;", '"'), ("&#34;", '"'), ("&apos;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # fmt: skip

_SENTENCE = regex(
    r" is not authorized to perform:? "
    r"(?P<action>[A-Za-z][A-Za-z0-9-]{0,63}:[A-Za-z*][A-Za-z0-9*]{0,127})"
    r"(?: (?:on|against) (?:resource:?|the resource:) [\"'\\]*"
    r"(?:(?:user|role|group|policy) (?!because |with ))?(?P<resource>[^\s\"'<>\\]{1,2048}))?"
)
_NAME = regex(r"[a-z][a-z0-9-]{0,63}:[A-Za-z]{1,128}")
_AGAIN = "not authorized to perform"
_PRINCIPAL = regex(r"[^\s\"'<>]+\Z")
_MAX_PRINCIPAL = 2_048
_NOBODY = ("User", "user", "You", "you")
"""What stands before a sentence that does not say who."""
_LABELS = regex(r"(User|Service|Action|On resource\(s\)|Context): ?")
"""What the console shows to be sent to an administrator; the lines may have run together."""
_TYPE = (
    r"(?P<type>identity-based|resource-based|permissions boundary|sessions?|service control|"
    r"resource control|VPC endpoint|role trust)"
)
_LACKS = regex(rf"\bno {_TYPE}(?: polic(?:y|ies))? allows? ")
_DENIES = regex(
    rf"with an explicit deny(?: in (?:an? |the )?{_TYPE})?(?: policy)?"
    r"(?:: ?(?P<policy>arn:[^\s\"'<>\\]{1,2048}))?"
)
_DENIES_ALSO = regex(rf"\ban? {_TYPE}(?: policy)? explicitly denies")
_BLOCKED = regex(r"are blocked by the \w+ block public access setting")
_THROUGH = "transitively through a service control policy"
_OPERATION = regex(
    r"(?:A client error|An error occurred) \((?P<code>[A-Za-z.]{1,80})\) (?:occurred )?when calling the "
    r"(?P<operation>[A-Za-z0-9]{1,80}) operation(?: \(reached max retries: \d{1,3}\))?:? ?(?P<rest>.{0,300})"
)
_GO = regex(
    r"operation error (?P<service>[A-Za-z0-9 ]{1,60}): (?P<operation>[A-Za-z0-9]{1,80}),.{0,400}?"
    r"(?P<code>[A-Za-z]{0,40}(?:AccessDenied|UnauthorizedOperation)[A-Za-z]{0,40})"
)
_ACTION_ONLY = regex(
    r"(?i:not authorized to perform|permissions? to(?: call| perform)?):? (?P<action>[a-z][a-z0-9-]{0,63}:[A-Za-z]{1,128})"
)
_ENCODED = regex(r"Encoded authorization failure message: ?(?P<text>[A-Za-z0-9_-]{20,})")
_DENIED = regex(r"(?i)access ?denied|unauthorized|not authorized|forbidden|permission")
_DENIED_CODES = ("AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden")
_TYPES = {
    "identity-based": "identity",
    "resource-based": "resource",
    "permissions boundary": "boundary",
    "session": "session",
    "sessions": "session",
    "service control": "scp",
    "resource control": "rcp",
    "vpc endpoint": "vpc-endpoint",
    "role trust": "trust",
}
"""The types of policies as the sentence names them, and as decisions do."""
_SERVICES = {
    "cloudtrail": "cloudtrail",
    "simple storage service": "s3",
    "key management service": "kms",
    "cloudwatch logs": "logs",
    "cloudwatch": "cloudwatch",
    "eventbridge": "events",
}
"""The services whose names in SDKs are not their prefixes."""
OWNERS = ("cloudtrail", "s3", "iam", "sts", "kms", "sns", "logs", "organizations", "ec2", "lambda")
"""The services that an operation without one is looked for in, in this order."""


@record
class Denial:
    """What a message says: ``principal``, ``action`` and ``resource`` are empty where it does not.

    ``kind`` is the type of policy that it blames and ``explicit`` whether that denies; ``policy`` its ARN.
    ``refusal`` is CloudTrail's refusal of a set-up, ``source`` where the record stands.
    """

    form: str
    principal: str = ""
    action: str = ""
    resource: str = ""
    kind: str = ""
    explicit: bool = False
    policy: str = ""
    context: Mapping[str, tuple[str, ...]] | None = None
    refusal: Refusal | None = None


class UnreadableMessageError(UsageError):
    """A message that is no denial that can be read; the text says what is expected."""


def plain(text: str) -> str:
    """*text* on one line, without colours, frames, escapes and entities."""
    return _on_one_line(_without_frames(text))


def _without_frames(text: str) -> str:
    return _FRAME.sub(" ", _COLOUR.sub("", text[:MAX_MESSAGE]))


def _on_one_line(text: str) -> str:
    for old, new in (*_ENTITIES, *_ESCAPED):
        text = text.replace(old, new)
    return _BLANK.sub(" ", text).strip()


def _unbroken(text: str) -> tuple[str, bool]:
    """*text* on one line, without the breaks of a terminal, and whether lines of it certainly have them.

    A terminal breaks lines at one width, in the middle of words; a space at the end of a line is lost.
    """
    lines = _without_frames(text).split("\n")
    paragraphs = [
        list(group) for filled, group in groupby(lines, lambda one: bool(one.strip())) if filled
    ]
    found, is_certain = [], False
    for paragraph in paragraphs:
        indent = min(len(line) - len(line.lstrip()) for line in paragraph)
        rest = [line[indent:].rstrip() for line in paragraph]
        width = max(map(len, rest))
        if width >= _WIDTH and all(len(line) >= width - 1 for line in rest[:-1]):
            is_certain = is_certain or len(rest) > 2
            found += [line if len(line) == width else f"{line} " for line in rest[:-1]]
            found.append(f"{rest[-1]} ")
        else:
            found += [f"{line} " for line in rest]
    return _on_one_line("".join(found)), is_certain


def read_message(text: str) -> Denial:
    """The denial that *text* reports, the first of several; raises ``UnreadableMessageError``."""
    return read_messages(text)[0]


def read_messages(text: str, action: str | None = None) -> tuple[Denial, ...]:
    """The distinct denials that *text* reports; raises ``UnreadableMessageError``.

    *action* is what was asked for if a message says no more than that it was denied.
    """
    line = plain(text)
    found = _sentences(line)
    unbroken = line
    if "\n" in text:
        unbroken, is_certain = _unbroken(text)
        other = _sentences(unbroken) if unbroken != line else []
        if _told(other) > _told(found) - is_certain:
            found = other
    if found:
        return tuple(found)
    refusal = refusal_in(line) or refusal_in(unbroken)
    if refusal is not None:
        return (Denial(SET_UP, refusal=refusal),)
    encoded = _ENCODED.search(line)
    if encoded is not None:
        raise UnreadableMessageError(
            "the message is encoded: only AWS can decode it. Run: aws sts "
            "decode-authorization-message --encoded-message TEXT, and give its output"
        )
    of_operation = _of_operation(line)
    if of_operation is None and action is not None and _DENIED.search(line):
        of_operation = action
    if of_operation is not None:
        return (Denial(OPERATION, action=of_operation),)
    raise UnreadableMessageError(_unreadable(line))


def _sentences(line: str) -> list[Denial]:
    """The denials that sentences of *line* report, and those that the console shows."""
    found: dict[object, Denial] = {}
    for one in (*_written_out(line), *_labelled(line)):
        key = (one.principal, one.action, one.resource, one.kind, one.explicit, one.policy)
        found.setdefault(key, one)
        if len(found) > MAX_SENTENCES:
            break
    return list(found.values())


def _written_out(line: str) -> Iterator[Denial]:
    for match in _SENTENCE.finditer(line):
        principal = _PRINCIPAL.search(line[max(0, match.start() - _MAX_PRINCIPAL) : match.start()])
        if principal is None:
            continue
        who = principal[0].lstrip("([{`")
        if who in _NOBODY or who.endswith(":"):
            who = ""
        rest = line[match.end() : match.end() + MAX_REASON].partition(_AGAIN)[0]
        resource = _trimmed(match["resource"] or "")
        one = Denial(SENTENCE, who, match["action"], resource)
        yield _with_reason(one, rest)


def _labelled(line: str) -> Iterator[Denial]:
    """The denials in *line* as the console shows them: labels and values."""
    said: dict[str, str] = {}
    _, *parts = _LABELS.split(line)
    for label, value in zip(parts[::2], parts[1::2], strict=True):
        said[label] = value.strip()
        if label != "Context":
            continue
        action, user = said.get("Action", ""), said.get("User", "")
        name = action if ":" in action else f"{said.get('Service', '').lower()}:{action}"
        if _NAME.fullmatch(name) and user and " " not in user:
            one = Denial(SENTENCE, user, name, said.get("On resource(s)", "").partition(" ")[0])
            yield _with_reason(one, value[:MAX_REASON])
        said.clear()


def _told(denials: Sequence[Denial]) -> int:
    """How much the first of *denials* tells, to choose between two readings of a text."""
    if not denials:
        return 0
    from ..decisions.call import no_action

    first = denials[0]
    arns = [text.split(":", 5) for text in (first.principal, first.resource)]
    whole = sum(fields[0] != "arn" or (len(fields) == 6 and bool(fields[5])) for fields in arns)
    told = (first.resource, first.kind or first.explicit, first.policy, not no_action(first.action))
    return 1 + 2 * whole + sum(map(bool, told))


def _with_reason(denial: Denial, rest: str) -> Denial:
    """*denial* with the type of policy that the end of its sentence blames, and whether that denies."""
    lacks = _LACKS.search(rest)
    if lacks is not None:
        return replaced(denial, kind=kind_of(lacks["type"]))
    if _BLOCKED.search(rest):
        return replaced(denial, kind=PUBLIC_ACCESS)
    if _THROUGH in rest:
        return replaced(denial, kind="scp", explicit=True)
    denies = _DENIES.search(rest)
    if denies is not None:
        policy = _trimmed(denies["policy"] or "")
        return replaced(denial, kind=kind_of(denies["type"] or ""), explicit=True, policy=policy)
    denies = _DENIES_ALSO.search(rest)
    if denies is not None:
        return replaced(denial, kind=kind_of(denies["type"]), explicit=True)
    return denial


def kind_of(words: str) -> str:
    """The type of policy that a sentence calls *words*; empty where it is none that is known."""
    return _TYPES.get(words.lower(), "")


def _trimmed(text: str) -> str:
    """*text* without the punctuation of the sentence around it."""
    return text.rstrip(".,;:)]}").removesuffix("</Message")


def _of_operation(line: str) -> str | None:
    """The action of an error that names an operation or an action only."""
    found = _OPERATION.search(line)
    if found is not None and found["code"].startswith(_DENIED_CODES):
        return _action(found["operation"], "")
    found = _GO.search(line)
    if found is not None:
        return _action(found["operation"], found["service"])
    found = _ACTION_ONLY.search(line)
    return found["action"] if found is not None else None


def _action(operation: str, service: str) -> str | None:
    """The action of *operation* of *service*, or of the first service that has one of this name."""
    from ..decisions.call import availability

    catalogue = availability().catalogue
    name = service.lower().strip()
    prefixes = (_SERVICES.get(name, name.replace(" ", "")),) if name else OWNERS
    for prefix in prefixes:
        found = catalogue.action(f"{prefix}:{operation}")
        if found is not None:
            return found.full_name
    return None


_NEAR = (
    (
        "not authorized",
        "the sentence has to name the action: is not authorized to perform: SERVICE:Action",
    ),
    ("when calling the", "the error has to be AccessDenied, for an operation of a known service"),
    (
        "explicit deny",
        "the beginning of the sentence is missing: User: ARN is not authorized to perform: ...",
    ),
    ("eventname", "the record has to be JSON with errorCode and errorMessage"),
    (
        "access denied",
        "this does not say what was denied: say --principal, --action and --resource",
    ),
    ("exception", "this is no error about permissions that is known"),
)
"""What is wrong with a message that has these words."""


def _unreadable(line: str) -> str:
    lower = line.lower()
    name = nearest_name(line)
    near = next((hint for words, hint in _NEAR if words in lower), "")
    near = f"did you mean {name}?" if name else near
    beginning = line if len(line) <= 60 else f"{line[:59]}…"
    what = f"not a denial that can be read: {beginning!r}" if line else "an empty message"
    return f"{what}; {near}\n{EXPECTED}" if near else f"{what}\n{EXPECTED}"
