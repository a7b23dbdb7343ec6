"""A logging destination of a state machine that is not the ARN of a log group with `:*` at its end."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import find_value
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.template.contents import SAM, Machine
from sfnorch.template.located import Path, find_place, read_objects

_STEPS = ("CloudWatchLogsLogGroup", "LogGroupArn")
_END = ":*"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    stack = subject.template.stack
    for machine in subject.machines:
        for path in _list_destinations(machine):
            arn = stack.evaluate_node(find_value(stack.template, *path))
            if not isinstance(arn, str) or arn.endswith((_END, ">")):
                continue  # `<…>` at its end: only AWS knows it
            message = f"the ARN of a logging destination must end with {_END}"
            if not arn.startswith(("arn:", "<")):
                message = "the logging destination is not the ARN of a log group"
            hint = f"use Fn::GetAtt for the Arn of the log group, or an ARN that ends with {_END}"
            yield RuleFinding(path=path, place=find_place(stack.template, path), message=message, hint=hint)


def _list_destinations(machine: Machine) -> Iterator[Path]:
    """Yield the paths to the destinations of a machine's logs."""
    key = "Logging" if machine.kind == SAM else "LoggingConfiguration"
    for index, destination in read_objects(machine.properties.find_object(key).get("Destinations")):
        if find_value(destination, *_STEPS) is not None:
            yield (*machine.path, key, "Destinations", index, *_STEPS)


RULE = LintRule(
    id="log-group-arn",
    title="A logging destination that is not the ARN of a log group with :* at its end",
    why="Step Functions rejects the logging configuration, so the deployment of the stack is rolled back",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-stepfunctions-statemachine-cloudwatchlogsloggroup.html",
    severity=Severity.ERROR,
    check=_check,
)
