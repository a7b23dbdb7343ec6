"""What all messages to the topic have in common: how the subject begins, and links into the console."""

from __future__ import annotations

SUBJECT = '"[" & $environment & "] " & $substring($name, 0, 45) & ": "\n    & '
"""`[ENV] NAME: `, to be followed by up to 30 characters: SNS takes less than 100."""

LINK = """$region := $split(<<arn>>, ":")[3];
  $link := function($service, $rest) {
    "https://" & $region & ".console.aws.amazon.com/" & $service & "/home?region=" & $region & "#" & $rest
  };"""
"""`$link(service, rest)`, into the console of the region that `<<arn>>`, JSONata for an ARN, is of."""

OWN_EXECUTION = "$states.context.Execution.Id"


def link_to(arn: str) -> str:
    """The JSONata of LINK for the region of the ARN that this JSONata is."""
    return LINK.replace("<<arn>>", arn)
