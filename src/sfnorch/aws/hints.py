"""What to do about the reasons that AWS gives: one place for all that is known of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from sfnorch.aws.secrets import without_secrets

_DENIED = re.compile(
    r"(?P<who>arn:\S+|[\w+=,.@/-]+) is not authorized to perform: (?P<action>[\w:*-]+)"
    r"(?: on resource: (?P<resource>\"?[^\s\"]+\"?))?"
)

# What AWS's words hold, and what to do then; the first that fits is told.
_HINTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"not authorized to create managed-rule|StepFunctionsGetEvents\w+Rule"),
        lambda _: (
            "the machine's role needs events:PutTargets, events:PutRule and events:DescribeRule on that rule: "
            "machines that wait for executions are told of their end by it"
        ),
    ),
    (_DENIED, lambda match: _permission(match)),
    (
        re.compile(r"Requires capabilities ?: ?\[?(?P<names>[\w, ]+)"),
        lambda match: f"a nested stack or macro wants {match['names'].strip()}: `aws cloudformation` can give it",
    ),
    (
        re.compile(r"AlreadyExists|already exists"),
        lambda _: (
            "the name is taken: another stack or person has such a resource; "
            "choose another --stack-name, or delete what stands there"
        ),
    ),
    (
        re.compile(r"AWS::EarlyValidation"),
        lambda _: (
            "CloudFormation refused the template before it changed anything; `sfnorch lint` finds most such faults"
        ),
    ),
    (
        re.compile(r"(?i)limit ?exceeded|exceeded the (?:maximum|limit)|quota"),
        lambda _: "a quota of the account is reached: delete what is unused, or ask for more in Service Quotas",
    ),
    (re.compile(r"(?i)rate exceeded|throttl"), lambda _: "AWS was throttling: repeat the command in a minute"),
    (
        re.compile(r"(?i)cannot be assumed|is unable to assume|not authorized to assume"),
        lambda _: "the role's trust policy must name the service that takes it, and a new role needs some seconds",
    ),
    (
        re.compile(r"(?i)TerminationProtection is enabled"),
        lambda _: "`aws cloudformation update-termination-protection --no-enable-termination-protection` takes it off",
    ),
    (
        re.compile(r"(?i)role .* is invalid|invalid role"),
        lambda _: "does --role-arn name a role that cloudformation.amazonaws.com may assume?",
    ),
)

_NOISE = re.compile(
    r"\s*\((?:Service|Status Code|Request ID|RequestToken|HandlerErrorCode|Extended Request ID|SDK Attempt Count|Proxy)"
    r": [^()]*(?:\([^()]*\))?[^()]*\)"
)
_HANDLER = re.compile(r'^Resource handler returned message: "(?P<text>.*)"$', re.DOTALL)


def hint(reason: str) -> str:
    """Return what to do about it; empty where nothing is known of such a reason."""
    return next((tell(match) for pattern, tell in _HINTS if (match := pattern.search(reason))), "")


def plain(reason: str) -> str:
    """AWS's reason alone, without request ids and the like."""
    text = _NOISE.sub("", " ".join(without_secrets(reason).split())).strip()
    if match := _HANDLER.match(text):
        text = match["text"].strip()
    return text


def _permission(match: re.Match[str]) -> str:
    resource = (match["resource"] or "").strip('".,')
    return f"{match['who']} needs {match['action']}" + (f" on {resource}" if resource else "")
