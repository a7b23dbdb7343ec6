"""Roles of the services that the pipeline works with."""

from __future__ import annotations

from typing import Any

from troposphere.iam import Policy, Role


def delivery_role(logical_id: str, service: str, statements: list[Any]) -> Role:
    """A role that the service takes on, with these statements.

    Its trust has no condition: a role can be passed to a service in its own account alone, and whether these services
    tell aws:SourceAccount when they take one on is nowhere said.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return Role(
        logical_id,
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[Policy(PolicyName="work", PolicyDocument={"Version": "2012-10-17", "Statement": statements})],
    )
