"""What the export of a kind of step or task consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.jinja import UnsupportedInAirflowError, ValuePath, render_document
from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.airflow.readable_variables import ReadableVariables, VariableReader
from sfnorch.airflow.run_context import ReadableRun

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagTask
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedStep:
    """A step to export: the id of its task, and what it can read."""

    step: FlowStep
    task_id: str
    variables: ReadableVariables
    plan: FlowPlan
    dag_id: str

    @property
    def input(self) -> str:
        """The input of what the step starts, as JSON in Jinja."""
        given = self.step.input
        return self.variables.whole if given is None else render_document(given, self.variables.find_source)

    @property
    def retries(self) -> dict[str, Literal]:
        """The settings of the operator for retries.

        Raises UnsupportedInAirflowError for retries that Airflow does not have.
        """
        retry = self.step.retry
        if not retry:
            return {}
        if len(retry) > 1 or retry[0].errors != ["States.ALL"]:
            raise UnsupportedInAirflowError("retry for selected errors: Airflow retries after every error or never")
        if retry[0].backoff_rate not in (1, 2):
            raise UnsupportedInAirflowError("retry with a backoff_rate other than 1 and 2")
        found = operators.retry_settings(retry[0].attempts, retry[0].interval, retry[0].backoff_rate)
        if retry[0].max_delay:
            found["max_retry_delay"] = operators.build_timedelta(retry[0].max_delay)
        return found

    @property
    def limits(self) -> dict[str, Literal]:
        """The settings of the operator for retries and for the timeout of the task.

        Raises UnsupportedInAirflowError as `retries`.
        """
        timeout = self.step.timeout
        return self.retries | ({"execution_timeout": operators.build_timedelta(timeout)} if timeout else {})


def keep_nothing(step: FlowStep, full_id: str) -> VariableReader:
    """Return what later steps can read of a step whose result Airflow does not keep: nothing."""

    def refuse(way: ValuePath) -> str:
        raise UnsupportedInAirflowError(f"what {step.name} saved")

    return refuse


def list_no_variables(plan: FlowPlan, steps: Sequence[FlowStep], dag_id: str) -> Mapping[str, str]:
    """Return no Airflow variables."""
    return {}


def list_no_task_variables(tasks: Sequence[DagTask]) -> Mapping[str, str]:
    """Return no Airflow variables."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepExport:
    """The export of a kind of step: the call of its operator, and the import of the operator.

    `keep_result` returns what later steps can read of a step, whose task has this id. `list_variables` returns the
    Airflow variables that all steps of the kind need, with their meaning.
    """

    imports: str
    make_call: Callable[[ExportedStep], SourceCall]
    keep_result: Callable[[FlowStep, str], VariableReader] = keep_nothing
    list_variables: Callable[[FlowPlan, Sequence[FlowStep], str], Mapping[str, str]] = list_no_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskExport:
    """The export of a kind of task: the call of its operator for a task, its id and what it reads, and the import."""

    imports: str
    make_call: Callable[[DagTask, str, ReadableRun], SourceCall]
    list_variables: Callable[[Sequence[DagTask]], Mapping[str, str]] = list_no_task_variables


def list_task_retries(task: DagTask) -> dict[str, Literal]:
    """Return the settings of the operator for the retries of a task."""
    return operators.retry_settings(task.retries, 30, 1) if task.retries else {}
