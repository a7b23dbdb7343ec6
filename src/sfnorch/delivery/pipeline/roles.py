"""Roles of the services that the pipeline uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere.iam import Policy, Role

from sfnorch.cfn.values import PolicyStatement, TemplateValue


def make_delivery_role(
    logical_id: str,
    service: str,
    statements: Sequence[PolicyStatement],
    condition: Mapping[str, TemplateValue] | None = None,
) -> Role:
    """Return a role that the service assumes, with these statements.

    `condition` restricts the trust, where the service sends the condition keys: CodeBuild and EventBridge do
    [documented]. For CodePipeline and CloudFormation this is not documented; a role can be passed to a service only in
    its own account.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    trust: dict[str, TemplateValue] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        trust["Condition"] = condition
    return Role(
        logical_id,
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[Policy(PolicyName="work", PolicyDocument={"Version": "2012-10-17", "Statement": statements})],
    )
