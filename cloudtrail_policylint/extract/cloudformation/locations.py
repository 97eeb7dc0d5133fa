"""Where CloudFormation keeps policies, as plain data.

Sources: the AWS CloudFormation Template Reference and its resource schemas,
the AWS SAM specification, both read in October 2026. In a path a dot goes into
an object, or into every object of a list.
"""

from __future__ import annotations

POLICIES: dict[str, dict[str, str | None]] = {
    "AWS::IAM::ManagedPolicy": {"PolicyDocument": "identity"},
    "AWS::IAM::Policy": {"PolicyDocument": "identity"},
    "AWS::IAM::RolePolicy": {"PolicyDocument": "identity"},
    "AWS::IAM::UserPolicy": {"PolicyDocument": "identity"},
    "AWS::IAM::GroupPolicy": {"PolicyDocument": "identity"},
    "AWS::IAM::Role": {
        "AssumeRolePolicyDocument": "trust",
        "Policies.PolicyDocument": "identity",
    },
    "AWS::IAM::User": {"Policies.PolicyDocument": "identity"},
    "AWS::IAM::Group": {"Policies.PolicyDocument": "identity"},
    "AWS::SSO::PermissionSet": {"InlinePolicy": "identity"},
    "AWS::Organizations::Policy": {"Content": "scp"},  # or what its Type says: ORGANIZATIONS_TYPES
    "AWS::Organizations::ResourcePolicy": {"Content": "resource"},
    "AWS::CloudTrail::ResourcePolicy": {"ResourcePolicy": None},  # by its ResourceArn
    "AWS::S3::BucketPolicy": {"PolicyDocument": "s3-bucket"},
    "AWS::S3::AccessPoint": {"Policy": "resource"},
    "AWS::S3::MultiRegionAccessPointPolicy": {"Policy": "resource"},
    "AWS::S3ObjectLambda::AccessPointPolicy": {"PolicyDocument": "resource"},
    "AWS::S3Outposts::BucketPolicy": {"PolicyDocument": "resource"},
    "AWS::S3Outposts::AccessPoint": {"Policy": "resource"},
    "AWS::S3Express::BucketPolicy": {"PolicyDocument": "resource"},
    "AWS::S3Express::AccessPoint": {"Policy": "resource"},
    "AWS::S3Tables::TableBucketPolicy": {"ResourcePolicy": "resource"},
    "AWS::S3Tables::TablePolicy": {"ResourcePolicy": "resource"},
    "AWS::KMS::Key": {"KeyPolicy": "kms-key"},
    "AWS::KMS::ReplicaKey": {"KeyPolicy": "kms-key"},
    "AWS::SNS::TopicPolicy": {"PolicyDocument": "sns-topic"},
    "AWS::SNS::TopicInlinePolicy": {"PolicyDocument": "sns-topic"},
    "AWS::SQS::QueuePolicy": {"PolicyDocument": "sqs-queue"},
    "AWS::SQS::QueueInlinePolicy": {"PolicyDocument": "sqs-queue"},
    "AWS::EC2::VPCEndpoint": {"PolicyDocument": "vpc-endpoint"},
    "AWS::Logs::ResourcePolicy": {"PolicyDocument": "resource"},
    "AWS::Logs::Destination": {"DestinationPolicy": "resource"},
    "AWS::Logs::DeliveryDestination": {
        "DeliveryDestinationPolicy.DeliveryDestinationPolicy": "resource"
    },
    "AWS::SecretsManager::ResourcePolicy": {"ResourcePolicy": "resource"},
    "AWS::Lambda::ResourcePolicy": {"Policy": "resource"},
    "AWS::Kinesis::ResourcePolicy": {"ResourcePolicy": "resource"},
    "AWS::DynamoDB::Table": {"ResourcePolicy.PolicyDocument": "resource"},
    "AWS::DynamoDB::GlobalTable": {"Replicas.ResourcePolicy.PolicyDocument": "resource"},
    "AWS::Events::EventBus": {"Policy": "resource"},
    "AWS::Events::EventBusPolicy": {"Statement": "resource"},
    "AWS::EventsV2::ResourcePolicy": {"Policy": "resource"},
    "AWS::EventSchemas::RegistryPolicy": {"Policy": "resource"},
    "AWS::EFS::FileSystem": {"FileSystemPolicy": "resource"},
    "AWS::Backup::BackupVault": {"AccessPolicy": "resource"},
    "AWS::Backup::LogicallyAirGappedBackupVault": {"AccessPolicy": "resource"},
    "AWS::ApiGateway::RestApi": {
        "Policy": "resource",
        "Body.x-amazon-apigateway-policy": "resource",
    },
    "AWS::ApiGateway::DomainNameV2": {"Policy": "resource"},
    "AWS::ECR::Repository": {"RepositoryPolicyText": "resource"},
    "AWS::ECR::PublicRepository": {"RepositoryPolicyText": "resource"},
    "AWS::ECR::RegistryPolicy": {"PolicyText": "resource"},
    "AWS::Elasticsearch::Domain": {"AccessPolicies": "resource"},
    "AWS::OpenSearchService::Domain": {"AccessPolicies": "resource"},
    "AWS::CodeArtifact::Domain": {"PermissionsPolicyDocument": "resource"},
    "AWS::CodeArtifact::Repository": {"PermissionsPolicyDocument": "resource"},
    "AWS::MediaStore::Container": {"Policy": "resource"},
    "AWS::SES::EmailIdentityPolicy": {"Policy": "resource"},
    "AWS::Transfer::User": {"Policy": "identity"},
    "AWS::VpcLattice::AuthPolicy": {"Policy": "resource"},
    "AWS::VpcLattice::ResourcePolicy": {"Policy": "resource"},
    "AWS::XRay::ResourcePolicy": {"PolicyDocument": "resource"},
    "AWS::SSM::ResourcePolicy": {"Policy": "resource"},
    "AWS::Bedrock::ResourcePolicy": {"PolicyDocument": "resource"},
    "AWS::Redshift::Cluster": {"NamespaceResourcePolicy": "resource"},
    "AWS::RedshiftServerless::Namespace": {"NamespaceResourcePolicy": "resource"},
    "AWS::Serverless::Function": {
        "AssumeRolePolicyDocument": "trust",
        "Policies": "identity",
    },
    "AWS::Serverless::StateMachine": {"Policies": "identity"},
    "AWS::Serverless::Api": {
        "Auth.ResourcePolicy.CustomStatements": "resource",
        "DefinitionBody.x-amazon-apigateway-policy": "resource",
    },
}
"""Resource type -> path of a property that holds a policy -> the kind that the place makes it."""

