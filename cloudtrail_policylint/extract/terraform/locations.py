"""Where Terraform keeps policies, as plain data.

Sources: the argument and attribute references of the resources' pages,
registry.terraform.io/providers/hashicorp/aws/latest/docs (``aws_``) and
.../hashicorp/awscc/latest/docs (``awscc_``, generated from the CloudFormation
schemas), read in October 2026.
"""

from __future__ import annotations

POLICIES: dict[str, dict[str, str | None]] = {
    "aws_iam_policy": {"policy": "identity"},
    "aws_iam_role_policy": {"policy": "identity"},
    "aws_iam_user_policy": {"policy": "identity"},
    "aws_iam_group_policy": {"policy": "identity"},
    "aws_iam_role": {"assume_role_policy": "trust", "inline_policy.policy": "identity"},
    "aws_ssoadmin_permission_set_inline_policy": {"inline_policy": "identity"},
    "aws_organizations_policy": {
        "content": "scp"
    },  # or what its type says: ORGANIZATIONS_POLICY_TYPES
    "aws_organizations_resource_policy": {"content": "resource"},
    "aws_s3_bucket": {"policy": "s3-bucket"},
    "aws_s3_bucket_policy": {"policy": "s3-bucket"},
    "aws_s3_access_point": {"policy": "resource"},
    "aws_s3control_access_point_policy": {"policy": "resource"},
    "aws_s3control_multi_region_access_point_policy": {"details.policy": "resource"},
    "aws_s3control_object_lambda_access_point_policy": {"policy": "resource"},
    "aws_s3control_bucket_policy": {"policy": "resource"},
    "aws_s3tables_table_policy": {"resource_policy": "resource"},
    "aws_s3tables_table_bucket_policy": {"resource_policy": "resource"},
    "aws_kms_key": {"policy": "kms-key"},
    "aws_kms_key_policy": {"policy": "kms-key"},
    "aws_kms_external_key": {"policy": "kms-key"},
    "aws_kms_replica_key": {"policy": "kms-key"},
    "aws_kms_replica_external_key": {"policy": "kms-key"},
    "aws_sns_topic": {"policy": "sns-topic"},
    "aws_sns_topic_policy": {"policy": "sns-topic"},
    "aws_sqs_queue": {"policy": "sqs-queue"},
    "aws_sqs_queue_policy": {"policy": "sqs-queue"},
    "aws_vpc_endpoint": {"policy": "vpc-endpoint"},
    "aws_vpc_endpoint_policy": {"policy": "vpc-endpoint"},
    "aws_cloudwatch_log_resource_policy": {"policy_document": "resource"},
    "aws_cloudwatch_log_destination_policy": {"access_policy": "resource"},
    "aws_cloudwatch_log_delivery_destination_policy": {"delivery_destination_policy": "resource"},
    "aws_cloudwatch_event_bus_policy": {"policy": "resource"},
    "aws_secretsmanager_secret": {"policy": "resource"},
    "aws_secretsmanager_secret_policy": {"policy": "resource"},
    "aws_ecr_repository_policy": {"policy": "resource"},
    "aws_ecr_registry_policy": {"policy": "resource"},
    "aws_ecrpublic_repository_policy": {"policy": "resource"},
    "aws_glue_resource_policy": {"policy": "resource"},
    "aws_elasticsearch_domain": {"access_policies": "resource"},
    "aws_elasticsearch_domain_policy": {"access_policies": "resource"},
    "aws_opensearch_domain": {"access_policies": "resource"},
    "aws_opensearch_domain_policy": {"access_policies": "resource"},
    "aws_backup_vault_policy": {"policy": "resource"},
    "aws_dynamodb_resource_policy": {"policy": "resource"},
    "aws_efs_file_system_policy": {"policy": "resource"},
    "aws_kinesis_resource_policy": {"policy": "resource"},
    "aws_codeartifact_domain_permissions_policy": {"policy_document": "resource"},
    "aws_codeartifact_repository_permissions_policy": {"policy_document": "resource"},
    "aws_codebuild_resource_policy": {"policy": "resource"},
    "aws_api_gateway_rest_api": {"policy": "resource"},
    "aws_api_gateway_rest_api_policy": {"policy": "resource"},
    "aws_acmpca_policy": {"policy": "resource"},
    "aws_glacier_vault": {"access_policy": "resource"},
    "aws_glacier_vault_lock": {"policy": "resource"},
    "aws_media_store_container_policy": {"policy": "resource"},
    "aws_redshift_resource_policy": {"policy": "resource"},
    "aws_schemas_registry_policy": {"policy": "resource"},
    "aws_ses_identity_policy": {"policy": "resource"},
    "aws_sesv2_email_identity_policy": {"policy": "resource"},
    "aws_transfer_user": {"policy": "identity"},
    "aws_vpclattice_auth_policy": {"policy": "resource"},
    "aws_vpclattice_resource_policy": {"policy": "resource"},
    "aws_xray_resource_policy": {"policy_document": "resource"},
    "awscc_iam_managed_policy": {"policy_document": "identity"},
    "awscc_iam_policy": {"policy_document": "identity"},
    "awscc_iam_role_policy": {"policy_document": "identity"},
    "awscc_iam_user_policy": {"policy_document": "identity"},
    "awscc_iam_group_policy": {"policy_document": "identity"},
    "awscc_iam_role": {
        "assume_role_policy_document": "trust",
        "policies.policy_document": "identity",
    },
    "awscc_iam_user": {"policies.policy_document": "identity"},
    "awscc_iam_group": {"policies.policy_document": "identity"},
    "awscc_sso_permission_set": {"inline_policy": "identity"},
    "awscc_organizations_policy": {"content": "scp"},
    "awscc_organizations_resource_policy": {"content": "resource"},
    "awscc_cloudtrail_resource_policy": {"resource_policy": None},  # by resource_arn
    "awscc_s3_bucket_policy": {"policy_document": "s3-bucket"},
    "awscc_s3_access_point": {"policy": "resource"},
    "awscc_s3_multi_region_access_point_policy": {"policy": "resource"},
    "awscc_kms_key": {"key_policy": "kms-key"},
    "awscc_kms_replica_key": {"key_policy": "kms-key"},
    "awscc_sns_topic_policy": {"policy_document": "sns-topic"},
    "awscc_sns_topic_inline_policy": {"policy_document": "sns-topic"},
    "awscc_sqs_queue_policy": {"policy_document": "sqs-queue"},
    "awscc_sqs_queue_inline_policy": {"policy_document": "sqs-queue"},
    "awscc_ec2_vpc_endpoint": {"policy_document": "vpc-endpoint"},
    "awscc_logs_resource_policy": {"policy_document": "resource"},
    "awscc_secretsmanager_resource_policy": {"resource_policy": "resource"},
    "awscc_lambda_resource_policy": {"policy": "resource"},
    "awscc_kinesis_resource_policy": {"resource_policy": "resource"},
    "awscc_events_event_bus": {"policy": "resource"},
    "awscc_efs_file_system": {"file_system_policy": "resource"},
    "awscc_backup_backup_vault": {"access_policy": "resource"},
    "awscc_ecr_repository": {"repository_policy_text": "resource"},
    "awscc_apigateway_rest_api": {"policy": "resource"},
    "awscc_opensearchservice_domain": {"access_policies": "resource"},
}
"""Resource type -> path of an attribute that holds a policy -> the kind that the place makes it.

A dot in a path goes into a nested block, or into the objects of an attribute.
"""

