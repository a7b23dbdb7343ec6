"""Read the definitions that the executions of a run have used, for pictures of them."""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.app.account import AwsAccount
from sfnorch.aws.errors import explain_error
from sfnorch.json_values import Json
from sfnorch.runs.definitions import read_definition_of_execution
from sfnorch.runs.executions import make_machine_arn, read_region
from sfnorch.runs.run_tree import RunTree

_MOST_DEFINITIONS = 50


def read_definitions(tree: RunTree, account: AwsAccount) -> Mapping[str, Mapping[str, Json]]:
    """Return the definitions of at most 50 state machines by their ARNs, without those that AWS does not show.

    A picture without states is better than none: the error of a missing permission is not raised.
    """
    client = account.move_to(read_region(tree.roots[0].arn)).session.stepfunctions
    found: dict[str, Mapping[str, Json]] = {}
    for node in (node for root in tree.roots for node in root.list_nodes()):
        machine = make_machine_arn(node.arn)
        if machine in found or len(found) >= _MOST_DEFINITIONS:
            continue
        try:
            found[machine] = read_definition_of_execution(client, node.arn)
        except Exception as error:
            if explain_error(error) is None:
                raise
            found[machine] = {}
    return {machine: definition for machine, definition in found.items() if definition}
