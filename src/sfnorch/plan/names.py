"""What names a plan may hold, and the words that say so.

Glue: https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html; Step Functions:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from __future__ import annotations

import re

JOB_NAME_LENGTH = 255
WILDCARDS = "*?"

_CODE = ("{%", "%}", "${")
_REFUSED_IN_JOB = re.compile(r"[*?,\"'\\]|\{%|%\}|\$\{|[^ -ÿ]")
CHILD_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
RESERVED_CHILD_NAMES = ("master",)


def job_name_fault(name: str) -> str:
    """Why `name` is no Glue job name that a plan may hold; empty where it is one.

    IAM takes U+0020 to U+00FF only, and `*` and `?` are its wildcards; a comma parts the names of a list; quotes,
    backslash and the marks of code would not come through a definition unharmed.
    """
    if not 1 <= len(name) <= JOB_NAME_LENGTH:
        return f"a Glue job name has 1 to {JOB_NAME_LENGTH} characters, this one has {len(name)}"
    match = _REFUSED_IN_JOB.search(name)
    if match is None:
        return ""
    found = match[0]
    if found in WILDCARDS:
        return f"{found} is a wildcard in an IAM policy"
    if found == ",":
        return "a comma parts the names of a list"
    if found in _CODE:
        return f"{found} would be taken for code"
    if found in "\"'\\":
        return f"{found} can't stand in a state machine's definition unharmed"
    return f"U+{ord(found):04X} is not among the characters that IAM takes (U+0020 to U+00FF)"


def code_fault(text: str) -> str:
    """Why `text` would be run by Step Functions or CloudFormation instead of passed on; empty where it would not."""
    for mark in _CODE:
        if mark in text:
            return f"{mark} would be taken for code"
    return ""
