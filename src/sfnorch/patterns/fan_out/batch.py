"""The child execution of a batch: it runs its items in sequence, and fails at its end if an item failed.

Each item runs in a Parallel state with one branch, whose states are those of a child execution with one item. The state
catches every error of the item, so that the next item of the batch runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import AnyState, Choice, ChoiceRule, Fail, Graph, Map, Parallel, Pass, Succeed, jsonata, read_program
from sfnorch.patterns.fan_out.item import MOST_NAME, ChainOwner, build_item
from sfnorch.patterns.job_failure import MESSAGE_LENGTH, catch_any_error
from sfnorch.protocol.fan_out import BATCH_ERROR, BatchState

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import ItemChain


def build_processor(chain: ItemChain, owner: ChainOwner, ending: str) -> Graph:
    """Return the states of a child execution, of an item or a batch; `ending` follows each name of a state."""
    return build_item(chain, owner, ending) if chain.batch is None else _build_batch(chain, owner, ending)


def _build_batch(chain: ItemChain, owner: ChainOwner, ending: str) -> Graph:
    failed = ChoiceRule(
        condition=jsonata("$count($states.input.outcomes[$exists(error)]) > 0"), next=BatchState.BATCH_FAILED + ending
    )
    cause = read_program(__package__, "batch_failed").fill(name=MOST_NAME, message=MESSAGE_LENGTH, jobs=len(chain.jobs))
    states: tuple[AnyState, ...] = (
        Map(
            name=BatchState.RUN_BATCH + ending,
            items=jsonata("[$states.input.Items]"),
            item_selector={
                "item": jsonata("$states.context.Map.Item.Value.item"),
                "done": jsonata("$states.context.Map.Item.Value.done"),
                "params": jsonata("$states.input.BatchInput.params"),
                "run": jsonata("$states.input.BatchInput.run"),
            },
            max_concurrency=1,
            processor=_run_item(chain, owner, ending),
            output={"outcomes": jsonata("$states.result"), "run": jsonata("$states.input.BatchInput.run.id")},
            next=BatchState.CHECK_BATCH + ending,
        ),
        Choice(name=BatchState.CHECK_BATCH + ending, rules=(failed,), default=BatchState.BATCH_DONE + ending),
        Succeed(name=BatchState.BATCH_DONE + ending, output={"items": jsonata("$states.input.outcomes")}),
        Fail(name=BatchState.BATCH_FAILED + ending, error=BATCH_ERROR, cause=cause),
    )
    return Graph(*states)


def _run_item(chain: ItemChain, owner: ChainOwner, ending: str) -> Graph:
    outcome = read_program(__package__, "item_outcome").fill(name=MOST_NAME, message=MESSAGE_LENGTH)
    return Graph(
        Parallel(
            name=BatchState.RUN_ITEM + ending,
            branches=(build_item(chain, owner, ending),),
            catch=catch_any_error(BatchState.KEEP_FAILURE + ending, output=outcome),
            output=jsonata("$states.result[0]"),
        ),
        Pass(name=BatchState.KEEP_FAILURE + ending),
    )
