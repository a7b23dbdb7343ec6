"""The documents of AWS managed policies that are used with Step Functions and Glue; others are not included.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

import json
import re
from functools import cache

from sfnorch.json_values import Json, find_value, read_mapping
from sfnorch.template.iam.statements import Statement, read_statements
from sfnorch.template.located import SourceLocation, locate

_ARN = re.compile(r"arn:[^:]+:iam::aws:policy/(.+)")


@cache
def list_aws_managed_statements(name: str) -> tuple[Statement, ...] | None:
    """Return the statements of the AWS managed policy with this ARN or SAM name; None if it is unknown."""
    match = _ARN.fullmatch(name)
    if match is None and not re.fullmatch(r"[\w+=.@-]+", name):
        return None
    policies = _load_documents()
    wanted = match[1] if match else name
    key = next((key for key in policies if key == wanted or (not match and key.rpartition("/")[2] == wanted)), None)
    if key is None:
        return None
    place = SourceLocation(f"AWS's managed policy {key.rpartition('/')[2]}", 1)
    return tuple(read_statements(locate(find_value(policies, key, "document"), place), (key,)))


@cache
def _load_documents() -> dict[str, Json]:
    from importlib.resources import files  # slow to load, and rarely needed

    text = (files("sfnorch.template.iam") / "data" / "managed_policies.json").read_text(encoding="utf-8")
    return read_mapping(json.loads(text)["policies"])