ORGANIZATIONS_POLICY_TYPES = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
"""The types of an organizations policy that are IAM language; the others (tags, backups...) are not."""

CLOUDTRAIL_RESOURCES = {
    "channel": "cloudtrail-channel",
    "eventdatastore": "cloudtrail-event-data-store",
    "event_data_store": "cloudtrail-event-data-store",
    "dashboard": "cloudtrail-dashboard",
}
"""What stands in an ARN (or in a resource type) of CloudTrail -> the kind of its resource policy."""

POLICY_LIKE = ("policy", "policies", "policy_document", "policy_json", "json")
"""Ends of the names of attributes that may hold a policy, in resources that are not listed and in module calls."""

NOT_POLICIES = frozenset(
    {"aws_iot_policy", "aws_ecr_lifecycle_policy", "aws_ssm_document", "aws_cloudformation_stack"}
)
"""Resource types with attributes named like policies that are no IAM policies, or no ones of AWS."""

# -- who holds what

ROLE, USER, GROUP = "aws_iam_role", "aws_iam_user", "aws_iam_group"

HOLDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_iam_role_policy": (("role", ROLE),),
    "aws_iam_user_policy": (("user", USER),),
    "aws_iam_group_policy": (("group", GROUP),),
    "aws_ssoadmin_permission_set_inline_policy": (
        ("permission_set_arn", "aws_ssoadmin_permission_set"),
    ),
    "awscc_iam_role_policy": (("role_name", "awscc_iam_role"),),
    "awscc_iam_user_policy": (("user_name", "awscc_iam_user"),),
    "awscc_iam_group_policy": (("group_name", "awscc_iam_group"),),
    "awscc_iam_managed_policy": (
        ("roles", "awscc_iam_role"),
        ("users", "awscc_iam_user"),
        ("groups", "awscc_iam_group"),
    ),
}
"""Resource type that holds a policy -> its attributes that name an identity, and that identity's type."""

IDENTITIES = (ROLE, USER, GROUP, "awscc_iam_role", "awscc_iam_user", "awscc_iam_group")
"""Resource types that are identities: a policy in one of them is held by it."""