STATEMENTS = frozenset({"AWS::Events::EventBusPolicy"})
"""Types whose property holds one statement where others hold a policy."""

NESTED_TEMPLATES = {"AWS::CloudFormation::StackSet": "TemplateBody"}
"""Type -> the property with a whole template as a string."""

NESTED_STACKS = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::CloudFormation::StackSet": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
"""Type -> the property that names the file of a template to make a stack of."""

NOT_POLICIES = frozenset(
    {
        "AWS::IoT::Policy",
        "AWS::Logs::AccountPolicy",
        "AWS::Logs::LogGroup",
        "AWS::NetworkManager::CoreNetwork",
        "AWS::OpenSearchServerless::AccessPolicy",
        "AWS::OpenSearchServerless::SecurityPolicy",
        "AWS::OpenSearchServerless::LifecyclePolicy",
        "AWS::SES::ReceiptFilter",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Document",
    }
)
"""Types with properties that look like IAM policies and are policies of another language."""

ORGANIZATIONS_TYPES = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
"""The types of an Organizations policy that are IAM language; the others (tags, backups...) are not."""

CLOUDTRAIL_TYPES = {
    "AWS::CloudTrail::Channel": "cloudtrail-channel",
    "AWS::CloudTrail::EventDataStore": "cloudtrail-event-data-store",
    "AWS::CloudTrail::Dashboard": "cloudtrail-dashboard",
}
"""Type of a resource of CloudTrail -> the kind of its resource policy."""

# -- who holds what

ATTACHMENTS: dict[str, tuple[str, ...]] = {
    "AWS::IAM::Role": ("ManagedPolicyArns",),
    "AWS::IAM::User": ("ManagedPolicyArns",),
    "AWS::IAM::Group": ("ManagedPolicyArns",),
    "AWS::SSO::PermissionSet": ("ManagedPolicies",),
    "AWS::Serverless::Function": ("Policies",),
    "AWS::Serverless::StateMachine": ("Policies",),
}
"""Resource type -> its properties that name managed policies (strings, or strings among other things)."""

BOUNDARIES: dict[str, str] = {
    "AWS::IAM::Role": "PermissionsBoundary",
    "AWS::IAM::User": "PermissionsBoundary",
    "AWS::SSO::PermissionSet": "PermissionsBoundary.ManagedPolicyArn",
    "AWS::Serverless::Function": "PermissionsBoundary",
    "AWS::Serverless::StateMachine": "PermissionsBoundary",
}
"""Resource type -> the property with the ARN of a permissions boundary."""

IDENTITIES = frozenset({*ATTACHMENTS})
"""Types that are identities, or (in SAM) that get a role of their own: their inline policies are theirs."""

IDENTITY_NAMES = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
}
"""Type of an identity -> the property with its name, by which policies may refer to it."""

HOLDERS: dict[str, tuple[str, ...]] = {
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::IAM::GroupPolicy": ("GroupName",),
}
"""Resource type that is only a policy -> its properties that name the identities it is attached to."""

TRAIL_PARTNERS: dict[str, tuple[str, ...]] = {
    "AWS::CloudTrail::Trail": (
        "S3BucketName",
        "KMSKeyId",
        "SnsTopicName",
        "CloudWatchLogsRoleArn",
    ),
    "AWS::CloudTrail::EventDataStore": ("KmsKeyId", "FederationRoleArn"),
}
"""CloudTrail resource -> its properties that name what it writes to, encrypts with and acts as."""

ALIASES = {"AWS::KMS::Alias": "TargetKeyId"}
"""Resource that is another name -> the property that says of what."""

POLICY_TARGETS: dict[str, str] = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::TopicInlinePolicy": "TopicArn",
}
"""Resource that is only a policy -> its property that names the resource the policy is on."""

SAM_ROLE_SUFFIX = "Role"
"""What SAM appends to a function's or state machine's logical id for the role that it makes."""

SAM_GLOBALS = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::StateMachine": "StateMachine",
}
"""SAM resource type -> its section of Globals."""
