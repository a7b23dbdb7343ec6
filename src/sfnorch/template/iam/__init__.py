"""The evaluation of IAM policies: a request is allowed, denied, or unknown before the deployment.

`decide` in `sfnorch.template.permissions` evaluates a request of a role in a template.
"""

from __future__ import annotations

from sfnorch.template.iam.evaluation import Decision, PolicySet, Verdict, can_allow, evaluate
from sfnorch.template.iam.patterns import GIVEN, can_overlap, is_match
from sfnorch.template.iam.requests import AccessRequest
from sfnorch.template.iam.statements import Condition, Statement, read_statements

__all__ = [
    "GIVEN",
    "AccessRequest",
    "Condition",
    "Decision",
    "PolicySet",
    "Statement",
    "Verdict",
    "can_allow",
    "can_overlap",
    "evaluate",
    "is_match",
    "read_statements",
]