ATTACHMENTS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "aws_iam_role_policy_attachment": ("policy_arn", (("role", ROLE),)),
    "aws_iam_user_policy_attachment": ("policy_arn", (("user", USER),)),
    "aws_iam_group_policy_attachment": ("policy_arn", (("group", GROUP),)),
    "aws_iam_policy_attachment": (
        "policy_arn",
        (("roles", ROLE), ("users", USER), ("groups", GROUP)),
    ),
    "aws_iam_role_policy_attachments_exclusive": ("policy_arns", (("role_name", ROLE),)),
    "aws_iam_user_policy_attachments_exclusive": ("policy_arns", (("user_name", USER),)),
    "aws_iam_group_policy_attachments_exclusive": ("policy_arns", (("group_name", GROUP),)),
    "aws_iam_role": ("managed_policy_arns", ()),
    "aws_ssoadmin_managed_policy_attachment": (
        "managed_policy_arn",
        (("permission_set_arn", "aws_ssoadmin_permission_set"),),
    ),
    "awscc_iam_role": ("managed_policy_arns", ()),
    "awscc_iam_user": ("managed_policy_arns", ()),
    "awscc_iam_group": ("managed_policy_arns", ()),
    "awscc_sso_permission_set": ("managed_policies", ()),
}
"""Resource type -> the attribute with ARNs of managed policies, and those that name who gets them.

With no second part the resource itself gets them.
"""

BOUNDARIES = {
    ROLE: "permissions_boundary",
    USER: "permissions_boundary",
    "aws_ssoadmin_permissions_boundary_attachment": "permissions_boundary.managed_policy_arn",
    "awscc_iam_role": "permissions_boundary",
    "awscc_iam_user": "permissions_boundary",
}
"""Resource type -> the attribute with the ARN of a permissions boundary."""

_BUCKET, _KEY, _TOPIC = "aws_s3_bucket", "aws_kms_key", "aws_sns_topic"

TRAIL_PARTNERS: dict[str, dict[str, tuple[str, ...]]] = {
    "aws_cloudtrail": {
        "s3_bucket_name": (_BUCKET,),
        "kms_key_id": (_KEY, "aws_kms_alias"),
        "sns_topic_name": (_TOPIC,),
        "cloud_watch_logs_role_arn": (ROLE,),
    },
    "aws_cloudtrail_event_data_store": {"kms_key_id": (_KEY, "aws_kms_alias")},
    "awscc_cloudtrail_trail": {
        "s3_bucket_name": ("awscc_s3_bucket", _BUCKET),
        "kms_key_id": ("awscc_kms_key", _KEY),
        "sns_topic_name": ("awscc_sns_topic", _TOPIC),
        "cloudwatch_logs_role_arn": ("awscc_iam_role", ROLE),
        "cloud_watch_logs_role_arn": ("awscc_iam_role", ROLE),
    },
    "awscc_cloudtrail_event_data_store": {
        "kms_key_id": ("awscc_kms_key", _KEY),
        "federation_role_arn": ("awscc_iam_role", ROLE),
    },
}
"""CloudTrail resource -> its attributes that name what it writes to, encrypts with and acts as, and of what type."""

POLICY_TARGETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "aws_s3_bucket_policy": ("bucket", (_BUCKET,)),
    "aws_kms_key_policy": ("key_id", (_KEY,)),
    "aws_sns_topic_policy": ("arn", (_TOPIC,)),
    "awscc_s3_bucket_policy": ("bucket", ("awscc_s3_bucket", _BUCKET)),
    "awscc_sns_topic_policy": ("topics", ("awscc_sns_topic", _TOPIC)),
    "awscc_sns_topic_inline_policy": ("topic_arn", ("awscc_sns_topic", _TOPIC)),
}
"""Resource that is only a policy -> its attribute that names the resource the policy is on, and of what type."""

NAMES: dict[str, str] = {
    _BUCKET: "bucket",
    _TOPIC: "name",
    ROLE: "name",
    USER: "name",
    GROUP: "name",
    "aws_kms_alias": "name",
    "awscc_iam_role": "role_name",
    "awscc_iam_user": "user_name",
    "awscc_iam_group": "group_name",
    "awscc_s3_bucket": "bucket_name",
    "awscc_sns_topic": "topic_name",
}
"""Resource type -> the argument with the name that others may refer to it by."""

# -- attributes of resources

