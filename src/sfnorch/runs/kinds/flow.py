"""The machine of `flow`, which runs steps in sequence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, read_mapping
from sfnorch.protocol.flow import (
    ERROR,
    MARK,
    WITHIN_STEP,
    FlowState,
    FlowVariable,
    ResumePoint,
    is_step_failure,
    read_failed_step,
    read_resume_step,
)
from sfnorch.protocol.mark import read_assigned_names
from sfnorch.protocol.overlap import LOCK_CALLS
from sfnorch.protocol.run_context import RunState
from sfnorch.protocol.states import ALARMS_AND_MESSAGES, SharedState, list_names
from sfnorch.runs.executions import MAX_INPUT_BYTES
from sfnorch.runs.job import ExecutedJob
from sfnorch.runs.kinds.kept_run import keep_run
from sfnorch.runs.kinds.kind import NEW_RUN, MachineKind, Resumption, explain_end, list_names_in, refuse_running
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record

_ALL_DONE = {FlowState.MAKE_OUTCOME, SharedState.CLEAR_ALARM}
"""The states that follow a flow's last step."""

_NOT_OF_STEPS = list_names(FlowVariable)


class FlowKind(MachineKind):
    """A flow."""

    mark = MARK
    work = "steps"
    noun = "step"
    job_error = ERROR

    def list_parts(self, definition: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the names of the steps, in order."""
        return read_assigned_names(definition, FlowState.RESOLVE_INPUT, FlowVariable.STEPS)

    def list_parts_of_run(self, record: Record) -> tuple[str, ...]:
        """Return the names of the steps that an execution had, in order."""
        return tuple(list_names_in(record.variables.get(FlowVariable.STEPS))) if record.reading is self else ()

    def is_work(self, state: str) -> bool:
        """Return whether the state belongs to a step."""
        return state not in (*ALARMS_AND_MESSAGES, *LOCK_CALLS, RunState.NOTIFY_REFUSAL)

    def is_part(self, state: str, holder: str) -> bool:
        """Return whether the state is an inner state of the step `holder`."""
        return state.startswith(f"{holder}{WITHIN_STEP}")

    def name_job(self, record: Record, name: str, kind: str, state: str) -> str:
        """Return the name of the step; of a statement, whose state is inside the step's state, its own name."""
        return name if kind == "statement" else (state or name).partition(WITHIN_STEP)[0]

    def list_to_come(self, record: Record) -> list[str]:
        """Return the steps that have not started; a resumed flow skips the first ones."""
        steps = self.list_parts_of_run(record)
        at = record.variables.get(FlowVariable.RESUME_AT)
        first = steps.index(at) if at in steps else 0
        return [name for name in steps[first:] if name not in record.entered]

    def list_causes(self, record: Record) -> list[ExecutedJob]:
        """Return the step that failed, or the steps that were cut off: a failure that was handled is not a cause."""
        step = read_failed_step(record.facts)
        return [job for job in super().list_causes(record) if (job.name == step if step else job.cut_off)]

    def resume(self, root: Node, parts: Sequence[str]) -> Resumption:
        """Return how a flow is resumed: at the step that failed or was interrupted, with its variables.

        Raises SfnorchError also if the step no longer exists, or if the variables are too large for an input.
        """
        refuse_running(root)
        record = root.record
        at = self._find_start(record)
        if at not in parts:
            raise SfnorchError(f"The flow no longer has a step {at}. Its steps are: {', '.join(parts)}", hint=NEW_RUN)
        own = {key: value for key, value in read_mapping(record.input).items() if key != FlowVariable.RESUME_AT}
        saved = {name: value for name, value in list_saved(record).items() if not is_step_failure(value, at)}
        point: ResumePoint = {"step": at, "variables": saved}
        whole = {**own, FlowVariable.RESUME_AT: point, **keep_run(record)}
        if (size := len(json.dumps(whole, ensure_ascii=False).encode())) > MAX_INPUT_BYTES:
            raise SfnorchError(
                f"What its steps had saved has {size:,} bytes, and an execution's input takes {MAX_INPUT_BYTES:,}",
                hint=NEW_RUN,
            )
        return Resumption(input=whole, jobs={root.machine: list(parts[parts.index(at) :])})

    def _find_start(self, record: Record) -> str:
        """Return the step at which the run is resumed. Raises SfnorchError if no step failed."""
        if record.status == "SUCCEEDED":
            raise SfnorchError("Nothing failed", hint=NEW_RUN)
        if _ALL_DONE & set(record.entered):
            raise SfnorchError("All of its steps have succeeded: nothing is left to run", hint=NEW_RUN)
        steps = self.list_parts_of_run(record)
        entered = [name for name in record.entered if name in steps]
        told = read_resume_step(record.facts)
        at = told if told in steps else entered[-1] if entered else ""
        if not at:
            why = explain_end(record)
            raise SfnorchError(f"It ended {record.status} before any step started: {why}", hint=NEW_RUN)
        return at


FLOW = FlowKind()


def list_saved(record: Record) -> dict[str, Json]:
    """Return what the steps of a flow have saved so far, by variable: those of the flow's top level."""
    names = record.assigned.get(FlowState.RESOLVE_INPUT, ()) if record.reading is FLOW else ()
    values = {name: record.variables.get(name) for name in names if name not in _NOT_OF_STEPS}
    return {name: value for name, value in values.items() if value is not None}
