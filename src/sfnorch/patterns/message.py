"""What all messages to the topic have in common: the state, how the subject begins, and links into the console."""

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
"""`[ENV] NAME: `, to be followed by up to 34 characters: SNS takes less than 100."""

_CONSOLES = ",\n      ".join(f"{json.dumps(name)}: {json.dumps(domain)}" for name, domain in CONSOLES.items())

LINK = f"""$parts := $split(<<arn>>, ":");
  $region := $parts[3];
  $console := "https://" & $region & "." & $lookup({{
      {_CONSOLES}
    }}, $parts[1]);
  $link := function($service, $rest) {{
    $console & "/" & $service & "/home?region=" & $region & "#" & $rest
  }};"""
"""`$link(service, rest)`, into the console of the partition and the region of `<<arn>>`, JSONata for an ARN."""

LOGS = f"""$logs := function($group, $run) {{
    $link("cloudwatch", {console_page_code("$group", "$run")})
  }};"""
"""`$logs(group, run)`, behind LINK: the error log of a job run; `group` is its LogGroupName, or nothing."""

OWN_EXECUTION = "$states.context.Execution.Id"


def link_to(arn: str) -> str:
    """Return the JSONata of LINK for the partition and the region of the ARN that this JSONata is."""
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
    """Return the state that tells the topic, hands on what it was given, and whose own failure changes nothing.

    `subject` and `message` are JSONata, `lists` the attributes that are lists.
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
