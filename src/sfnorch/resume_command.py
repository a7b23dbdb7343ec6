"""The command that resumes an execution, ready to paste into a shell: for `run` and `watch`.

The same command in a notification is `resume_line` in `patterns/message.py`.

An execution's name can contain quotes or begin with a hyphen. If it is not a plain word, the quoted ARN replaces it.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import re
import shlex

from sfnorch.protocol import continuous, dynamic, flow, master_child

MAIN_MACHINES = (master_child.MASTER, flow.MACHINE, continuous.MACHINE, dynamic.MACHINE)
"""The names of main state machines, without the stack's name and the hyphen before them."""

PLAIN_WORD = r"\w[\w-]*"
"""A regular expression for a name that is a plain word in a shell."""


def build_resume_command(
    arn: str, *, stack_name: str = "", region: str | None = None, profile: str | None = None
) -> str:
    """Return the command that resumes this execution, with `region` and `profile` if the user has set them."""
    *_, machine, name = arn.split(":")
    words = ["sfnorch", "resume", arn]
    if machine in {f"{stack_name}-{end}" for end in MAIN_MACHINES} and re.fullmatch(PLAIN_WORD, name, re.ASCII):
        words = ["sfnorch", "resume", name, "--stack-name", stack_name]
    options = {"--region": region, "--profile": profile}
    words += [word for option, value in options.items() if value for word in (option, value)]
    return shlex.join(words)
