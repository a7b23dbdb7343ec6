"""Whether the condition of a statement matches a request, as far as the condition keys are known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import lru_cache

from sfnorch.template.iam.patterns import escape, match_pattern
from sfnorch.template.iam.requests import AccessRequest
from sfnorch.template.iam.statements import Condition
from sfnorch.template.iam.truth import NO, YES, Truth, combine_all, combine_any, create_unknown
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.resources import AssumedDefaults

_Test = Callable[[str, str, AssumedDefaults], Truth]
_ARN_PARTS = 6
_WITH_WILDCARDS = ("stringlike", "arnlike", "arnequals")


def evaluate_condition(condition: Condition, request: AccessRequest, *, has_variables: bool) -> Truth:
    """Return whether the condition matches the request."""
    values = request.list_values(condition.key)
    if condition.operator == "null":
        return _is_absent(condition, values)
    operator, negated = _split_negation(condition.operator)
    if operator not in _TESTS:
        return create_unknown(f"the condition {condition.operator} of {condition.key} cannot be evaluated")
    if values is None:
        return create_unknown(f"the condition key {condition.key} is known only when the request is made")
    if not values:
        if condition.if_exists or condition.quantifier == "forallvalues":
            return YES
        return YES if negated and condition.quantifier != "foranyvalue" else NO
    wanted = [_fill_variables(value, request, operator, has_variables=has_variables) for value in condition.values]
    patterns = tuple(value for value in wanted if value is not None)
    answers = [_test_value(operator, patterns, value, request.assumed) for value in values]
    if negated:
        answers = [~answer for answer in answers]
    every = condition.quantifier == "forallvalues" or (negated and not condition.quantifier)
    return combine_all(answers) if every else combine_any(answers)


@lru_cache(maxsize=10_000)
def _test_value(operator: str, patterns: tuple[str, ...], value: str, assumed: AssumedDefaults) -> Truth:
    """Return whether one of the patterns matches the value; the same is asked for most requests of a role."""
    test = _TESTS[operator]
    return combine_any(test(pattern, value, assumed) for pattern in patterns)


def _is_absent(condition: Condition, values: tuple[str, ...] | None) -> Truth:
    if values is None:
        return create_unknown(f"the condition key {condition.key} is known only when the request is made")
    if any(UNKNOWN.search(value) for value in condition.values):
        return create_unknown(f"the value for {condition.key} is unknown before the deployment")
    return combine_any(YES if (value.lower() == "true") == (not values) else NO for value in condition.values)


def _split_negation(operator: str) -> tuple[str, bool]:
    if operator == "notipaddress":
        return "ipaddress", True
    if "not" in operator:
        return operator.replace("not", "", 1), True
    return operator, False


def _fill_variables(value: str, request: AccessRequest, operator: str, *, has_variables: bool) -> str | None:
    """Return the value with its policy variables; operators without wildcards escape `*` and `?`."""
    is_literal = operator not in _WITH_WILDCARDS
    if has_variables:
        return request.fill_variables(value, is_literal=is_literal)
    return escape(value) if is_literal else value


def _compare_text(pattern: str, value: str, assumed: AssumedDefaults) -> Truth:
    return match_pattern(pattern, escape(value), assumed)


def _compare_text_ignoring_case(pattern: str, value: str, assumed: AssumedDefaults) -> Truth:
    return match_pattern(pattern.casefold(), escape(value.casefold()), assumed)


def _compare_arn(pattern: str, value: str, assumed: AssumedDefaults) -> Truth:
    """Compare each of the six parts of an ARN separately."""
    one, other = pattern.split(":", _ARN_PARTS - 1), value.split(":", _ARN_PARTS - 1)
    if len(one) != _ARN_PARTS or len(other) != _ARN_PARTS:
        return match_pattern(pattern, escape(value), assumed) if UNKNOWN.search(pattern + value) else NO
    return combine_all(match_pattern(left, escape(right), assumed) for left, right in zip(one, other, strict=True))


def _build_ordered_test(read: Callable[[str], float], compares: Callable[[float, float], bool]) -> _Test:
    def test(pattern: str, value: str, assumed: AssumedDefaults) -> Truth:
        try:
            return YES if compares(read(value), read(pattern)) else NO
        except ValueError:
            return _handle_other_type(pattern, value)

    return test


def _parse_seconds(text: str) -> float:
    """Return the seconds since 1970 of a date in ISO 8601, or of a number of seconds."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def _compare_address(pattern: str, value: str, assumed: AssumedDefaults) -> Truth:
    try:
        return YES if ipaddress.ip_address(value) in ipaddress.ip_network(pattern, strict=False) else NO
    except ValueError:
        return _handle_other_type(pattern, value)


def _compare_bytes(pattern: str, value: str, assumed: AssumedDefaults) -> Truth:
    try:
        return YES if base64.b64decode(pattern, validate=True) == base64.b64decode(value, validate=True) else NO
    except (ValueError, binascii.Error):
        return _handle_other_type(pattern, value)


def _handle_other_type(pattern: str, value: str) -> Truth:
    """Return no for a value of another type; unknown if only the deployment determines the value."""
    found = UNKNOWN.search(pattern) or UNKNOWN.search(value)
    return create_unknown(f"{found[0][1:-1]} is unknown before the deployment") if found else NO


_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": lambda value, bound: value == bound,
    "lessthan": lambda value, bound: value < bound,
    "lessthanequals": lambda value, bound: value <= bound,
    "greaterthan": lambda value, bound: value > bound,
    "greaterthanequals": lambda value, bound: value >= bound,
}
_TESTS: Mapping[str, _Test] = {
    "stringequals": _compare_text,
    "stringlike": _compare_text,
    "stringequalsignorecase": _compare_text_ignoring_case,
    "bool": _compare_text_ignoring_case,
    "arnequals": _compare_arn,
    "arnlike": _compare_arn,
    "ipaddress": _compare_address,
    "binaryequals": _compare_bytes,
    **{f"numeric{name}": _build_ordered_test(float, compares) for name, compares in _ORDERS.items()},
    **{f"date{name}": _build_ordered_test(_parse_seconds, compares) for name, compares in _ORDERS.items()},
}
