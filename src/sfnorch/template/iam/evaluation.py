"""Whether policies allow a request: allowed, denied with the reason, or unknown with the reasons.

An explicit deny decides. Otherwise, an identity-based policy or a resource-based policy must allow the request, and the
permissions boundary too, if there is one. Service control policies and session policies are assumed to allow all.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from sfnorch.template.iam.conditions import evaluate_condition
from sfnorch.template.iam.patterns import GIVEN, match_pattern
from sfnorch.template.iam.requests import AccessRequest
from sfnorch.template.iam.statements import Statement
from sfnorch.template.iam.truth import NO, YES, Truth, combine_all, combine_any, create_unknown
from sfnorch.template.resources import AssumedDefaults


class Verdict(Enum):
    """The result of the evaluation of a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Decision(NamedTuple):
    """The result for a request, the statement that decides it if one does, and the reasons; each reason is a clause."""

    outcome: Verdict
    reasons: tuple[str, ...] = ()
    statement: Statement | None = None

    @property
    def is_allowed(self) -> bool:
        """Return whether the request is allowed."""
        return self.outcome is Verdict.ALLOWED

    @property
    def is_denied(self) -> bool:
        """Return whether the request is denied."""
        return self.outcome is Verdict.DENIED

    @property
    def is_unknown(self) -> bool:
        """Return whether the result is unknown before the deployment, or before the request."""
        return self.outcome is Verdict.UNKNOWN


class PolicySet(NamedTuple):
    """Policies that are evaluated together, and what is unknown about them: each gap is a clause."""

    name: str
    statements: tuple[Statement, ...] = ()
    gaps: tuple[str, ...] = ()


def evaluate(
    request: AccessRequest,
    identity: PolicySet,
    *,
    boundary: PolicySet | None = None,
    resource: PolicySet | None = None,
    needs_resource: bool = False,
) -> Decision:
    """Return the result for the request with these policies.

    `resource` is the resource-based policy. With `needs_resource`, it must allow the principal or its account, as is
    the case for KMS keys and for the trust policies of roles.

    An unknown part of an identity-based policy can allow a request, and is assumed not to deny one.
    """
    sets = [policies for policies in (identity, boundary, resource) if policies is not None]
    denying = [(policies, one) for policies in sets for one in policies.statements if not one.allow]
    denied = NO
    for policies, statement in denying:
        found = match_statement(statement, request)
        if found.value:
            return Decision(
                outcome=Verdict.DENIED,
                reasons=(f"the statement on line {statement.place.line} of {policies.name} denies it",),
                statement=statement,
            )
        denied = combine_any([denied, found])
    by_identity = _check_identity_policies(identity, request)
    bounded = _check_identity_policies(boundary, request) if boundary is not None else YES
    directly, by_account = _check_resource_policy(resource, request) if resource is not None else (NO, NO)
    if needs_resource:
        granted = combine_any([directly, combine_all([by_account, by_identity])])
    else:
        granted = combine_any([by_identity, directly])
    allowed = combine_all([granted, bounded, ~denied])
    if allowed.value is None:
        return Decision(outcome=Verdict.UNKNOWN, reasons=allowed.reasons)
    if allowed.value:
        return Decision(outcome=Verdict.ALLOWED)
    return Decision(
        outcome=Verdict.DENIED, reasons=(_explain_denial(identity, boundary, resource, by_identity, bounded),)
    )


def match_statement(statement: Statement, request: AccessRequest) -> Truth:
    """Return whether the statement matches the request: principal, action, resource and conditions."""
    action = match_action(statement, request.action)
    if action.value is False:
        return NO
    found = [action, _match_resource(statement, request)]
    if statement.of_resource:
        found.append(combine_any(_match_principal(statement, request)))
    if any(answer.value is False for answer in found):
        return NO
    found += [evaluate_condition(test, request, has_variables=statement.has_variables) for test in statement.conditions]
    return combine_all(found)


def _check_identity_policies(policies: PolicySet, request: AccessRequest) -> Truth:
    found = combine_any(match_statement(statement, request) for statement in policies.statements if statement.allow)
    return combine_any([found, create_unknown(*policies.gaps)]) if policies.gaps else found


