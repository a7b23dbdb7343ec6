"""Findings of cfn-lint that the behaviour of AWS contradicts, with the evidence. They are left out."""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.template.located import Path

_MACHINES = frozenset({"AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"})
_DEFINITIONS = frozenset({"Definition", "DefinitionString"})


_LITERAL_VARIABLE = "E1029"
"""${…} outside of Fn::Sub. In a description it is text for people: documented, a description is any string.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""


class _ContradictedRule(NamedTuple):
    """A rule of cfn-lint that is wrong about some properties of resources, and the evidence."""

    rule: str
    kinds: frozenset[str]
    """The types of resources about which it is wrong."""
    properties: frozenset[str]
    evidence: str
    words: str = ""
    """A part of the message, if only some messages of the rule are wrong."""


CONTRADICTED = (
    _ContradictedRule(
        "E3601",
        _MACHINES,
        _DEFINITIONS,
        "recorded: it rejects lists in Output and Arguments and expressions in numbers; measured: it rejects "
        "Parameters that are a list, which a template of AWS has; refused-definition reports what AWS refuses",
    ),
    _ContradictedRule(
        "E1029",
        _MACHINES,
        _DEFINITIONS,
        "documented: Step Functions reads ${…} without a value in DefinitionSubstitutions as text; "
        "substitution-missing reports what is probably a mistake",
    ),
    _ContradictedRule(
        "E1041",
        frozenset({"AWS::ECS::TaskDefinition"}),
        frozenset({"TaskRoleArn", "ExecutionRoleArn"}),
        "documented: a role of a task definition is the name or the ARN of a role (RegisterTaskDefinition); templates "
        "that AWS publishes name both roles by Ref",
    ),
    _ContradictedRule(
        "E1010",
        frozenset({"AWS::AppSync::DataSource"}),
        frozenset({"ApiId"}),
        "documented: AWS::Serverless::GraphQLApi has the attribute ApiId, but cfn-lint knows no attribute of it",
        "'ApiId' is not one of []",
    ),
)


def is_contradicted(rule: str, path: Path, kind: str, message: str) -> bool:
    """Return whether AWS accepts what a rule of cfn-lint reports at a path, in a resource of this type."""
    return (rule == _LITERAL_VARIABLE and str(path[-1:] and path[-1]).lower() == "description") or any(
        row.rule == rule and kind in row.kinds and not row.properties.isdisjoint(path[3:4]) and row.words in message
        for row in CONTRADICTED
    )
