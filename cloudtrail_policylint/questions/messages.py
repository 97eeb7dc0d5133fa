"""Denials as AWS and the tools around it print them, read back into who asked for what.

The grammar of the sentence is that of IAM User Guide, "Troubleshoot access denied error messages"; what
stands around it is what the AWS CLI, the SDKs, Terraform and CloudFormation print. The texts with
which CloudTrail refuses a set-up are in ``refusals``.
"""

from __future__ import annotations

from ..base.errors import UsageError
from ..base.lazy_regex import regex
from ..base.record import record
from .refusals import nearest_name, refusal_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .refusals import Refusal

MAX_MESSAGE = 1_000_000
"""Characters of a message that are read."""

SENTENCE, OPERATION, SET_UP, EVENT, DECODED = "sentence", "operation", "set-up", "event", "decoded"
"""The forms of a denial: IAM's sentence; the name of an operation alone; CloudTrail's refusal of a set-up;
a record of CloudTrail; a decoded message."""

EXPECTED = """\
expected one of:
  User: ARN is not authorized to perform: SERVICE:Action on resource: RESOURCE ...
  An error occurred (AccessDeniedException) when calling the NAME operation: ...
  InsufficientS3BucketPolicyException or another refusal of CloudTrail, with its message
  a CloudTrail event, a list of events or a log file, in JSON (may be compressed with gzip)
  the output of aws sts decode-authorization-message"""

_COLOUR = regex(r"\x1b\[[0-9;:]{0,40}[A-Za-z]|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)?")
_FRAME = regex(r"[\u2500-\u257f]|(?m:^[ \t]*[|>*][ \t])")
_BLANK = regex(r"\s+")
_ESCAPED = (("\\n", " "), ("\\t", " "), ('\\"', '"'), ("\\/", "/"), ("\\u003d", "="))
_ENTITIES = (("&quot;", '"'), ("&#34;", '"'), ("&apos;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # fmt: skip

_SENTENCE = regex(
    r"(?i:User): (?P<principal>[^\s\"'<>]{1,2048}) is not authorized to perform:? "
    r"(?P<action>[A-Za-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})"
    r"(?: (?:on|against) (?:the )?resource:? [\"'\\]*(?P<resource>[^\s\"'<>\\]{1,2048}))?"
)
_TYPE = (
    r"(?P<type>identity-based|resource-based|permissions boundary|sessions?|service control|"
    r"resource control|VPC endpoint|role trust)"
)
_LACKS = regex(rf"because no {_TYPE}(?: policy)? allows? ")
_DENIES = regex(
    rf"with an explicit deny(?: in (?:an? |the )?{_TYPE})?(?: policy)?"
    r"(?:: ?(?P<policy>arn:[^\s\"'<>]{1,2048}))?"
)
_THROUGH = "transitively through a service control policy"
_OPERATION = regex(
    r"(?:A client error|An error occurred) \((?P<code>[A-Za-z.]{1,80})\) (?:occurred )?when calling the "
    r"(?P<operation>[A-Za-z0-9]{1,80}) operation(?: \(reached max retries: \d{1,3}\))?:? ?(?P<rest>.{0,300})"
)
_GO = regex(
    r"operation error (?P<service>[A-Za-z0-9 ]{1,60}): (?P<operation>[A-Za-z0-9]{1,80}),.{0,400}?"
    r"(?P<code>[A-Za-z]{0,40}(?:AccessDenied|UnauthorizedOperation)[A-Za-z]{0,40})"
)
_ENCODED = regex(r"Encoded authorization failure message: ?(?P<text>[A-Za-z0-9_-]{20,})")
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
    text = _FRAME.sub(" ", _COLOUR.sub("", text[:MAX_MESSAGE]))
    for old, new in (*_ENTITIES, *_ESCAPED):
        text = text.replace(old, new)
    return _BLANK.sub(" ", text).strip()


def read_message(text: str) -> Denial:
    """The denial that *text* reports; raises ``UnreadableMessageError``."""
    line = plain(text)
    found = _SENTENCE.search(line)
    if found is not None:
        kind, explicit, policy = _reason(line[found.end() :])
        return Denial(
            SENTENCE,
            _trimmed(found["principal"]),
            found["action"],
            _trimmed(found["resource"] or ""),
            kind,
            explicit,
            policy,
        )
    refusal = refusal_in(line)
    if refusal is not None:
        return Denial(SET_UP, refusal=refusal)
    encoded = _ENCODED.search(line)
    if encoded is not None:
        raise UnreadableMessageError(
            "the message is encoded: only AWS can decode it. Run: aws sts "
            "decode-authorization-message --encoded-message TEXT, and give its output"
        )
    operation = _of_operation(line)
    if operation is not None:
        return Denial(OPERATION, action=operation)
    raise UnreadableMessageError(_unreadable(line))


def _reason(rest: str) -> tuple[str, bool, str]:
    """The type of policy that the end of a sentence blames, whether it denies, and its ARN."""
    lacks = _LACKS.search(rest)
    if lacks is not None:
        return kind_of(lacks["type"]), False, ""
    if _THROUGH in rest:
        return "scp", True, ""
    denies = _DENIES.search(rest)
    if denies is None:
        return "", False, ""
    return kind_of(denies["type"] or ""), True, _trimmed(denies["policy"] or "")


def kind_of(words: str) -> str:
    """The type of policy that a sentence calls *words*; empty where it is none that is known."""
    return _TYPES.get(words.lower(), "")


def _trimmed(text: str) -> str:
    """*text* without the punctuation of the sentence around it."""
    return text.rstrip(".,;:)]}").removesuffix("</Message")


def _of_operation(line: str) -> str | None:
    """The action of an error that names an operation only."""
    found = _OPERATION.search(line)
    if found is not None and found["code"].startswith(_DENIED_CODES):
        return _action(found["operation"], "")
    found = _GO.search(line)
    if found is not None:
        return _action(found["operation"], found["service"])
    return None


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
