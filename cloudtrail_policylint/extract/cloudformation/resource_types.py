"""What is known of resource types: the policies in them, who gets them, and what functions return.

A new carrier of policies is one entry here.

Sources: the AWS CloudFormation Template Reference ("Return values" of each
type) and its resource schemas, the AWS SAM specification, both read in October
2026.
"""

from __future__ import annotations

from ...base.record import record
from ...iam.kinds import kind_by_target, kind_by_type
from .. import aws

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...tree.nodes import Text

REF_ARN = "arn"
REF_NAME = "name"
_NO_POLICIES: dict[str, str | None] = {}


@record
class ResourceType:
    """What is known of one resource type.

    Paths: a dot leads into an object, or into every object of a list.
    """

    type: str

    # what Ref and Fn::GetAtt return
    makes: aws.AwsResource | None = None  # what AWS calls it
    name: str = ""  # the property with its name; empty: AWS makes it up
    by_name: bool = False  # whether others may refer to it by its name
    ref: str = ""  # what Ref returns: REF_ARN, REF_NAME, or something else
    arn_attributes: tuple[str, ...] = ("Arn",)
    name_attributes: tuple[str, ...] = ()  # names and ids: never a colon or a slash in them
    account_attributes: tuple[str, ...] = ()  # account ids
    bucket: str = ""  # the property that is the name of a bucket

    # the policies in it
    policies: dict[str, str | None] = _NO_POLICIES  # path -> kind; None: the document tells it
    kind_by: tuple[str, Callable[[Text], str | None]] | None = None
    """The property that the kind depends on instead, and the kind by its value."""
    is_statement: bool = False  # there is one statement where others have a policy
    other_language: bool = False  # its policies are none of IAM's, though its properties look so
    target: str = ""  # the property that names what the policy is on

    # who gets which policies
    is_managed_policy: bool = False
    is_identity: bool = False  # or, in SAM, gets a role of its own
    holders: tuple[str, ...] = ()  # the properties that name identities, or the targets of an SCP
    attaches: str = ""  # managed policies for itself: strings, or strings among other things
    boundary: str = ""  # path of the ARN of a permissions boundary

    # what a trail uses
    uses: tuple[str, ...] = ()  # what it writes to, encrypts with and acts as
    alias_of: str = ""  # the property that names what it is an alias of

    # templates
    template: str = ""  # the property with a whole template as a string
    template_file: str = ""  # the property that names the file of a template
    sam_globals: str = ""  # its section of the Globals of a SAM template


