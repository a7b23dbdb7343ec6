"""The Amazon States Language as plain data, with one serializer.

`states` has a class for each type of state, and `Graph`, a set of states with a start. `graph` lists the transitions of
states, and `transitions` counts those of an execution. `serialize` writes a graph as the JSON of a definition, and
`resources` the ARN of a service integration.

`jsonata` and `programs` are the only modules that build expressions. A text of a user is a plain string, or a literal
in an expression; it never becomes code. `programs` reads JSONata programs from files, with holes for values and for
other programs, and `folding` simplifies what is constant. Everything here needs the standard library only.
"""

from sfnorch.asl.folding import fold
from sfnorch.asl.graph import chain_states, has_transition_to
from sfnorch.asl.jsonata import (
    Expression,
    Substitution,
    Value,
    convert_expressions,
    convert_mapping,
    convert_to_code,
    convert_to_text,
    format_literal,
    format_value,
    has_expression,
    is_expression,
)
from sfnorch.asl.programs import Program, ProgramError, jsonata, read_program
from sfnorch.asl.resources import list_integrations, name_substitutions, replace_resources
from sfnorch.asl.serialize import serialize_graph
from sfnorch.asl.states import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    DistributedMap,
    Fail,
    Graph,
    ItemReader,
    Linkable,
    Map,
    Parallel,
    Pass,
    ResultWriter,
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
    "DistributedMap",
    "Expression",
    "Fail",
    "Graph",
    "ItemReader",
    "Linkable",
    "Map",
    "Parallel",
    "Pass",
    "Program",
    "ProgramError",
    "ResultWriter",
    "Retrier",
    "Substitution",
    "Succeed",
    "Task",
    "Value",
    "Wait",
    "chain_states",
    "convert_expressions",
    "convert_mapping",
    "convert_to_code",
    "convert_to_text",
    "fold",
    "format_literal",
    "format_value",
    "has_expression",
    "has_transition_to",
    "is_expression",
    "jsonata",
    "list_integrations",
    "name_substitutions",
    "read_program",
    "replace_resources",
    "serialize_graph",
]
