"""What a template's role may do: its boundary, the resources' own policies, AWS's managed policies."""

from __future__ import annotations

import pytest

from sfnorch.template.contents import evaluate_template
from sfnorch.template.permissions import decide
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment

TEMPLATE = """\
Parameters:
  Outside: {Type: String}
Resources:
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Path: /etl/
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
        - {Effect: Allow, Action: '*', Resource: '*'}
        - {Effect: Deny, Action: 'iam:*', Resource: '*', Condition: {StringNotEquals: {iam:PassedToService: glue.amazonaws.com}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Path: !Sub '/${AWS::StackName}/'
      RoleName: work
      PermissionsBoundary: !Ref Boundary
      AssumeRolePolicyDocument: {Statement: []}
      Tags: [{Key: team, Value: etl}]
      ManagedPolicyArns:
      - !Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaRole'
      - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
      Policies:
      - PolicyName: work
        PolicyDocument:
          Version: '2012-10-17'
          Statement:
          - {Effect: Allow, Action: [iam:PassRole, iam:GetRole], Resource: '*'}
          - {Effect: Allow, Action: 'kms:*', Resource: '*'}
          - {Effect: Allow, Action: 'sqs:*', Resource: '*', Condition: {StringEquals: {aws:ResourceAccount: !Ref AWS::AccountId}}}
          - {Effect: Allow, Action: 'logs:*', Resource: '*', Condition: {StringEquals: {'aws:PrincipalTag/team': etl}}}
          - {Effect: Allow, Action: 'ssm:*', Resource: '*', Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}}
  Unclear:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      ManagedPolicyArns: [!Ref Outside]
  Bounded:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      PermissionsBoundary: !Ref Outside
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}}}]
  Admin:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: []}
      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement: {Effect: Deny, Principal: '*', Action: 'sqs:Purge*', Resource: '*'}
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: lake}}
  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement: {Effect: Allow, Principal: {AWS: !GetAtt Role.Arn}, Action: s3:PutObject, Resource: 'arn:aws:s3:::lake/*'}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  BusPolicy:
    Type: AWS::Events::EventBusPolicy
    Properties: {StatementId: s, EventBusName: orders, Action: events:PutEvents, Principal: '*'}
  OwnBus:
    Type: AWS::Events::EventBus
    Properties:
      Name: bills
      Policy: {Effect: Allow, Principal: {AWS: !GetAtt Role.Arn}, Action: events:PutEvents, Resource: '*'}
  Function: {Type: AWS::Lambda::Function, Properties: {FunctionName: load}}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: load, Action: lambda:GetFunction, Principal: !GetAtt Role.Arn}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'kms:D*', Resource: '*'}
"""
HERE = "us-east-1:123456789012"
KEY = "arn:aws:kms:us-east-1:123456789012:key/stack-Key-XXXXXXXXXXXX"
BOUNDARY = "the permissions boundary arn:aws:iam::123456789012:policy/etl/stack-Boundary-XXXXXXXXXXXX"
CASES = [
    ("Role", "lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:f", "allowed"),
    ("Role", "s3:GetObject", "arn:aws:s3:::b/k", "allowed"),
    ("Role", "s3:PutObject", "arn:aws:s3:::b/k", "denied: no policy of Role allows it"),
    ("Role", "s3:PutObject", "arn:aws:s3:::lake/k", "allowed"),
    ("Role", "events:PutEvents", f"arn:aws:events:{HERE}:event-bus/orders", "allowed"),
    ("Role", "events:PutEvents", f"arn:aws:events:{HERE}:event-bus/bills", "allowed"),
    ("Role", "events:PutEvents", f"arn:aws:events:{HERE}:event-bus/default", "denied: no policy of Role allows it"),
    ("Role", "lambda:GetFunction", f"arn:aws:lambda:{HERE}:function:load:1", "allowed"),
    ("Role", "sqs:SendMessage", f"arn:aws:sqs:{HERE}:orders", "allowed"),
    ("Role", "sqs:SendMessage", "*", "allowed"),
    ("Role", "sqs:SendMessage", "arn:aws:sqs:us-east-1:210987654321:q", "unknown"),
    ("Role", "sqs:PurgeQueue", f"arn:aws:sqs:{HERE}:orders", "denied: the statement on line 56 of the policy of Queue"),
    ("Role", "logs:PutLogEvents", "*", "allowed"),
    ("Role", "ssm:GetParameter", "*", "denied: no policy of Role allows it"),
    ("Role", "kms:Decrypt", KEY, "allowed"),
    ("Role", "kms:Encrypt", KEY, "denied: the policy of Key does not allow it"),
    ("Role", "iam:GetRole", "*", f"denied: the statement on line 12 of {BOUNDARY} denies it"),
    ("Role", "iam:PassRole", "*", "unknown"),
    ("Unclear", "sqs:SendMessage", "*", "unknown: the document of the managed policy <Outside> is not available"),
    ("Bounded", "sqs:SendMessage", "*", "unknown: the document of the permissions boundary <Outside> is not available"),
    ("Bounded", "sns:Publish", "*", "denied: no policy of Bounded allows it"),
    ("Admin", "sns:Publish", "*", "allowed"),
]


@pytest.mark.parametrize(("name", "action", "resource", "expected"), CASES)
def test_what_roles_may_do(name: str, action: str, resource: str, expected: str):
    template = evaluate_template(parse_template(TEMPLATE, "t.yaml"))
    (role,) = (role for role in template.roles.values() if role.name == name)
    found = decide(template, role, action, resource)
    assert f"{found.outcome.value}: {'; '.join(found.reasons)}".removesuffix(": ").startswith(expected)


def test_context_and_region_of_a_request():
    template = evaluate_template(parse_template(TEMPLATE, "t.yaml"), None, StackEnvironment(region="eu-west-1"))
    (role,) = (role for role in template.roles.values() if role.name == "Role")
    assert role.arn == "arn:aws:iam::123456789012:role/stack/work"
    glue, other = ({"iam:PassedToService": f"{name}.amazonaws.com"} for name in ("glue", "lambda"))
    assert decide(template, role, "iam:PassRole", "arn:aws:iam::123456789012:role/x", glue).is_allowed
    assert decide(template, role, "iam:PassRole", "arn:aws:iam::123456789012:role/x", other).is_denied
    assert decide(template, role, "iam:PassRole", "arn:aws:iam::123456789012:role/x", complete=True).is_denied
    assert template.stack.where.assumed.region == ""
