"""Suggest fixes for the error messages of AWS."""

from __future__ import annotations

import re
from collections.abc import Callable

from sfnorch.aws.secrets import mask_secrets

_DENIED = re.compile(
    r"(?P<who>arn:\S+|[\w+=,.@/-]+) is not authorized to perform: (?P<action>[\w:*-]+)"
    r"(?: on resource: (?P<resource>\"?[^\s\"]+\"?))?"
)

# Patterns of AWS's messages with the fix to suggest; the first match is used.
_HINTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"not authorized to create managed-rule|StepFunctionsGetEvents\w+Rule"),
        lambda _: (
            "the machine's role needs events:PutTargets, events:PutRule and events:DescribeRule on that rule: "
            "a state machine that waits for executions is notified of their end by this rule"
        ),
    ),
    (_DENIED, lambda match: _describe_permission(match)),
    (
        re.compile(r"Requires capabilities ?: ?\[?(?P<names>[\w, ]+)"),
        lambda match: (
            f"a nested stack or macro requires {match['names'].strip()}; deploy with `aws cloudformation` to pass it"
        ),
    ),
    (
        re.compile(r"AlreadyExists|already exists"),
        lambda _: (
            "the name is in use: a resource with this name exists outside the stack; "
            "choose another --stack-name, or delete that resource"
        ),
    ),
    (
        re.compile(r"AWS::EarlyValidation"),
        lambda _: "CloudFormation rejected the template before any change; `sfnorch lint` finds most such errors",
    ),
    (
        re.compile(r"(?i)limit ?exceeded|exceeded the (?:maximum|limit)|quota"),
        lambda _: (
            "a quota of the account is reached; delete unused resources, or request an increase in Service Quotas"
        ),
    ),
    (
        re.compile(r"(?i)replacement type updates not supported on stack with disable-rollback"),
        lambda _: "an update without rollback cannot replace resources; deploy with --on-failure rollback",
    ),
    (re.compile(r"(?i)rate exceeded|throttl"), lambda _: "AWS throttled the request; repeat the command in a minute"),
    (
        re.compile(r"(?i)cannot be assumed|is unable to assume|not authorized to assume"),
        lambda _: (
            "the role's trust policy must name the service that assumes it; a new role is available after some seconds"
        ),
    ),
    (
        re.compile(r"(?i)TerminationProtection is enabled"),
        lambda _: "`aws cloudformation update-termination-protection --no-enable-termination-protection` disables it",
    ),
    (
        re.compile(r"(?i)role .* is invalid|invalid role"),
        lambda _: "--role-arn must name a role that cloudformation.amazonaws.com may assume",
    ),
)

_NOISE = re.compile(
    r"\s*\((?:Service|Status Code|Request ID|RequestToken|HandlerErrorCode|Extended Request ID|SDK Attempt Count|Proxy)"
    r": [^()]*(?:\([^()]*\))?[^()]*\)"
)
_HANDLER = re.compile(r'^Resource handler returned message: "(?P<text>.*)"$', re.DOTALL)


def find_hint(reason: str) -> str:
    """Return how to fix the error, or an empty text if no pattern matches."""
    return next((tell(match) for pattern, tell in _HINTS if (match := pattern.search(reason))), "")


def clean_message(reason: str) -> str:
    """Return AWS's message without secrets, request ids and the like."""
    text = _NOISE.sub("", " ".join(mask_secrets(reason).split())).strip()
    if match := _HANDLER.match(text):
        text = match["text"].strip()
    return text


def _describe_permission(match: re.Match[str]) -> str:
    resource = (match["resource"] or "").strip('".,')
    return f"{match['who']} needs {match['action']}" + (f" on {resource}" if resource else "")
