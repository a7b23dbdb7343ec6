"""What is to be done about AWS's reasons, and the reasons without their noise."""

from __future__ import annotations

import pytest

from sfnorch.aws.hints import clean_message, find_hint


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            (
                "Resource handler returned message: \"'arn:aws:iam::1:role/r' is not authorized to create managed-rule. "
                '(Service: Sfn, Status Code: 400, Request ID: 1-2)" (RequestToken: 3, HandlerErrorCode: AccessDenied)'
            ),
            (
                "the machine's role needs events:PutTargets, events:PutRule and events:DescribeRule on that rule: a state "
                "machine that waits for executions is notified of their end by this rule"
            ),
        ),
        (
            (
                "API: iam:CreateRole User: arn:aws:sts::1:assumed-role/Dev/ann is not authorized to perform: iam:CreateRole "
                "on resource: arn:aws:iam::1:role/etl-r because no identity-based policy allows the iam:CreateRole action"
            ),
            "arn:aws:sts::1:assumed-role/Dev/ann needs iam:CreateRole on arn:aws:iam::1:role/etl-r",
        ),
        (
            "Requires capabilities : [CAPABILITY_NAMED_IAM]",
            "a nested stack or macro requires CAPABILITY_NAMED_IAM; deploy with `aws cloudformation` to pass it",
        ),
        (
            "etl-topic already exists in stack arn:aws:cloudformation:eu-central-1:1:stack/other/2",
            (
                "the name is in use: a resource with this name exists outside the stack; choose another --stack-name, or "
                "delete that resource"
            ),
        ),
        (
            "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck].",
            "CloudFormation rejected the template before any change; `sfnorch lint` finds most such errors",
        ),
        (
            "Cannot exceed quota for RolesPerAccount: 1000",
            "a quota of the account is reached; delete unused resources, or request an increase in Service Quotas",
        ),
        ("Rate exceeded", "AWS throttled the request; repeat the command in a minute"),
        ("Something else", ""),
    ],
)
def test_known_reasons_have_hints(reason: str, told: str):
    assert find_hint(reason) == told


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            ('Resource handler returned message: "Role (etl) exists. (Service: Iam, Status Code: 409, Request ID: '
            '0a-1b)" (RequestToken: 2c, HandlerErrorCode: AlreadyExists)'),
            "Role (etl) exists.",
        ),
        ("Invalid  State Machine\nDefinition: 'x' (Service: AWSStepFunctions; Status Code: 400)",
         "Invalid State Machine Definition: 'x'"),
        ("Resource creation cancelled", "Resource creation cancelled"),
        ("A (thing) that stays", "A (thing) that stays"),
    ],
)  # fmt: skip
def test_reasons_are_told_without_noise(reason: str, told: str):
    assert clean_message(reason) == told