_TYPES = (
    ResourceType("AWS::ApiGateway::DomainNameV2", policies={"Policy": "resource"}),
    ResourceType(
        "AWS::ApiGateway::RestApi",
        ref=REF_NAME,
        policies={"Policy": "resource", "Body.x-amazon-apigateway-policy": "resource"},
    ),
    ResourceType("AWS::Backup::BackupVault", policies={"AccessPolicy": "resource"}),
    ResourceType(
        "AWS::Backup::LogicallyAirGappedBackupVault", policies={"AccessPolicy": "resource"}
    ),
    ResourceType("AWS::Bedrock::ResourcePolicy", policies={"PolicyDocument": "resource"}),
    ResourceType("AWS::CloudFormation::Stack", template_file="TemplateURL"),
    ResourceType(
        "AWS::CloudFormation::StackSet", template="TemplateBody", template_file="TemplateURL"
    ),
    ResourceType(
        "AWS::CloudTrail::Channel", makes=aws.CHANNEL, ref=REF_ARN, arn_attributes=("ChannelArn",)
    ),
    ResourceType(
        "AWS::CloudTrail::Dashboard",
        makes=aws.DASHBOARD,
        name="Name",
        ref=REF_ARN,
        arn_attributes=("DashboardArn",),
    ),
    ResourceType(
        "AWS::CloudTrail::EventDataStore",
        makes=aws.EVENT_DATA_STORE,
        ref=REF_ARN,
        arn_attributes=("EventDataStoreArn",),
        uses=("KmsKeyId", "FederationRoleArn"),
    ),
    ResourceType(
        "AWS::CloudTrail::ResourcePolicy",
        policies={"ResourcePolicy": None},
        kind_by=("ResourceArn", kind_by_target),
    ),
    ResourceType(
        "AWS::CloudTrail::Trail",
        makes=aws.TRAIL,
        name="TrailName",
        ref=REF_NAME,
        bucket="S3BucketName",
        uses=("S3BucketName", "KMSKeyId", "SnsTopicName", "CloudWatchLogsRoleArn"),
    ),
    ResourceType("AWS::CodeArtifact::Domain", policies={"PermissionsPolicyDocument": "resource"}),
    ResourceType(
        "AWS::CodeArtifact::Repository", policies={"PermissionsPolicyDocument": "resource"}
    ),
    ResourceType(
        "AWS::DynamoDB::GlobalTable",
        policies={"Replicas.ResourcePolicy.PolicyDocument": "resource"},
    ),
    ResourceType(
        "AWS::DynamoDB::Table",
        makes=aws.TABLE,
        name="TableName",
        ref=REF_NAME,
        policies={"ResourcePolicy.PolicyDocument": "resource"},
    ),
    ResourceType("AWS::EC2::Instance", ref=REF_NAME),
    ResourceType("AWS::EC2::SecurityGroup", ref=REF_NAME),
    ResourceType("AWS::EC2::VPC", ref=REF_NAME),
    ResourceType(
        "AWS::EC2::VPCEndpoint", ref=REF_NAME, policies={"PolicyDocument": "vpc-endpoint"}
    ),
    ResourceType("AWS::ECR::PublicRepository", policies={"RepositoryPolicyText": "resource"}),
    ResourceType("AWS::ECR::RegistryPolicy", policies={"PolicyText": "resource"}),
    ResourceType(
        "AWS::ECR::Repository",
        makes=aws.REPOSITORY,
        name="RepositoryName",
        ref=REF_NAME,
        policies={"RepositoryPolicyText": "resource"},
    ),
    ResourceType("AWS::EFS::FileSystem", policies={"FileSystemPolicy": "resource"}),
    ResourceType("AWS::Elasticsearch::Domain", policies={"AccessPolicies": "resource"}),
    ResourceType("AWS::EventSchemas::RegistryPolicy", policies={"Policy": "resource"}),
    ResourceType("AWS::Events::EventBus", policies={"Policy": "resource"}),
    ResourceType(
        "AWS::Events::EventBusPolicy", policies={"Statement": "resource"}, is_statement=True
    ),
    ResourceType("AWS::EventsV2::ResourcePolicy", policies={"Policy": "resource"}),
    ResourceType(
        "AWS::IAM::Group",
        makes=aws.GROUP,
        name="GroupName",
        by_name=True,
        ref=REF_NAME,
        policies={"Policies.PolicyDocument": "identity"},
        is_identity=True,
        attaches="ManagedPolicyArns",
    ),
    ResourceType(
        "AWS::IAM::GroupPolicy", policies={"PolicyDocument": "identity"}, holders=("GroupName",)
    ),
    ResourceType(
        "AWS::IAM::InstanceProfile",
        makes=aws.INSTANCE_PROFILE,
        name="InstanceProfileName",
        ref=REF_NAME,
    ),
    ResourceType(
        "AWS::IAM::ManagedPolicy",
        makes=aws.POLICY,
        name="ManagedPolicyName",
        ref=REF_ARN,
        arn_attributes=("PolicyArn",),
        policies={"PolicyDocument": "identity"},
        is_managed_policy=True,
        holders=("Roles", "Users", "Groups"),
    ),
    ResourceType(
        "AWS::IAM::Policy",
        policies={"PolicyDocument": "identity"},
        holders=("Roles", "Users", "Groups"),
    ),
    ResourceType(
        "AWS::IAM::Role",
        makes=aws.ROLE,
        name="RoleName",
        by_name=True,
        ref=REF_NAME,
        name_attributes=("RoleId",),
        policies={"AssumeRolePolicyDocument": "trust", "Policies.PolicyDocument": "identity"},
        is_identity=True,
        attaches="ManagedPolicyArns",
        boundary="PermissionsBoundary",
    ),
    ResourceType(
        "AWS::IAM::RolePolicy", policies={"PolicyDocument": "identity"}, holders=("RoleName",)
    ),
    ResourceType(
        "AWS::IAM::User",
        makes=aws.USER,
        name="UserName",
        by_name=True,
        ref=REF_NAME,
        policies={"Policies.PolicyDocument": "identity"},
        is_identity=True,
        attaches="ManagedPolicyArns",
        boundary="PermissionsBoundary",
    ),
    ResourceType(
        "AWS::IAM::UserPolicy", policies={"PolicyDocument": "identity"}, holders=("UserName",)
    ),
    ResourceType("AWS::IoT::Policy", other_language=True),
    ResourceType(
        "AWS::KMS::Alias",
        makes=aws.KEY_ALIAS,
        arn_attributes=(),
        name="AliasName",
        ref=REF_NAME,
        alias_of="TargetKeyId",
    ),
    ResourceType(
        "AWS::KMS::Key",
        makes=aws.KEY,
        ref=REF_NAME,
        name_attributes=("KeyId",),
        policies={"KeyPolicy": "kms-key"},
    ),
    ResourceType(
        "AWS::KMS::ReplicaKey", makes=aws.KEY, ref=REF_NAME, policies={"KeyPolicy": "kms-key"}
    ),
    ResourceType("AWS::Kinesis::ResourcePolicy", policies={"ResourcePolicy": "resource"}),
    ResourceType("AWS::Kinesis::Stream", makes=aws.STREAM, name="Name", ref=REF_NAME),
    ResourceType(
        "AWS::KinesisFirehose::DeliveryStream",
        makes=aws.DELIVERY_STREAM,
        name="DeliveryStreamName",
        ref=REF_NAME,
    ),
    ResourceType("AWS::Lambda::Function", makes=aws.FUNCTION, name="FunctionName", ref=REF_NAME),
    ResourceType("AWS::Lambda::ResourcePolicy", policies={"Policy": "resource"}),
    ResourceType("AWS::Logs::AccountPolicy", other_language=True),
    ResourceType(
        "AWS::Logs::DeliveryDestination",
        policies={"DeliveryDestinationPolicy.DeliveryDestinationPolicy": "resource"},
    ),
    ResourceType("AWS::Logs::Destination", policies={"DestinationPolicy": "resource"}),
    ResourceType(
        "AWS::Logs::LogGroup",
        makes=aws.LOG_STREAMS,
        name="LogGroupName",
        ref=REF_NAME,
        other_language=True,
    ),
    ResourceType("AWS::Logs::ResourcePolicy", policies={"PolicyDocument": "resource"}),
    ResourceType("AWS::MediaStore::Container", policies={"Policy": "resource"}),
    ResourceType("AWS::NetworkManager::CoreNetwork", other_language=True),
    ResourceType("AWS::OpenSearchServerless::AccessPolicy", other_language=True),
    ResourceType("AWS::OpenSearchServerless::LifecyclePolicy", other_language=True),
    ResourceType("AWS::OpenSearchServerless::SecurityPolicy", other_language=True),
    ResourceType("AWS::OpenSearchService::Domain", policies={"AccessPolicies": "resource"}),
    ResourceType("AWS::Organizations::Account", account_attributes=("AccountId",)),
    ResourceType(
        "AWS::Organizations::Organization",
        name_attributes=("Id",),
        account_attributes=("ManagementAccountId",),
    ),
    ResourceType("AWS::Organizations::OrganizationalUnit", name_attributes=("Id",)),
    ResourceType(
        "AWS::Organizations::Policy",
        policies={"Content": "scp"},
        kind_by=("Type", kind_by_type),
        holders=("TargetIds",),
    ),
    ResourceType("AWS::Organizations::ResourcePolicy", policies={"Content": "resource"}),
    ResourceType("AWS::Redshift::Cluster", policies={"NamespaceResourcePolicy": "resource"}),
    ResourceType(
        "AWS::RedshiftServerless::Namespace", policies={"NamespaceResourcePolicy": "resource"}
    ),
    ResourceType("AWS::S3::AccessPoint", policies={"Policy": "resource"}),
    ResourceType(
        "AWS::S3::Bucket",
        makes=aws.BUCKET,
        name="BucketName",
        ref=REF_NAME,
        name_attributes=("DomainName", "RegionalDomainName"),
        bucket="BucketName",
    ),
    ResourceType(
        "AWS::S3::BucketPolicy",
        bucket="Bucket",
        policies={"PolicyDocument": "s3-bucket"},
        target="Bucket",
    ),
    ResourceType("AWS::S3::MultiRegionAccessPointPolicy", policies={"Policy": "resource"}),
    ResourceType("AWS::S3Express::AccessPoint", policies={"Policy": "resource"}),
    ResourceType("AWS::S3Express::BucketPolicy", policies={"PolicyDocument": "resource"}),
    ResourceType("AWS::S3ObjectLambda::AccessPointPolicy", policies={"PolicyDocument": "resource"}),
    ResourceType("AWS::S3Outposts::AccessPoint", policies={"Policy": "resource"}),
    ResourceType("AWS::S3Outposts::BucketPolicy", policies={"PolicyDocument": "resource"}),
    ResourceType("AWS::S3Tables::TableBucketPolicy", policies={"ResourcePolicy": "resource"}),
    ResourceType("AWS::S3Tables::TablePolicy", policies={"ResourcePolicy": "resource"}),
    ResourceType("AWS::SES::EmailIdentityPolicy", policies={"Policy": "resource"}),
    ResourceType("AWS::SES::ReceiptFilter", other_language=True),
    ResourceType("AWS::SNS::Subscription", other_language=True),
    ResourceType(
        "AWS::SNS::Topic",
        makes=aws.TOPIC,
        name="TopicName",
        ref=REF_ARN,
        arn_attributes=("TopicArn",),
        name_attributes=("TopicName",),
        other_language=True,
    ),
    ResourceType(
        "AWS::SNS::TopicInlinePolicy", policies={"PolicyDocument": "sns-topic"}, target="TopicArn"
    ),
    ResourceType(
        "AWS::SNS::TopicPolicy", policies={"PolicyDocument": "sns-topic"}, target="Topics"
    ),
    ResourceType(
        "AWS::SQS::Queue",
        makes=aws.QUEUE,
        name="QueueName",
        name_attributes=("QueueName",),
        other_language=True,
    ),
    ResourceType("AWS::SQS::QueueInlinePolicy", policies={"PolicyDocument": "sqs-queue"}),
    ResourceType("AWS::SQS::QueuePolicy", policies={"PolicyDocument": "sqs-queue"}),
    ResourceType("AWS::SSM::Document", other_language=True),
    ResourceType("AWS::SSM::ResourcePolicy", policies={"Policy": "resource"}),
    ResourceType(
        "AWS::SSO::PermissionSet",
        policies={"InlinePolicy": "identity"},
        is_identity=True,
        attaches="ManagedPolicies",
        boundary="PermissionsBoundary.ManagedPolicyArn",
    ),
    ResourceType("AWS::SecretsManager::ResourcePolicy", policies={"ResourcePolicy": "resource"}),
    ResourceType(
        "AWS::SecretsManager::Secret", makes=aws.SECRET, ref=REF_ARN, arn_attributes=("Id",)
    ),
    ResourceType(
        "AWS::Serverless::Api",
        ref=REF_NAME,
        policies={
            "Auth.ResourcePolicy.CustomStatements": "resource",
            "DefinitionBody.x-amazon-apigateway-policy": "resource",
        },
        sam_globals="Api",
    ),
    ResourceType("AWS::Serverless::Application", template_file="Location"),
    ResourceType(
        "AWS::Serverless::Function",
        makes=aws.FUNCTION,
        name="FunctionName",
        ref=REF_NAME,
        policies={"AssumeRolePolicyDocument": "trust", "Policies": "identity"},
        is_identity=True,
        attaches="Policies",
        boundary="PermissionsBoundary",
        sam_globals="Function",
    ),
    ResourceType(
        "AWS::Serverless::StateMachine",
        makes=aws.STATE_MACHINE,
        name="Name",
        ref=REF_ARN,
        policies={"Policies": "identity"},
        is_identity=True,
        attaches="Policies",
        boundary="PermissionsBoundary",
        sam_globals="StateMachine",
    ),
    ResourceType(
        "AWS::StepFunctions::StateMachine",
        makes=aws.STATE_MACHINE,
        name="StateMachineName",
        ref=REF_ARN,
        name_attributes=("Name",),
    ),
    ResourceType("AWS::Transfer::User", policies={"Policy": "identity"}),
    ResourceType("AWS::VpcLattice::AuthPolicy", policies={"Policy": "resource"}),
    ResourceType("AWS::VpcLattice::ResourcePolicy", policies={"Policy": "resource"}),
    ResourceType("AWS::XRay::ResourcePolicy", policies={"PolicyDocument": "resource"}),
)

RESOURCE_TYPES = {type_.type: type_ for type_ in _TYPES}
_UNKNOWN = ResourceType("")


def resource_type(name: str) -> ResourceType:
    """What is known of the resource type *name*: for most of them nothing."""
    return RESOURCE_TYPES.get(name, _UNKNOWN)
