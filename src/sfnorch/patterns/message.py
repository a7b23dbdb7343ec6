"""The parts that all notifications share: the state, the beginning of the subject, and links to the console."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from sfnorch.asl import Substitution, Task, Value, jsonata
from sfnorch.glue_logs import console_page_code
from sfnorch.integrations import notification
from sfnorch.partitions import CONSOLES
from sfnorch.patterns.job_failure import any_error

SUBJECT = '"[" & $environment & "] " & $substring($name, 0, 40) & ": "\n    & '
"""JSONata: `[ENV] NAME: `. Up to 34 characters can follow: SNS requires fewer than 100 characters in total."""

_CONSOLES = ",\n      ".join(f"{json.dumps(name)}: {json.dumps(domain)}" for name, domain in CONSOLES.items())

LINK = f"""$parts := $split(<<arn>>, ":");
  $region := $parts[3];
  $console := "https://" & $region & "." & $lookup({{
      {_CONSOLES}
    }}, $parts[1]);
  $link := function($service, $rest) {{
    $console & "/" & $service & "/home?region=" & $region & "#" & $rest
  }};"""
"""JSONata: defines `$link(service, rest)`, a link to the console of the partition and region of the ARN `<<arn>>`."""

LOGS = f"""$logs := function($group, $run) {{
    $link("cloudwatch", {console_page_code("$group", "$run")})
  }};"""
"""JSONata: defines `$logs(group, run)`, a link to the error log of a job run; it uses LINK.

`group` is the LogGroupName of the run, or nothing.
"""

OWN_EXECUTION = "$states.context.Execution.Id"


def link_to(arn: str) -> str:
    """Return LINK for the partition and the region of `arn`, JSONata that yields an ARN."""
    return LINK.replace("<<arn>>", arn)


def told(
    name: str,
    status: Literal["FAILED", "SUCCEEDED"],
    *,
    subject: str,
    message: str,
    lists: Mapping[str, Value] = MappingProxyType({}),
    next_state: str,
) -> Task:
    """Return the state that sends a notification and passes its input on, also if it fails itself.

    `subject` and `message` are JSONata; `lists` are the message attributes that are lists.
    """
    as_it_is = jsonata("$states.input")
    return notification.publish(
        name,
        topic=Substitution("TopicArn"),
        subject=jsonata(SUBJECT + subject),
        message=jsonata(message),
        attributes={"status": status},
        list_attributes=lists,
        catch=any_error(next_state, output=as_it_is),
        output=as_it_is,
        next_state=next_state,
    )
