"""The loop of `continuous`, with an execution for each run of a Glue workflow."""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.errors import SfnorchError
from sfnorch.json_values import find_value, read_number, read_string
from sfnorch.protocol.continuous import ERROR, MARK, LoopInput, LoopState, LoopVariable, has_run_end
from sfnorch.protocol.run_context import RunVariable
from sfnorch.protocol.states import SharedState
from sfnorch.runs.kinds.kept_run import keep_run
from sfnorch.runs.kinds.kind import NEW_RUN, MachineKind, Resumption, explain_end, refuse_running
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record

_COUNTED = SharedState.CLEAR_ALARM
"""The state of a loop that follows a run that succeeded and is counted."""


class LoopKind(MachineKind):
    """A loop, which runs a Glue workflow repeatedly."""

    mark = MARK
    work = "a Glue workflow"
    job_error = ERROR

    def find_run(self, record: Record, state: str) -> tuple[str, str] | None:
        """Return the workflow and the run that another execution has handed over to this one."""
        match record.variables.get(LoopVariable.RUN_ID):
            case str() as run_id if state == LoopState.RESOLVE_RUN:
                return str(record.variables.get(LoopVariable.WORKFLOW)), run_id
        return None

    def resume(self, root: Node, parts: Sequence[str] = ()) -> Resumption:
        """Return how a loop is resumed: with the workflow's next run; or by following a run whose end was not seen."""
        record = root.record
        refuse_running(root)
        if record.status == "SUCCEEDED":
            raise SfnorchError("The loop has succeeded", hint=NEW_RUN)
        workflow = record.variables.get(LoopVariable.WORKFLOW)
        if not isinstance(workflow, str):
            raise SfnorchError(f"It ended {record.status}: {explain_end(record)}".rstrip(), hint=NEW_RUN)
        run_id = read_string(record.variables.get(LoopVariable.RUN_ID))
        runs = int(read_number(record.variables.get(LoopVariable.RUNS)))
        seen_to_end = has_run_end(record.facts) or _COUNTED in record.entered
        going_on: LoopInput = {"run_id": run_id} if run_id and not seen_to_end else {}
        what = f"continues with the run {run_id}" if going_on else "starts its next run"
        given: LoopInput = {"workflow_name": workflow, **going_on, "runs": runs}
        params = find_value(record.input, RunVariable.PARAMS)
        context = keep_run(record) if going_on else {RunVariable.PARAMS: params} if params else {}
        return Resumption(input={**given, **context}, jobs={workflow: []}, as_planned=what)


LOOP = LoopKind()
