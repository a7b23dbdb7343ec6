"""What is to be done about AWS's reasons, and the reasons without their noise."""

from __future__ import annotations

import pytest

from sfnorch.aws.hints import hint, plain


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            (
                "Resource handler returned message: \"'arn:aws:iam::1:role/r' is not authorized to create managed-rule. "
                '(Service: Sfn, Status Code: 400, Request ID: 1-2)" (RequestToken: 3, HandlerErrorCode: AccessDenied)'
            ),
            (
                "the machine's role needs events:PutTargets, events:PutRule and events:DescribeRule on that rule: machines "
                "that wait for executions are told of their end by it"
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
            "a nested stack or macro wants CAPABILITY_NAMED_IAM: `aws cloudformation` can give it",
        ),
        (
            "etl-topic already exists in stack arn:aws:cloudformation:eu-central-1:1:stack/other/2",
            (
                "the name is taken: another stack or person has such a resource; choose another --stack-name, or delete "
                "what stands there"
            ),
        ),
        (
            "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck].",
            "CloudFormation refused the template before it changed anything; `sfnorch lint` finds most such faults",
        ),
        (
            "Cannot exceed quota for RolesPerAccount: 1000",
            "a quota of the account is reached: delete what is unused, or ask for more in Service Quotas",
        ),
        ("Rate exceeded", "AWS was throttling: repeat the command in a minute"),
        ("Something else", ""),
    ],
)
def test_known_reasons_have_hints(reason: str, told: str):
    assert hint(reason) == told


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
    assert plain(reason) == told
