"""What is known of resource types: the policies in them, who gets them, and what attributes are.

A new carrier of policies is one entry here.

Sources: the argument and attribute references of the resources' pages,
registry.terraform.io/providers/hashicorp/aws/latest/docs (``aws_``) and
.../hashicorp/awscc/latest/docs (``awscc_``, generated from the CloudFormation
schemas), read in October 2026.
"""

from __future__ import annotations

from ...base.record import record
from ...iam.kinds import kind_by_target, kind_by_type
from .. import aws

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...tree.nodes import Text

    Types = tuple[str, ...]

_NO_POLICIES: dict[str, str | None] = {}
_NO_HOLDERS: dict[str, str] = {}
_NOTHING: dict[str, Types] = {}


@record
class ResourceType:
    """What is known of one type of resource or data source.

    Paths: a dot leads into a nested block, or into the objects of an attribute.
    """

    type: str

    # what its attributes are
    makes: aws.AwsResource | None = None  # what AWS calls it
    name: str = "name"  # the argument with its name
    by_name: bool = False  # whether others may refer to it by its name
    arn_attributes: tuple[str, ...] = ("arn",)
    name_attributes: tuple[str, ...] = ()  # names and ids: never a colon or a slash in them
    account_attributes: tuple[str, ...] = ()  # account ids
    id_repeats: str = "id"  # the argument that the attribute id repeats
    bucket: str = ""  # the argument that is the name of a bucket

    # the policies in it
    policies: dict[str, str | None] = _NO_POLICIES  # path -> kind; None: the document tells it
    kind_by: tuple[str, Callable[[Text], str | None]] | None = None
    """The argument that the kind depends on instead, and the kind by its value."""
    other_language: bool = False  # its policies are none of IAM's, though its attributes look so
    target: dict[str, Types] = _NOTHING  # the argument that names what the policy is on

    # who gets which policies
    is_managed_policy: bool = False
    is_identity: bool = False
    holders: dict[str, str] = _NO_HOLDERS  # arguments that name identities -> type of identity
    attaches: str = ""  # path of ARNs of managed policies, for the holders or, without any, itself
    boundary: str = ""  # path of the ARN of a permissions boundary
    targets: str = ""  # path of the accounts and units of an organization that its policy is on
    of_organization: str = ""  # path of the policy that it attaches to its ``targets``

    # what a trail uses
    uses: dict[str, Types] = _NOTHING  # what it writes to, encrypts with and acts as -> types
    alias_of: dict[str, Types] = _NOTHING  # the argument that names what it is an alias of


