"""The evaluation of IAM policies: a request is allowed, denied, or unknown before the deployment.

`decide` in `sfnorch.template.permissions` evaluates a request of a role in a template.
"""

from __future__ import annotations

from sfnorch.template.iam.evaluation import Decision, Outcome, PolicySet, allows, evaluate
from sfnorch.template.iam.patterns import GIVEN, matches, overlap
from sfnorch.template.iam.requests import Request
from sfnorch.template.iam.statements import Condition, Statement, statements

__all__ = [
    "GIVEN",
    "Condition",
    "Decision",
    "Outcome",
    "PolicySet",
    "Request",
    "Statement",
    "allows",
    "evaluate",
    "matches",
    "overlap",
    "statements",
]
