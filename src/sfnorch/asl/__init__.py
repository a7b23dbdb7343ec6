"""The Amazon States Language as frozen dataclasses, with a serializer. This package uses the standard library only."""

from sfnorch.asl.folding import fold
from sfnorch.asl.graph import chain, lead_to
from sfnorch.asl.jsonata import (
    Expression,
    Substitution,
    Value,
    given,
    given_code,
    given_text,
    is_expression,
    literal,
)
from sfnorch.asl.programs import Program, ProgramError, jsonata, read_program
from sfnorch.asl.resources import integrations, substitution_names, with_resources
from sfnorch.asl.serialize import definition
from sfnorch.asl.states import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    Linkable,
    Map,
    Parallel,
    Pass,
    Retrier,
    Succeed,
    Task,
    Wait,
)

__all__ = [
    "AnyState",
    "Catcher",
    "Choice",
    "ChoiceRule",
    "Expression",
    "Fail",
    "Graph",
    "Linkable",
    "Map",
    "Parallel",
    "Pass",
    "Program",
    "ProgramError",
    "Retrier",
    "Substitution",
    "Succeed",
    "Task",
    "Value",
    "Wait",
    "chain",
    "definition",
    "fold",
    "given",
    "given_code",
    "given_text",
    "integrations",
    "is_expression",
    "jsonata",
    "lead_to",
    "literal",
    "read_program",
    "substitution_names",
    "with_resources",
]