ARNS: dict[str, str] = {
    "aws_cloudtrail": "cloudtrail:{region}:{account}:trail/{name}",
    "aws_cloudtrail_event_data_store": "cloudtrail:{region}:{account}:eventdatastore/{generated}",
    "aws_cloudtrail_service_account": "iam::{service_account}:root",
    "aws_s3_bucket": "s3:::{bucket}",
    "aws_iam_role": "iam::{account}:role{path}{name}",
    "aws_iam_policy": "iam::{account}:policy{path}{name}",
    "aws_iam_user": "iam::{account}:user{path}{name}",
    "aws_iam_group": "iam::{account}:group{path}{name}",
    "aws_iam_instance_profile": "iam::{account}:instance-profile{path}{name}",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
    "aws_kms_key": "kms:{region}:{account}:key/{generated}",
    "aws_kms_replica_key": "kms:{region}:{account}:key/{generated}",
    "aws_kms_external_key": "kms:{region}:{account}:key/{generated}",
    "aws_kms_alias": "kms:{region}:{account}:{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_event_bus": "events:{region}:{account}:event-bus/{name}",
    "aws_lambda_function": "lambda:{region}:{account}:function:{function_name}",
    "aws_dynamodb_table": "dynamodb:{region}:{account}:table/{name}",
    "aws_kinesis_stream": "kinesis:{region}:{account}:stream/{name}",
    "aws_kinesis_firehose_delivery_stream": "firehose:{region}:{account}:deliverystream/{name}",
    "aws_ecr_repository": "ecr:{region}:{account}:repository/{name}",
    "aws_organizations_organization": "organizations::{account}:organization/{generated}",
}
"""Resource type (also as a data source) -> its ARN behind ``arn:partition:``.

``{region}``, ``{account}`` and ``{generated}`` are not known; other names are attributes.
The formats are those of the Service Authorization Reference.
"""

ARN_ATTRIBUTES = {"aws_sns_topic": ("arn", "id"), "aws_iam_policy": ("arn", "id")}
"""Resource types where another attribute than ``arn`` is the ARN too."""

BUCKET_NAMES: dict[str, str] = {
    "aws_s3_bucket": "bucket",
    "aws_s3_bucket_policy": "bucket",
    "aws_cloudtrail": "s3_bucket_name",
}
"""Resource type -> its argument that is the name of a bucket."""

WITH_SLASHES = frozenset(
    {
        "aws_kms_alias",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_event_bus",
        "aws_ecr_repository",
    }
)
"""Resource types of ``ARNS`` whose names may have slashes in them."""

SAME_AS: dict[tuple[str, str], str] = {
    ("aws_s3_bucket", "id"): "bucket",
    ("aws_iam_role", "id"): "name",
    ("aws_iam_user", "id"): "name",
    ("aws_iam_group", "id"): "name",
    ("aws_iam_instance_profile", "id"): "name",
    ("aws_cloudwatch_log_group", "id"): "name",
    ("aws_dynamodb_table", "id"): "name",
    ("aws_kms_alias", "id"): "name",
    ("aws_s3_bucket_policy", "id"): "bucket",
    ("aws_s3_bucket_public_access_block", "id"): "bucket",
    ("aws_lambda_function", "id"): "function_name",
}
"""Exported attribute -> the argument that it repeats."""

ACCOUNT_ATTRIBUTES = frozenset(
    {
        ("aws_caller_identity", "account_id"),
        ("aws_caller_identity", "id"),
        ("aws_organizations_account", "id"),
        ("aws_organizations_organization", "master_account_id"),
        ("aws_elb_service_account", "id"),
        ("aws_redshift_service_account", "id"),
        ("aws_iam_role", "account_id"),
    }
)
"""Attributes that are an account id."""

NAME_ATTRIBUTES = frozenset(
    {
        ("aws_region", "name"),
        ("aws_region", "region"),
        ("aws_region", "id"),
        ("aws_partition", "partition"),
        ("aws_partition", "dns_suffix"),
        ("aws_organizations_organization", "id"),
        ("aws_canonical_user_id", "id"),
        ("aws_s3_bucket", "bucket"),
        ("aws_s3_bucket", "bucket_domain_name"),
        ("aws_s3_bucket", "region"),
        ("aws_kms_key", "key_id"),
        ("aws_kms_key", "id"),
        ("aws_iam_role", "name"),
        ("aws_iam_role", "unique_id"),
        ("aws_iam_user", "name"),
        ("aws_iam_group", "name"),
        ("aws_iam_policy", "name"),
        ("aws_sns_topic", "name"),
        ("aws_sqs_queue", "name"),
        ("aws_cloudtrail", "name"),
        ("aws_cloudtrail", "home_region"),
        ("aws_lambda_function", "function_name"),
        ("aws_dynamodb_table", "name"),
        ("random_id", "hex"),
        ("random_id", "dec"),
        ("random_pet", "id"),
        ("random_integer", "result"),
        ("random_uuid", "result"),
    }
)
"""Attributes that are a name or an id: never a colon or a slash in them."""

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
"""What ``data.aws_cloudtrail_service_account`` is, by region (its page in the provider's documentation)."""

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
"""The partitions that customers choose among (AWS General Reference, "Amazon Resource Names")."""
