"""The command that resumes an execution, as a person copies it into a shell: for messages, `run` and `watch`.

An execution's name may hold quotes or begin with a hyphen. Where it is not a plain word, its quoted ARN stands for it.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from __future__ import annotations

import re
import shlex

MAIN_MACHINES = ("master", "flow", "loop", "jobs")
"""How the names of the machines end that a stack is run by, each behind the stack's name and a hyphen."""

_PLAIN = r"\w[\w-]*"


def resume_command(arn: str, *, stack_name: str = "", region: str | None = None, profile: str | None = None) -> str:
    """Return the command that resumes this execution; `region` and `profile` are those that the user has named."""
    *_, machine, name = arn.split(":")
    words = ["sfnorch", "resume", arn]
    if machine in {f"{stack_name}-{end}" for end in MAIN_MACHINES} and re.fullmatch(_PLAIN, name, re.ASCII):
        words = ["sfnorch", "resume", name, "--stack-name", stack_name]
    options = {"--region": region, "--profile": profile}
    words += [word for option, value in options.items() if value for word in (option, value)]
    return shlex.join(words)


def resume_line(machine: str) -> str:
    """Return the JSONata of a message's last line: how to resume the execution, of the machine whose name ends so.

    The stack's name is the machine's without that end. A machine with another name is not of a stack.
    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    """
    quoted = r'''"'" & $replace($states.context.Execution.Id, "'", "'\\''") & "'"'''
    named = rf"/^'.*:({_PLAIN})-{machine}:({_PLAIN})'$/"
    return f""""Resume: sfnorch resume " & $replace({quoted}, {named}, "$2 --stack-name $1")"""
