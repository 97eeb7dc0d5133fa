"""What ``Ref`` and ``Fn::GetAtt`` return for the resource types that policies name, as plain data.

Sources: "Return values" of each type in the AWS CloudFormation Template
Reference, and the ARN formats of the Service Authorization Reference.
"""

from __future__ import annotations

ARNS: dict[str, str] = {
    "AWS::CloudTrail::Trail": "cloudtrail:{region}:{account}:trail/{TrailName}",
    "AWS::CloudTrail::EventDataStore": "cloudtrail:{region}:{account}:eventdatastore/{}",
    "AWS::CloudTrail::Channel": "cloudtrail:{region}:{account}:channel/{}",
    "AWS::CloudTrail::Dashboard": "cloudtrail:{region}:{account}:dashboard/{Name}",
    "AWS::S3::Bucket": "s3:::{BucketName}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{}",
    "AWS::KMS::ReplicaKey": "kms:{region}:{account}:key/{}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{TopicName}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{QueueName}",
    "AWS::IAM::Role": "iam::{account}:role{Path}{RoleName}",
    "AWS::IAM::User": "iam::{account}:user{Path}{UserName}",
    "AWS::IAM::Group": "iam::{account}:group{Path}{GroupName}",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy{Path}{ManagedPolicyName}",
    "AWS::IAM::InstanceProfile": "iam::{account}:instance-profile{Path}{InstanceProfileName}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{LogGroupName}:*",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{FunctionName}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{FunctionName}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{TableName}",
    "AWS::Kinesis::Stream": "kinesis:{region}:{account}:stream/{Name}",
    "AWS::KinesisFirehose::DeliveryStream": "firehose:{region}:{account}:deliverystream/{DeliveryStreamName}",
    "AWS::StepFunctions::StateMachine": "states:{region}:{account}:stateMachine:{StateMachineName}",
    "AWS::Serverless::StateMachine": "states:{region}:{account}:stateMachine:{Name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{}",
    "AWS::ECR::Repository": "ecr:{region}:{account}:repository/{RepositoryName}",
}
"""Resource type -> its ARN behind ``arn:partition:``. ``{Name}`` is a property, ``{}`` is generated."""

ARN_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "AWS::CloudTrail::EventDataStore": ("EventDataStoreArn",),
    "AWS::CloudTrail::Channel": ("ChannelArn",),
    "AWS::CloudTrail::Dashboard": ("DashboardArn",),
    "AWS::SNS::Topic": ("TopicArn",),
    "AWS::IAM::ManagedPolicy": ("PolicyArn",),
    "AWS::SecretsManager::Secret": ("Id",),
}
"""Resource type -> its attribute that is the ARN, where that is not ``Arn``."""

REF_IS_ARN = frozenset(
    {
        "AWS::CloudTrail::EventDataStore",
        "AWS::CloudTrail::Channel",
        "AWS::CloudTrail::Dashboard",
        "AWS::SNS::Topic",
        "AWS::IAM::ManagedPolicy",
        "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::StateMachine",
        "AWS::SecretsManager::Secret",
    }
)
"""Types whose ``Ref`` is the ARN."""

REF_IS_NAME: dict[str, str] = {
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::KMS::Key": "",
    "AWS::KMS::ReplicaKey": "",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::ApiGateway::RestApi": "",
    "AWS::Serverless::Api": "",
    "AWS::EC2::VPC": "",
    "AWS::EC2::VPCEndpoint": "",
    "AWS::EC2::Instance": "",
    "AWS::EC2::SecurityGroup": "",
}
"""Types whose ``Ref`` is one field of an ARN -> the property that sets it (empty: it is generated)."""

NAME_ATTRIBUTES = frozenset(
    {
        ("AWS::S3::Bucket", "DomainName"),
        ("AWS::S3::Bucket", "RegionalDomainName"),
        ("AWS::KMS::Key", "KeyId"),
        ("AWS::SNS::Topic", "TopicName"),
        ("AWS::SQS::Queue", "QueueName"),
        ("AWS::IAM::Role", "RoleId"),
        ("AWS::StepFunctions::StateMachine", "Name"),
        ("AWS::Organizations::Organization", "Id"),
        ("AWS::Organizations::OrganizationalUnit", "Id"),
    }
)
"""Attributes that are a name or an id: never a colon or a slash in them."""

ACCOUNT_ATTRIBUTES = frozenset(
    {
        ("AWS::Organizations::Account", "AccountId"),
        ("AWS::Organizations::Organization", "ManagementAccountId"),
    }
)
"""Attributes that are an account id."""

BUCKET_NAMES: dict[str, str] = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::CloudTrail::Trail": "S3BucketName",
}
"""Resource type -> its property that is the name of a bucket."""

WITH_SLASHES = frozenset({"Path", "AliasName", "LogGroupName", "RepositoryName"})
"""Properties with the names of ``ARNS`` and ``REF_IS_NAME`` that may have slashes in them."""

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
"""The partitions that customers choose among (AWS General Reference, "Amazon Resource Names")."""

URL_SUFFIXES = ("amazonaws.com", "amazonaws.com.cn")
"""What ``AWS::URLSuffix`` is, by partition (Template Reference, "Pseudo parameters reference")."""
