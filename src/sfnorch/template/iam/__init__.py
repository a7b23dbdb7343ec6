"""The evaluation of IAM policies: a request is allowed, denied, or unknown before the deployment.

`decide` in `sfnorch.template.permissions` evaluates a request of a role in a template.
"""

from __future__ import annotations

from sfnorch.template.iam.evaluation import Decision, PolicySet, Verdict, allows, evaluate
from sfnorch.template.iam.patterns import GIVEN, matches, overlap
from sfnorch.template.iam.requests import AccessRequest
from sfnorch.template.iam.statements import Condition, Statement, statements

__all__ = [
    "GIVEN",
    "AccessRequest",
    "Condition",
    "Decision",
    "PolicySet",
    "Statement",
    "Verdict",
    "allows",
    "evaluate",
    "matches",
    "overlap",
    "statements",
]