_TYPES = (
    ResourceType("aws_acmpca_policy", policies={"policy": "resource"}),
    ResourceType("aws_api_gateway_rest_api", policies={"policy": "resource"}),
    ResourceType("aws_api_gateway_rest_api_policy", policies={"policy": "resource"}),
    ResourceType("aws_backup_vault_policy", policies={"policy": "resource"}),
    ResourceType("aws_caller_identity", account_attributes=("account_id", "id")),
    ResourceType("aws_canonical_user_id", name_attributes=("id",)),
    ResourceType("aws_cloudformation_stack", other_language=True),
    ResourceType(
        "aws_cloudtrail",
        makes=aws.TRAIL,
        name_attributes=("home_region", "name"),
        bucket="s3_bucket_name",
        uses={
            "s3_bucket_name": ("aws_s3_bucket",),
            "kms_key_id": ("aws_kms_key", "aws_kms_alias"),
            "sns_topic_name": ("aws_sns_topic",),
            "cloud_watch_logs_role_arn": ("aws_iam_role",),
        },
    ),
    ResourceType(
        "aws_cloudtrail_event_data_store",
        makes=aws.EVENT_DATA_STORE,
        uses={"kms_key_id": ("aws_kms_key", "aws_kms_alias")},
    ),
    ResourceType("aws_cloudtrail_service_account", makes=aws.SERVICE_ACCOUNT),
    ResourceType("aws_cloudwatch_event_bus", makes=aws.EVENT_BUS),
    ResourceType("aws_cloudwatch_event_bus_policy", policies={"policy": "resource"}),
    ResourceType(
        "aws_cloudwatch_log_delivery_destination_policy",
        policies={"delivery_destination_policy": "resource"},
    ),
    ResourceType("aws_cloudwatch_log_destination_policy", policies={"access_policy": "resource"}),
    ResourceType("aws_cloudwatch_log_group", makes=aws.LOG_GROUP, id_repeats="name"),
    ResourceType("aws_cloudwatch_log_resource_policy", policies={"policy_document": "resource"}),
    ResourceType(
        "aws_codeartifact_domain_permissions_policy", policies={"policy_document": "resource"}
    ),
    ResourceType(
        "aws_codeartifact_repository_permissions_policy", policies={"policy_document": "resource"}
    ),
    ResourceType("aws_codebuild_resource_policy", policies={"policy": "resource"}),
    ResourceType("aws_dynamodb_resource_policy", policies={"policy": "resource"}),
    ResourceType(
        "aws_dynamodb_table", makes=aws.TABLE, id_repeats="name", name_attributes=("name",)
    ),
    ResourceType("aws_ecr_lifecycle_policy", other_language=True),
    ResourceType("aws_ecr_registry_policy", policies={"policy": "resource"}),
    ResourceType("aws_ecr_repository", makes=aws.REPOSITORY),
    ResourceType("aws_ecr_repository_policy", policies={"policy": "resource"}),
    ResourceType("aws_ecrpublic_repository_policy", policies={"policy": "resource"}),
    ResourceType("aws_efs_file_system_policy", policies={"policy": "resource"}),
    ResourceType("aws_elasticsearch_domain", policies={"access_policies": "resource"}),
    ResourceType("aws_elasticsearch_domain_policy", policies={"access_policies": "resource"}),
    ResourceType("aws_elb_service_account", account_attributes=("id",)),
    ResourceType("aws_glacier_vault", policies={"access_policy": "resource"}),
    ResourceType("aws_glacier_vault_lock", policies={"policy": "resource"}),
    ResourceType("aws_glue_resource_policy", policies={"policy": "resource"}),
    ResourceType(
        "aws_iam_group",
        makes=aws.GROUP,
        by_name=True,
        id_repeats="name",
        name_attributes=("name",),
        is_identity=True,
    ),
    ResourceType(
        "aws_iam_group_policy",
        policies={"policy": "identity"},
        holders={"group": "aws_iam_group"},
    ),
    ResourceType(
        "aws_iam_group_policy_attachment",
        attaches="policy_arn",
        holders={"group": "aws_iam_group"},
    ),
    ResourceType(
        "aws_iam_group_policy_attachments_exclusive",
        attaches="policy_arns",
        holders={"group_name": "aws_iam_group"},
    ),
    ResourceType("aws_iam_instance_profile", makes=aws.INSTANCE_PROFILE, id_repeats="name"),
    ResourceType(
        "aws_iam_policy",
        makes=aws.POLICY,
        arn_attributes=("arn", "id"),
        name_attributes=("name",),
        policies={"policy": "identity"},
        is_managed_policy=True,
    ),
    ResourceType(
        "aws_iam_policy_attachment",
        attaches="policy_arn",
        holders={"roles": "aws_iam_role", "users": "aws_iam_user", "groups": "aws_iam_group"},
    ),
    ResourceType(
        "aws_iam_role",
        makes=aws.ROLE,
        by_name=True,
        id_repeats="name",
        name_attributes=("name", "unique_id"),
        account_attributes=("account_id",),
        policies={"assume_role_policy": "trust", "inline_policy.policy": "identity"},
        is_identity=True,
        attaches="managed_policy_arns",
        boundary="permissions_boundary",
    ),
    ResourceType(
        "aws_iam_role_policy", policies={"policy": "identity"}, holders={"role": "aws_iam_role"}
    ),
    ResourceType(
        "aws_iam_role_policy_attachment", attaches="policy_arn", holders={"role": "aws_iam_role"}
    ),
    ResourceType(
        "aws_iam_role_policy_attachments_exclusive",
        attaches="policy_arns",
        holders={"role_name": "aws_iam_role"},
    ),
    ResourceType(
        "aws_iam_user",
        makes=aws.USER,
        by_name=True,
        id_repeats="name",
        name_attributes=("name",),
        is_identity=True,
        boundary="permissions_boundary",
    ),
    ResourceType(
        "aws_iam_user_policy", policies={"policy": "identity"}, holders={"user": "aws_iam_user"}
    ),
    ResourceType(
        "aws_iam_user_policy_attachment", attaches="policy_arn", holders={"user": "aws_iam_user"}
    ),
    ResourceType(
        "aws_iam_user_policy_attachments_exclusive",
        attaches="policy_arns",
        holders={"user_name": "aws_iam_user"},
    ),
    ResourceType("aws_iot_policy", other_language=True),
    ResourceType("aws_kinesis_firehose_delivery_stream", makes=aws.DELIVERY_STREAM),
    ResourceType("aws_kinesis_resource_policy", policies={"policy": "resource"}),
    ResourceType("aws_kinesis_stream", makes=aws.STREAM),
    ResourceType(
        "aws_kms_alias",
        makes=aws.KEY_ALIAS,
        by_name=True,
        id_repeats="name",
        alias_of={"target_key_id": ("aws_kms_key",)},
    ),
    ResourceType("aws_kms_external_key", makes=aws.KEY, policies={"policy": "kms-key"}),
    ResourceType(
        "aws_kms_key",
        makes=aws.KEY,
        name_attributes=("id", "key_id"),
        policies={"policy": "kms-key"},
    ),
    ResourceType(
        "aws_kms_key_policy", policies={"policy": "kms-key"}, target={"key_id": ("aws_kms_key",)}
    ),
    ResourceType("aws_kms_replica_external_key", policies={"policy": "kms-key"}),
    ResourceType("aws_kms_replica_key", makes=aws.KEY, policies={"policy": "kms-key"}),
    ResourceType(
        "aws_lambda_function",
        makes=aws.FUNCTION,
        name="function_name",
        id_repeats="function_name",
        name_attributes=("function_name",),
    ),
    ResourceType("aws_media_store_container_policy", policies={"policy": "resource"}),
    ResourceType("aws_opensearch_domain", policies={"access_policies": "resource"}),
    ResourceType("aws_opensearch_domain_policy", policies={"access_policies": "resource"}),
    ResourceType("aws_organizations_account", account_attributes=("id",)),
    ResourceType(
        "aws_organizations_organization",
        makes=aws.ORGANIZATION,
        name_attributes=("id",),
        account_attributes=("master_account_id",),
    ),
    ResourceType(
        "aws_organizations_policy", policies={"content": "scp"}, kind_by=("type", kind_by_type)
    ),
    ResourceType(
        "aws_organizations_policy_attachment", targets="target_id", of_organization="policy_id"
    ),
    ResourceType("aws_organizations_resource_policy", policies={"content": "resource"}),
    ResourceType("aws_partition", name_attributes=("dns_suffix", "partition")),
    ResourceType("aws_redshift_resource_policy", policies={"policy": "resource"}),
    ResourceType("aws_redshift_service_account", account_attributes=("id",)),
    ResourceType("aws_region", name_attributes=("id", "name", "region")),
    ResourceType("aws_s3_access_point", policies={"policy": "resource"}),
    ResourceType(
        "aws_s3_bucket",
        makes=aws.BUCKET,
        name="bucket",
        by_name=True,
        id_repeats="bucket",
        name_attributes=("bucket", "bucket_domain_name", "region"),
        bucket="bucket",
        policies={"policy": "s3-bucket"},
    ),
    ResourceType(
        "aws_s3_bucket_policy",
        id_repeats="bucket",
        bucket="bucket",
        policies={"policy": "s3-bucket"},
        target={"bucket": ("aws_s3_bucket",)},
    ),
    ResourceType("aws_s3_bucket_public_access_block", id_repeats="bucket"),
    ResourceType("aws_s3control_access_point_policy", policies={"policy": "resource"}),
    ResourceType("aws_s3control_bucket_policy", policies={"policy": "resource"}),
    ResourceType(
        "aws_s3control_multi_region_access_point_policy", policies={"details.policy": "resource"}
    ),
    ResourceType(
        "aws_s3control_object_lambda_access_point_policy", policies={"policy": "resource"}
    ),
    ResourceType("aws_s3tables_table_bucket_policy", policies={"resource_policy": "resource"}),
    ResourceType("aws_s3tables_table_policy", policies={"resource_policy": "resource"}),
    ResourceType("aws_schemas_registry_policy", policies={"policy": "resource"}),
    ResourceType("aws_secretsmanager_secret", policies={"policy": "resource"}),
    ResourceType("aws_secretsmanager_secret_policy", policies={"policy": "resource"}),
    ResourceType("aws_ses_identity_policy", policies={"policy": "resource"}),
    ResourceType("aws_sesv2_email_identity_policy", policies={"policy": "resource"}),
    ResourceType(
        "aws_sns_topic",
        makes=aws.TOPIC,
        by_name=True,
        arn_attributes=("arn", "id"),
        name_attributes=("name",),
        policies={"policy": "sns-topic"},
    ),
    ResourceType(
        "aws_sns_topic_policy", policies={"policy": "sns-topic"}, target={"arn": ("aws_sns_topic",)}
    ),
    ResourceType(
        "aws_sqs_queue",
        makes=aws.QUEUE,
        name_attributes=("name",),
        policies={"policy": "sqs-queue"},
    ),
    ResourceType("aws_sqs_queue_policy", policies={"policy": "sqs-queue"}),
    ResourceType("aws_ssm_document", other_language=True),
    ResourceType(
        "aws_ssoadmin_managed_policy_attachment",
        attaches="managed_policy_arn",
        holders={"permission_set_arn": "aws_ssoadmin_permission_set"},
    ),
    ResourceType(
        "aws_ssoadmin_permission_set_inline_policy",
        policies={"inline_policy": "identity"},
        holders={"permission_set_arn": "aws_ssoadmin_permission_set"},
    ),
    ResourceType(
        "aws_ssoadmin_permissions_boundary_attachment",
        boundary="permissions_boundary.managed_policy_arn",
    ),
    ResourceType("aws_transfer_user", policies={"policy": "identity"}),
    ResourceType("aws_vpc_endpoint", policies={"policy": "vpc-endpoint"}),
    ResourceType("aws_vpc_endpoint_policy", policies={"policy": "vpc-endpoint"}),
    ResourceType("aws_vpclattice_auth_policy", policies={"policy": "resource"}),
    ResourceType("aws_vpclattice_resource_policy", policies={"policy": "resource"}),
    ResourceType("aws_xray_resource_policy", policies={"policy_document": "resource"}),
    ResourceType("awscc_apigateway_rest_api", policies={"policy": "resource"}),
    ResourceType("awscc_backup_backup_vault", policies={"access_policy": "resource"}),
    ResourceType("awscc_cloudtrail_channel", makes=aws.CHANNEL, arn_attributes=("channel_arn",)),
    ResourceType(
        "awscc_cloudtrail_dashboard", makes=aws.DASHBOARD, arn_attributes=("dashboard_arn",)
    ),
    ResourceType(
        "awscc_cloudtrail_event_data_store",
        makes=aws.EVENT_DATA_STORE,
        arn_attributes=("event_data_store_arn",),
        uses={
            "kms_key_id": ("awscc_kms_key", "aws_kms_key"),
            "federation_role_arn": ("awscc_iam_role", "aws_iam_role"),
        },
    ),
    ResourceType(
        "awscc_cloudtrail_resource_policy",
        policies={"resource_policy": None},
        kind_by=("resource_arn", kind_by_target),
    ),
    ResourceType(
        "awscc_cloudtrail_trail",
        makes=aws.TRAIL,
        name="trail_name",
        uses={
            "s3_bucket_name": ("awscc_s3_bucket", "aws_s3_bucket"),
            "kms_key_id": ("awscc_kms_key", "aws_kms_key"),
            "sns_topic_name": ("awscc_sns_topic", "aws_sns_topic"),
            "cloudwatch_logs_role_arn": ("awscc_iam_role", "aws_iam_role"),
            "cloud_watch_logs_role_arn": ("awscc_iam_role", "aws_iam_role"),
        },
    ),
    ResourceType("awscc_ec2_vpc_endpoint", policies={"policy_document": "vpc-endpoint"}),
    ResourceType("awscc_ecr_repository", policies={"repository_policy_text": "resource"}),
    ResourceType("awscc_efs_file_system", policies={"file_system_policy": "resource"}),
    ResourceType("awscc_events_event_bus", policies={"policy": "resource"}),
    ResourceType(
        "awscc_iam_group",
        makes=aws.GROUP,
        name="group_name",
        by_name=True,
        policies={"policies.policy_document": "identity"},
        is_identity=True,
        attaches="managed_policy_arns",
    ),
    ResourceType(
        "awscc_iam_group_policy",
        policies={"policy_document": "identity"},
        holders={"group_name": "awscc_iam_group"},
    ),
    ResourceType(
        "awscc_iam_managed_policy",
        policies={"policy_document": "identity"},
        is_managed_policy=True,
        holders={"roles": "awscc_iam_role", "users": "awscc_iam_user", "groups": "awscc_iam_group"},
    ),
    ResourceType("awscc_iam_policy", policies={"policy_document": "identity"}),
    ResourceType(
        "awscc_iam_role",
        makes=aws.ROLE,
        name="role_name",
        by_name=True,
        policies={"assume_role_policy_document": "trust", "policies.policy_document": "identity"},
        is_identity=True,
        attaches="managed_policy_arns",
        boundary="permissions_boundary",
    ),
    ResourceType(
        "awscc_iam_role_policy",
        policies={"policy_document": "identity"},
        holders={"role_name": "awscc_iam_role"},
    ),
    ResourceType(
        "awscc_iam_user",
        makes=aws.USER,
        name="user_name",
        by_name=True,
        policies={"policies.policy_document": "identity"},
        is_identity=True,
        attaches="managed_policy_arns",
        boundary="permissions_boundary",
    ),
    ResourceType(
        "awscc_iam_user_policy",
        policies={"policy_document": "identity"},
        holders={"user_name": "awscc_iam_user"},
    ),
    ResourceType("awscc_kinesis_resource_policy", policies={"resource_policy": "resource"}),
    ResourceType(
        "awscc_kms_alias",
        name="alias_name",
        by_name=True,
        alias_of={"target_key_id": ("awscc_kms_key",)},
    ),
    ResourceType("awscc_kms_key", makes=aws.KEY, policies={"key_policy": "kms-key"}),
    ResourceType("awscc_kms_replica_key", policies={"key_policy": "kms-key"}),
    ResourceType("awscc_lambda_resource_policy", policies={"policy": "resource"}),
    ResourceType(
        "awscc_logs_log_group", makes=aws.LOG_STREAMS, name="log_group_name", by_name=True
    ),
    ResourceType("awscc_logs_resource_policy", policies={"policy_document": "resource"}),
    ResourceType("awscc_opensearchservice_domain", policies={"access_policies": "resource"}),
    ResourceType(
        "awscc_organizations_policy",
        policies={"content": "scp"},
        kind_by=("type", kind_by_type),
        targets="target_ids",
    ),
    ResourceType("awscc_organizations_resource_policy", policies={"content": "resource"}),
    ResourceType("awscc_s3_access_point", policies={"policy": "resource"}),
    ResourceType("awscc_s3_bucket", makes=aws.BUCKET, name="bucket_name", by_name=True),
    ResourceType(
        "awscc_s3_bucket_policy",
        policies={"policy_document": "s3-bucket"},
        target={"bucket": ("awscc_s3_bucket", "aws_s3_bucket")},
    ),
    ResourceType("awscc_s3_multi_region_access_point_policy", policies={"policy": "resource"}),
    ResourceType("awscc_secretsmanager_resource_policy", policies={"resource_policy": "resource"}),
    ResourceType(
        "awscc_sns_topic",
        makes=aws.TOPIC,
        name="topic_name",
        by_name=True,
        arn_attributes=("topic_arn",),
    ),
    ResourceType(
        "awscc_sns_topic_inline_policy",
        policies={"policy_document": "sns-topic"},
        target={"topic_arn": ("awscc_sns_topic", "aws_sns_topic")},
    ),
    ResourceType(
        "awscc_sns_topic_policy",
        policies={"policy_document": "sns-topic"},
        target={"topics": ("awscc_sns_topic", "aws_sns_topic")},
    ),
    ResourceType("awscc_sqs_queue_inline_policy", policies={"policy_document": "sqs-queue"}),
    ResourceType("awscc_sqs_queue_policy", policies={"policy_document": "sqs-queue"}),
    ResourceType(
        "awscc_sso_permission_set",
        policies={"inline_policy": "identity"},
        attaches="managed_policies",
    ),
    ResourceType("random_id", name_attributes=("dec", "hex")),
    ResourceType("random_integer", name_attributes=("result",)),
    ResourceType("random_pet", name_attributes=("id",)),
    ResourceType("random_uuid", name_attributes=("result",)),
)

RESOURCE_TYPES = {type_.type: type_ for type_ in _TYPES}
_UNKNOWN = ResourceType("")


def resource_type(name: str) -> ResourceType:
    """What is known of the resource type *name*: for most of them nothing."""
    return RESOURCE_TYPES.get(name, _UNKNOWN)