def _check_resource_policy(policies: PolicySet, request: AccessRequest) -> tuple[Truth, Truth]:
    """Return whether the policy allows the principal itself, and whether it delegates to the principal's account."""
    directly, by_account = NO, NO
    for statement in policies.statements:
        if not statement.allow:
            continue
        meant = match_statement(statement, request)
        if meant.value is False:
            continue
        itself, account = _match_principal(statement, request)
        directly = combine_any([directly, combine_all([meant, itself])])
        by_account = combine_any([by_account, combine_all([meant, account])])
    gaps = create_unknown(*policies.gaps) if policies.gaps else NO
    return combine_any([directly, gaps]), combine_any([by_account, gaps])


def match_action(statement: Statement, action: str) -> Truth:
    """Return whether the statement matches the action."""
    if statement.not_actions:
        return ~_match_actions(statement.not_actions, action)
    return _match_actions(statement.actions, action)


@lru_cache(maxsize=10_000)
def _match_actions(patterns: tuple[str, ...], action: str) -> Truth:
    """Return whether one of the patterns matches the action; IAM actions are not case-sensitive."""
    return combine_any(match_pattern(pattern.lower(), action.lower()) for pattern in patterns)


def _match_resource(statement: Statement, request: AccessRequest) -> Truth:
    """Return whether the statement matches the resource.

    If the resource is chosen at run time, an Allow must match one choice, and a Deny must match all choices.
    """
    if statement.not_resources:
        return ~_match_patterns(statement.not_resources, statement, request, every=statement.allow)
    if not statement.resources:  # a resource-based policy without a Resource is about its own resource
        return YES if statement.of_resource else NO
    return _match_patterns(statement.resources, statement, request, every=not statement.allow)


def _match_patterns(patterns: Iterable[str], statement: Statement, request: AccessRequest, *, every: bool) -> Truth:
    filled = [request.fill_variables(pattern) if statement.has_variables else pattern for pattern in patterns]
    return combine_any(
        match_pattern(pattern, request.resource, request.assumed, every=every)
        for pattern in filled
        if pattern is not None
    )


def _match_principal(statement: Statement, request: AccessRequest) -> tuple[Truth, Truth]:
    """Return whether the statement names the principal itself, and whether it names the principal's account."""
    if statement.not_principals:
        itself, account = _match_principals(statement.not_principals, request)
        return ~combine_any([itself, account]), NO
    return _match_principals(statement.principals, request)


def _match_principals(principals: Iterable[str], request: AccessRequest) -> tuple[Truth, Truth]:
    principals = tuple(principals)
    itself = [YES if name == "*" else _is_one(name, request.principals, request) for name in principals]
    accounts = (request.account, f"arn:aws:iam::{request.account}:root") if request.account else ()
    account = [_is_one(_normalize_partition(name), accounts, request) for name in principals]
    return combine_any(itself), combine_any(account)


def _is_one(name: str, names: Iterable[str], request: AccessRequest) -> Truth:
    """Return whether the name is one of the names. Principals have no wildcards except `*` alone."""
    return combine_any(match_pattern(name.replace("*", "\ue000"), one, request.assumed) for one in names)


def _normalize_partition(name: str) -> str:
    parts = name.split(":")
    return ":".join(["arn", "aws", *parts[2:]]) if parts[0] == "arn" and len(parts) > 2 else name


def _explain_denial(
    identity: PolicySet, boundary: PolicySet | None, resource: PolicySet | None, by_identity: Truth, bounded: Truth
) -> str:
    if boundary is not None and bounded.value is False and by_identity.value is not False:
        return f"{boundary.name} does not allow it"
    if resource is not None and by_identity.value:
        return f"{resource.name} does not allow it"
    return f"no policy of {identity.name} allows it"


def can_allow(granted: Iterable[Statement], action: str, resource: str) -> bool:
    """Return whether the statements can allow the action on the resource: no known statement denies it.

    Regions and accounts of ARNs are not compared, and conditions are not evaluated.
    """
    policies = PolicySet(name="the policies", statements=tuple(granted))
    parts = resource.split(":", 5)
    assumed = AssumedDefaults(region=parts[3], account=parts[4]) if resource.startswith("arn:") and parts[5:] else GIVEN
    return not evaluate(AccessRequest(action=action, resource=resource, assumed=assumed), policies).is_denied
