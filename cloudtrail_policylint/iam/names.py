"""Names of CloudTrail and of services in policies.

By default only policies that concern CloudTrail are checked: with its name, one of
the spellings that people write in its place, or one of its former accounts. So is the
policy of a bucket with a folder of log files.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.nodes import Text

WORDS = ("cloudtrail", "cloud-trail", "cloud_trail")
MISSPELT = (
    "clodtrail",
    "clouldtrail",
    "cloudrail:",
    "cloudtail",
    "cloudtrai:",
    "cloudtral",
    "cloudtrial",
    "cloudtril",
    "cloutrail",
    "cludtrail",
    "couldtrail",
    "coudtrail",
)
SERVICE_ACCOUNTS = (
    "525921808201",
    "119688915426",
    "216624486486",
    "492519147666",
    "765225791966",
    "977081816279",
    "582488909970",
    "903692715234",
    "284668455005",
    "069019280451",
    "187074758985",
    "819402241893",
    "193415116832",
    "681348832753",
    "035351147821",
    "453052556044",
    "829690693026",
    "669305197877",
    "757211635381",
    "859597730677",
    "282025262664",
    "262312530599",
    "683224464357",
    "585772288577",
    "034638983726",
    "814480443879",
    "086441151436",
    "475085895292",
    "608710470296",
    "388731089494",
    "113285607260",
)
"""CloudTrail's former account of each region (Terraform, ``data.aws_cloudtrail_service_account``).

The rules have them as the set ``legacy-cloudtrail-accounts``; a test compares the two.
"""


LOG_FOLDER = "AWSLogs/"
"""The folder of log files in a bucket, below the prefix of a trail."""


def concerns_cloudtrail(text: str) -> bool:
    """Whether *text*, a string of a policy, has a name of CloudTrail or one of its accounts."""
    lower = text.lower()
    return any(name in lower for name in _NAMES) or _account_of(lower) in SERVICE_ACCOUNTS


def _account_of(principal: str) -> str:
    """The account id in *principal*: an id, or the ARN of an account's root."""
    return principal.removesuffix(":root").rpartition(":")[2]


def may_concern_cloudtrail(lower: bytes) -> bool:
    """Whether a file with the bytes *lower* may have a policy that concerns CloudTrail."""
    if any(name in lower for name in _AS_BYTES) or b"resource_control_policy" in lower:
        return True
    return b"principal" in lower and any(word in lower for word in _IN_RESOURCE_POLICIES)


_NAMES = (*WORDS, *MISSPELT)
_AS_BYTES = tuple([name.encode() for name in _NAMES])
_IN_RESOURCE_POLICIES = tuple([word.lower().encode() for word in (LOG_FOLDER, *SERVICE_ACCOUNTS)])


# -- services as principals

URL_SUFFIXES = ("amazonaws.com", "amazonaws.com.cn")
"""The domains of AWS, by partition (CloudFormation Template Reference, ``AWS::URLSuffix``)."""


def service_principal(text: Text) -> Text:
    """*text*, with ``amazonaws.com`` in place of the unknown domain of AWS at its end.

    ``cloudtrail.${AWS::URLSuffix}`` means the service in every partition.
    """
    from ..tree.nodes import Hole, Piece, Text

    last = text.parts[-1] if text.parts else None
    if not isinstance(last, Hole) or last.values != URL_SUFFIXES:
        return text
    return Text((*text.parts[:-1], Piece(URL_SUFFIXES[0], last.span)), text.span)
