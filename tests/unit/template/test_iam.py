from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.template.iam import can_allow, can_overlap, is_match, read_statements
from sfnorch.template.reader import parse_template

ARN = "arn:aws:lambda:us-east-1:123456789012:function"
OVERLAPS = [
    (f"{ARN}:work", f"{ARN}:work", True),
    (f"{ARN}:work", f"{ARN}:play", False),
    (f"{ARN}:w*", f"{ARN}:work", True),
    (f"{ARN}:w?rk", f"{ARN}:work", True),
    ("*", f"{ARN}:work", True),
    (f"{ARN}:work", "*", True),
    (f"{ARN}:work", f"{ARN}:*", True),
    (f"{ARN}:work:*", f"{ARN}:work", False),
    (f"{ARN}:<Name>", f"{ARN}:work", True),
    (f"{ARN}:work", "<Function.Arn>", True),
    (f"{ARN}:work", "arn:aws:lambda:eu-west-1:210987654321:function:work", True),
    ("arn:*:glue:*:*:job/clean*", "arn:aws:glue:us-east-1:123456789012:job/clean-orders", True),
    ("arn:*:glue:*:*:job/clean*", "arn:aws:glue:us-east-1:123456789012:job/orders", False),
    ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/key", True),
    ("arn:aws:*", f"{ARN}:work", True),
    ("", "", True),
    ("a*", "*b", True),
    ("a*c", "*b", False),
]


@pytest.mark.parametrize(("pattern", "resource", "expected"), OVERLAPS)
def test_overlaps(pattern: str, resource: str, expected: bool):
    assert can_overlap(pattern, resource) is expected


PATTERNS = st.text("ab*?", max_size=6)


@given(PATTERNS, st.text("ab", max_size=6))
def test_a_pattern_and_a_text_overlap_where_it_matches(pattern: str, text: str):
    assert can_overlap(pattern, text) == is_match(pattern, text)


@given(PATTERNS, PATTERNS)
def test_patterns_overlap_where_a_text_fits_both(one: str, other: str):
    longest = 2 * max(len(one), len(other))
    texts = [""]
    found = False
    for _ in range(longest + 1):
        found = found or any(is_match(one, text) and is_match(other, text) for text in texts)
        # texts that may still be begun by both, so that the search stays small
        texts = [text + letter for text in texts for letter in "ab" if _begins(one, text + letter)][:64]
        if found or not texts:
            break
    if found:
        assert can_overlap(one, other)
    assert can_overlap(one, other) == can_overlap(other, one)


def _begins(pattern: str, text: str) -> bool:
    parts = [".*" if mark == "*" else "." if mark == "?" else mark for mark in pattern]
    return any(re.fullmatch("".join(parts[:end]), text) for end in range(len(parts) + 1))


POLICY = f"""\
A:
  Statement:
  - {{Effect: Allow, Action: 'lambda:Invoke*', Resource: {ARN}:work}}
  - {{Effect: Allow, NotAction: ['iam:*', 'lambda:*'], Resource: '*'}}
  - {{Effect: Allow, Action: sqs:SendMessage, NotResource: '{ARN}:*'}}
  - {{Effect: Deny, Action: 'sns:*', Resource: '*'}}
  - {{Effect: Deny, Action: 'sqs:*', Resource: '*', Condition: {{Bool: {{x: true}}}}}}
  - nothing
"""
ALLOWED = [
    ("lambda:InvokeFunction", f"{ARN}:work", True),
    ("Lambda:invokefunction", f"{ARN}:work", True),
    ("lambda:InvokeFunction", f"{ARN}:play", False),
    ("glue:StartJobRun", "arn:aws:glue:us-east-1:123456789012:job/a", True),
    ("iam:PassRole", "x", False),
    ("sns:Publish", "arn:aws:sns:us-east-1:123456789012:t", False),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:q", True),
]


@pytest.mark.parametrize(("action", "resource", "expected"), ALLOWED)
def test_what_is_allowed(action: str, resource: str, expected: bool):
    document = parse_template(POLICY, "t.yaml").data["A"]
    assert can_allow(read_statements(document, ("A",)), action, resource) is expected


def test_statements():
    text = "A: {Statement: {Action: [a:B], Principal: {Service: x, AWS: ['*', y]}}}\nB: {Statement: 1}\n"
    data = parse_template(text, "t.yaml").data
    (found,) = read_statements(data["A"], ("A",))
    assert (found.actions, found.principals, found.path, found.place.line) == (
        ("a:B",),
        ("x", "*", "y"),
        ("A", "Statement"),
        1,
    )
    assert (read_statements(data["B"], ()), read_statements(None, ())) == ([], [])
