"""What becomes of requests: each rule of IAM's evaluation, and what must hold of every policy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.template.iam import AccessRequest, Decision, PolicySet, Verdict, evaluate, read_statements
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import AssumedDefaults

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
ALLOWED, DENIED, UNKNOWN = Verdict.ALLOWED, Verdict.DENIED, Verdict.UNKNOWN
ALLOW = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}


def policies(*listed: Mapping[str, Any], version: str = "2012-10-17", gaps: Sequence[str] = ()) -> PolicySet:
    document = {"P": {"Version": version, "Statement": list(listed)}}
    parsed = parse_template(json.dumps(document), "t.json").data["P"]
    return PolicySet(name="Role", statements=tuple(read_statements(parsed, ("P",))), gaps=tuple(gaps))


def outcome(
    statement: Mapping[str, Any], resource: str = QUEUE, *, action: str = "sqs:SendMessage", **request: Any
) -> Verdict:
    return evaluate(AccessRequest(action=action, resource=resource, **request), policies(statement)).outcome


STATEMENTS: dict[str, tuple[dict[str, Any], str, Verdict]] = {
    "an action in another case": ({"Action": "SQS:sendmessage"}, QUEUE, ALLOWED),
    "a mark": ({"Action": "sqs:SendMessag?"}, QUEUE, ALLOWED),
    "not the action": ({"NotAction": ["iam:*", "sqs:Send*"], "Action": []}, QUEUE, DENIED),
    "another than the actions": ({"NotAction": "iam:*", "Action": []}, QUEUE, ALLOWED),
    "the resource": ({"Resource": QUEUE}, QUEUE, ALLOWED),
    "another resource": ({"Resource": f"{QUEUE}-2"}, QUEUE, DENIED),
    "another region": ({"Resource": QUEUE.replace("us-east-1", "eu-west-1")}, QUEUE, DENIED),
    "another account": ({"Resource": QUEUE.replace("123456789012", "1" * 12)}, QUEUE, DENIED),
    "all but the resource": ({"NotResource": QUEUE, "Resource": []}, QUEUE, DENIED),
    "all but another": ({"NotResource": f"{QUEUE}-2", "Resource": []}, QUEUE, ALLOWED),
    "all but something unknown": ({"NotResource": "<Queue>", "Resource": []}, QUEUE, UNKNOWN),
    "something unknown": ({"Resource": "<Queue>"}, QUEUE, UNKNOWN),
    "the same unknown": ({"Resource": "<Queue>"}, "<Queue>", ALLOWED),
    "two values of a function": ({"Resource": "<Fn::ImportValue>"}, "<Fn::ImportValue>", UNKNOWN),
    "an unknown beginning, another end": ({"Resource": "<Prefix>-bills"}, "<Prefix>-orders", DENIED),
    "an unknown account": ({"Resource": "arn:aws:sqs:us-east-1:<Account>:orders"}, QUEUE, UNKNOWN),
    "an unknown account, another name": ({"Resource": "arn:aws:sqs:us-east-1:<Account>:bills"}, QUEUE, DENIED),
    "one choice of several": ({"Resource": QUEUE}, "*", ALLOWED),
    "no choice of several": ({"Resource": QUEUE}, "arn:aws:sqs:us-east-1:123456789012:b*", DENIED),
    "no value": ({"Resource": {"Fn::Transform": 1}}, QUEUE, UNKNOWN),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements(name: str):
    statement, resource, expected = STATEMENTS[name]
    assert outcome({**ALLOW, **statement}, resource) is expected


VARIABLES = [
    ("arn:aws:sqs:*:${aws:PrincipalAccount}:orders", ALLOWED),
    ("arn:aws:sqs:*:*:${aws:PrincipalTag/team}", DENIED),
    ("arn:aws:sqs:*:*:${aws:PrincipalTag/team, 'orders'}", ALLOWED),
    ("arn:aws:sqs:*:*:${aws:userid}", UNKNOWN),
    ("arn:aws:sqs:*:*:order${*}", DENIED),
]


@pytest.mark.parametrize(("resource", "expected"), VARIABLES)
def test_policy_variables(resource: str, expected: Verdict):
    context = {"aws:PrincipalAccount": "123456789012", "aws:PrincipalTag/team": None}
    statement = {**ALLOW, "Resource": resource}
    assert outcome(statement, context=context) is expected
    request = AccessRequest(action="sqs:SendMessage", resource=QUEUE, context=context)
    assert evaluate(request, policies(statement, version="2008-10-17")).outcome is DENIED  # which has no variables


CONTEXT: dict[str, str | list[str] | None] = {
    "aws:RequestedRegion": "eu-west-1",
    "aws:PrincipalArn": "arn:aws:iam::123456789012:role/etl/work",
    "aws:SourceArn": None,
    "aws:CurrentTime": "2026-01-02T00:00:00Z",
    "aws:SourceIp": "10.1.2.3",
    "aws:TagKeys": ["a", "b"],
    "aws:SecureTransport": "true",
    "s3:max-keys": "10",
    "x:bytes": "YQ==",
    "x:name": "<Name>",
}
CONDITIONS: list[tuple[str, str, Any, Verdict]] = [
    ("StringEquals", "aws:requestedregion", ["us-east-1", "eu-west-1"], ALLOWED),
    ("StringEquals", "aws:RequestedRegion", "eu-*", DENIED),
    ("StringLike", "aws:RequestedRegion", "eu-*", ALLOWED),
    ("StringNotLike", "aws:RequestedRegion", ["us-*", "eu-*"], DENIED),
    ("StringNotEquals", "aws:RequestedRegion", "us-east-1", ALLOWED),
    ("StringEqualsIgnoreCase", "aws:RequestedRegion", "EU-WEST-1", ALLOWED),
    ("StringNotEqualsIgnoreCase", "aws:RequestedRegion", "EU-WEST-1", DENIED),
    ("StringEquals", "aws:SourceArn", "x", DENIED),
    ("StringNotEquals", "aws:SourceArn", "x", ALLOWED),
    ("StringEqualsIfExists", "aws:SourceArn", "x", ALLOWED),
    ("StringEqualsIfExists", "aws:RequestedRegion", "x", DENIED),
    ("StringEquals", "aws:userid", "x", UNKNOWN),
    ("StringEqualsIfExists", "aws:userid", "x", UNKNOWN),
    ("Null", "aws:SourceArn", "true", ALLOWED),
    ("Null", "aws:SourceArn", False, DENIED),
    ("Null", "aws:RequestedRegion", "false", ALLOWED),
    ("Null", "aws:userid", "true", UNKNOWN),
    ("Null", "aws:SourceArn", "<Flag>", UNKNOWN),
    ("ArnLike", "aws:PrincipalArn", "arn:*:iam::*:role/etl/*", ALLOWED),
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*", ALLOWED),
    ("ArnLike", "aws:PrincipalArn", "arn:*", DENIED),
    ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/etl/*", DENIED),
    ("ArnLike", "aws:PrincipalArn", "<Role.Arn>", UNKNOWN),
    ("Bool", "aws:SecureTransport", True, ALLOWED),
    ("Bool", "aws:SecureTransport", "false", DENIED),
    ("NumericLessThanEquals", "s3:max-keys", 10, ALLOWED),
    ("NumericGreaterThan", "s3:max-keys", "10", DENIED),
    ("NumericNotEquals", "s3:max-keys", "9", ALLOWED),
    ("NumericEquals", "s3:max-keys", "ten", DENIED),
    ("NumericEquals", "s3:max-keys", "<Keys>", UNKNOWN),
    ("DateLessThan", "aws:CurrentTime", "2026-01-03", ALLOWED),
    ("DateGreaterThanEquals", "aws:CurrentTime", "1800000000", DENIED),
    ("DateEquals", "aws:CurrentTime", "yesterday", DENIED),
    ("IpAddress", "aws:SourceIp", "10.0.0.0/8", ALLOWED),
    ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8"], DENIED),
    ("IpAddress", "aws:SourceIp", "ten", DENIED),
    ("BinaryEquals", "x:bytes", "YQ==", ALLOWED),
    ("BinaryEquals", "x:bytes", "%", DENIED),
    ("StringEquals", "x:name", "a", UNKNOWN),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b", "c"], ALLOWED),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["a"], DENIED),
    ("ForAllValues:StringEquals", "aws:SourceArn", ["a"], ALLOWED),
    ("ForAnyValue:StringEquals", "aws:TagKeys", ["b"], ALLOWED),
    ("ForAnyValue:StringEquals", "aws:SourceArn", ["b"], DENIED),
    ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["b"], ALLOWED),
    ("ForAllValues:StringNotEquals", "aws:TagKeys", ["b"], DENIED),
    ("ForAnyValue:StringNotEquals", "aws:SourceArn", ["b"], DENIED),
    ("SomeValue:StringEquals", "aws:TagKeys", ["b"], UNKNOWN),
    ("StringMatches", "aws:TagKeys", ["b"], UNKNOWN),
]


@pytest.mark.parametrize(("operator", "key", "value", "expected"), CONDITIONS)
def test_conditions(operator: str, key: str, value: Any, expected: Verdict):
    statement = {**ALLOW, "Condition": {operator: {key: value}}}
    assert outcome(statement, context=CONTEXT) is expected


def test_a_condition_that_only_aws_makes_is_not_known():
    assert outcome({**ALLOW, "Condition": "<Fn::Transform>"}, context=CONTEXT) is UNKNOWN


def test_in_a_complete_context_other_keys_are_absent():
    statement = {**ALLOW, "Condition": {"StringEquals": {"aws:userid": "x"}}}
    assert outcome(statement, context=CONTEXT, complete=True) is DENIED


def test_an_assumed_region_or_account_stands_for_any():
    here = {**ALLOW, "Resource": QUEUE}
    there = {**ALLOW, "Resource": QUEUE.replace("us-east-1", "eu-west-1")}
    request = AccessRequest(
        action="sqs:SendMessage", resource=QUEUE, assumed=AssumedDefaults(region="us-east-1", account="123456789012")
    )
    assert evaluate(request, policies(here)).outcome is ALLOWED
    assert evaluate(request, policies(there)) == Decision(
        outcome=UNKNOWN, reasons=("the region of the deployment is unknown, and eu-west-1 is expected",)
    )
    region = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    denying = policies(here, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": region})
    asked = AccessRequest(
        action="sqs:SendMessage",
        resource=QUEUE,
        context={"aws:RequestedRegion": "us-east-1"},
        assumed=AssumedDefaults(region="us-east-1"),
    )
    assert evaluate(asked, denying).outcome is UNKNOWN


DENY = {"Effect": "Deny", "Action": "sqs:*", "Resource": QUEUE}
ROLE = "arn:aws:iam::123456789012:role/r"


def test_who_decides():
    request = AccessRequest(action="sqs:SendMessage", resource=QUEUE, principals=(ROLE,), account="123456789012")
    none, all_, deny = policies(), policies(ALLOW), policies(ALLOW, DENY)
    direct = policies({**ALLOW, "Principal": {"AWS": ROLE}})
    account = policies({**ALLOW, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}})
    service = policies({**ALLOW, "Principal": {"Service": "sns.amazonaws.com"}})
    but_me = policies({**ALLOW, "NotPrincipal": {"AWS": ROLE}})
    assert evaluate(request, none).reasons == ("no policy of Role allows it",)
    denied = evaluate(request, deny)
    assert (denied.outcome, denied.reasons) == (DENIED, ("the statement on line 1 of Role denies it",))
    assert denied.statement == deny.statements[1]
    boundary = PolicySet(name="the boundary")
    assert evaluate(request, all_, boundary=boundary).reasons == ("the boundary does not allow it",)
    assert evaluate(request, all_, boundary=all_).is_allowed
    assert evaluate(request, none, boundary=all_).is_denied
    assert evaluate(request, all_, boundary=policies(gaps=["it is elsewhere"])).reasons == ("it is elsewhere",)
    assert evaluate(request, policies(gaps=["it is elsewhere"])).reasons == ("it is elsewhere",)
    assert evaluate(request, policies(ALLOW, gaps=["it is elsewhere"])).is_allowed
    assert evaluate(request, none, resource=direct).is_allowed
    assert evaluate(request, none, resource=account).is_denied
    assert evaluate(request, none, resource=but_me).is_denied
    assert evaluate(request, all_, resource=service).is_allowed
    assert evaluate(request, all_, resource=service, needs_resource=True).is_denied
    assert evaluate(request, all_, resource=account, needs_resource=True).is_allowed
    assert evaluate(request, none, resource=direct, needs_resource=True).is_allowed
    assert evaluate(request, all_, resource=policies({**DENY, "Principal": "*"})).is_denied


NAMES = st.text("ab", max_size=3)
PATTERNS = st.builds("".join, st.lists(st.sampled_from(["a", "b", "*", "?", "<X>", "<Y>"]), max_size=4))
EFFECTS = st.sampled_from(["Allow", "Deny"])
STATEMENT = st.builds(
    lambda effect, key, patterns: {"Effect": effect, "Action": "s:A", key: patterns},
    EFFECTS,
    st.sampled_from(["Resource", "NotResource"]),
    st.lists(PATTERNS, min_size=1, max_size=2),
)


def decide(listed: list[dict[str, Any]], resource: str) -> Decision:
    return evaluate(AccessRequest(action="s:A", resource=resource), policies(*listed))


@given(st.lists(STATEMENT, max_size=3), STATEMENT, PATTERNS)
def test_one_more_deny_allows_nothing_more(listed: list[dict[str, Any]], more: dict[str, Any], resource: str):
    order = {DENIED: 0, UNKNOWN: 1, ALLOWED: 2}
    before, after = decide(listed, resource), decide([*listed, {**more, "Effect": "Deny"}], resource)
    assert order[after.outcome] <= order[before.outcome]


@given(PATTERNS, PATTERNS.filter(lambda text: not {"*", "?"} & {*text}))
def test_not_resource_is_the_complement(pattern: str, resource: str):
    opposite = {ALLOWED: DENIED, DENIED: ALLOWED, UNKNOWN: UNKNOWN}
    allow = {"Effect": "Allow", "Action": "s:A"}
    named = decide([{**allow, "Resource": pattern}], resource).outcome
    assert decide([{**allow, "NotResource": pattern}], resource).outcome is opposite[named]


@given(st.lists(STATEMENT, max_size=3), PATTERNS.filter(lambda text: not {"*", "?"} & {*text}), NAMES, NAMES)
def test_what_is_decided_before_the_deployment_is_so_after_it(
    listed: list[dict[str, Any]], resource: str, x: str, y: str
):
    before = decide(listed, resource).outcome
    text = json.dumps([listed, resource]).replace("<X>", x).replace("<Y>", y)
    after = decide(*json.loads(text)).outcome
    assert after is not UNKNOWN
    assert before in (UNKNOWN, after)


@given(st.lists(STATEMENT, max_size=3), PATTERNS, NAMES)
def test_what_is_denied_of_every_choice_is_denied_of_each(listed: list[dict[str, Any]], resource: str, choice: str):
    if decide(listed, resource).is_denied:
        chosen = resource.replace("*", choice).replace("?", "a")
        assert decide(listed, chosen).is_denied
