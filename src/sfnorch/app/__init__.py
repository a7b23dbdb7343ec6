"""The use cases of sfnorch as functions: a request in, a typed result out, without the command line and without output.

The commands parse options, call functions of this package and print the results with `report`. A function that takes
long reports events to a callback, and asks the questions that a person has to answer by another one. Functions that
call AWS take an `AwsAccount`, in which tests replace the clients and the clock.

A module here is a use case, or something that several use cases share. The parts of a use case are in a package:
`deployment`, `forecasts`, `recorded`, `scenario_suite`, `simulated` and `verification`.

The package `sfnorch` exports these names too. A name is imported when it is first used, so that a command loads only
what it needs. Errors are SfnorchError, with all problems and how to fix them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.app.backfill_request import BackfillRequest, DateRange
    from sfnorch.app.backfilling import (
        BackfillNotFollowedError,
        BackfillProgress,
        BackfillResult,
        PlannedBackfill,
        backfill,
        plan_backfill,
        start_backfill,
    )
    from sfnorch.app.comparing import Difference, diff
    from sfnorch.app.deleting import delete
    from sfnorch.app.delivering import StarterFiles, make_delivery, make_starter, render_pipeline
    from sfnorch.app.deploying import (
        DeployRequest,
        DeployResult,
        PipelineDeployRequest,
        deploy,
        deploy_pipeline,
        execute_change_set,
    )
    from sfnorch.app.deployment.deployable import StackRequest
    from sfnorch.app.drawing import draw
    from sfnorch.app.effective_plan import EffectivePlan, read_effective_plan
    from sfnorch.app.executions import ExecutionRequest
    from sfnorch.app.exporting import AirflowExport, export_airflow
    from sfnorch.app.fact_checks import CheckedFact, FactReport, verify_facts
    from sfnorch.app.forecasting import ForecastRequest, forecast
    from sfnorch.app.forecasts.results import Forecast
    from sfnorch.app.job_overrides import JobOverride
    from sfnorch.app.linting import LintedTemplate, explain_rule, lint
    from sfnorch.app.linting_templates import LintReport, LintRequest, lint_templates, render_baseline
    from sfnorch.app.reading_failures import FailedItem, FailedItems, read_failures
    from sfnorch.app.reading_history import StackHistory, read_history
    from sfnorch.app.reading_logs import RunLogs, read_logs
    from sfnorch.app.recording import Recording, RecordRequest, record
    from sfnorch.app.rendering import RenderedDefinition, Rendering, render, render_definition
    from sfnorch.app.resuming import PlannedResume, plan_resume, resume, start_resume
    from sfnorch.app.running import RunRequest, run, start_run
    from sfnorch.app.simulated.backfill import SimulatedBackfill
    from sfnorch.app.simulated.request import SimulateRequest
    from sfnorch.app.simulation import Simulation, simulate
    from sfnorch.app.stack_status import FollowedStack, follow_stack, read_stack, status
    from sfnorch.app.stack_updates import (
        JobWarnings,
        LintWarnings,
        Notice,
        OperationLeft,
        OperationProgress,
        OperationStarted,
        PlanWarning,
        Review,
        StackUpdate,
    )
    from sfnorch.app.stopping import stop
    from sfnorch.app.verifying import Verification, VerifiedDefinition, VerifiedState, VerifyRequest, verify
    from sfnorch.app.watching import NotFollowedError, RunProgress, RunResult, watch
    from sfnorch.aws.deletion import Deletion
    from sfnorch.aws.stacks import Stack
    from sfnorch.aws.status import Status
    from sfnorch.aws.steps import Step
    from sfnorch.errors import LimitError, RequestError, SfnorchError
    from sfnorch.findings import Finding
    from sfnorch.linter.baseline import BaselineEntry
    from sfnorch.linter.configuration import LintConfiguration, LintConfigurationError
    from sfnorch.plan.environments import PlanChoice
    from sfnorch.plan.errors import PlanError
    from sfnorch.plan.load import load_plan, parse_plan
    from sfnorch.plan.schema import build_plan_schema
    from sfnorch.runs.backfill_progress import FollowedBackfill
    from sfnorch.runs.date_runs import DateRun
    from sfnorch.runs.job_logs import ErrorLog
    from sfnorch.runs.stopping import StopResult
    from sfnorch.simulator.behaviour import Behaviour, Fault

__all__ = [
    "AirflowExport",
    "AwsAccount",
    "BackfillNotFollowedError",
    "BackfillProgress",
    "BackfillRequest",
    "BackfillResult",
    "BaselineEntry",
    "Behaviour",
    "CheckedFact",
    "DateRange",
    "DateRun",
    "Deletion",
    "DeployRequest",
    "DeployResult",
    "Difference",
    "EffectivePlan",
    "ErrorLog",
    "ExecutionRequest",
    "FactReport",
    "FailedItem",
    "FailedItems",
    "Fault",
    "Finding",
    "FollowedBackfill",
    "FollowedStack",
    "Forecast",
    "ForecastRequest",
    "JobOverride",
    "JobWarnings",
    "LimitError",
    "LintConfiguration",
    "LintConfigurationError",
    "LintReport",
    "LintRequest",
    "LintWarnings",
    "LintedTemplate",
    "NotFollowedError",
    "Notice",
    "OperationLeft",
    "OperationProgress",
    "OperationStarted",
    "PipelineDeployRequest",
    "PlanChoice",
    "PlanError",
    "PlanWarning",
    "PlannedBackfill",
    "PlannedResume",
    "RecordRequest",
    "Recording",
    "RenderedDefinition",
    "Rendering",
    "RequestError",
    "Review",
    "RunLogs",
    "RunProgress",
    "RunRequest",
    "RunResult",
    "SfnorchError",
    "SimulateRequest",
    "SimulatedBackfill",
    "Simulation",
    "Stack",
    "StackHistory",
    "StackRequest",
    "StackUpdate",
    "StarterFiles",
    "Status",
    "Step",
    "StopResult",
    "Verification",
    "VerifiedDefinition",
    "VerifiedState",
    "VerifyRequest",
    "backfill",
    "build_plan_schema",
    "delete",
    "deploy",
    "deploy_pipeline",
    "diff",
    "draw",
    "execute_change_set",
    "explain_rule",
    "export_airflow",
    "follow_stack",
    "forecast",
    "lint",
    "lint_templates",
    "load_plan",
    "make_delivery",
    "make_starter",
    "parse_plan",
    "plan_backfill",
    "plan_resume",
    "read_effective_plan",
    "read_failures",
    "read_history",
    "read_logs",
    "read_stack",
    "record",
    "render",
    "render_baseline",
    "render_definition",
    "render_pipeline",
    "resume",
    "run",
    "simulate",
    "start_backfill",
    "start_resume",
    "start_run",
    "status",
    "stop",
    "verify",
    "verify_facts",
    "watch",
]

_NAMES = {
    "sfnorch.app.account": ("AwsAccount",),
    "sfnorch.app.backfill_request": ("BackfillRequest", "DateRange"),
    "sfnorch.app.backfilling": (
        "BackfillNotFollowedError",
        "BackfillProgress",
        "BackfillResult",
        "PlannedBackfill",
        "backfill",
        "plan_backfill",
        "start_backfill",
    ),
    "sfnorch.app.comparing": ("Difference", "diff"),
    "sfnorch.app.deleting": ("delete",),
    "sfnorch.app.delivering": ("StarterFiles", "make_delivery", "make_starter", "render_pipeline"),
    "sfnorch.app.deployment.deployable": ("StackRequest",),
    "sfnorch.app.deploying": (
        "DeployRequest",
        "DeployResult",
        "PipelineDeployRequest",
        "deploy",
        "deploy_pipeline",
        "execute_change_set",
    ),
    "sfnorch.app.drawing": ("draw",),
    "sfnorch.app.effective_plan": ("EffectivePlan", "read_effective_plan"),
    "sfnorch.app.executions": ("ExecutionRequest",),
    "sfnorch.app.exporting": ("AirflowExport", "export_airflow"),
    "sfnorch.app.fact_checks": ("CheckedFact", "FactReport", "verify_facts"),
    "sfnorch.app.forecasting": ("ForecastRequest", "forecast"),
    "sfnorch.app.forecasts.results": ("Forecast",),
    "sfnorch.app.job_overrides": ("JobOverride",),
    "sfnorch.app.linting": ("LintedTemplate", "explain_rule", "lint"),
    "sfnorch.app.linting_templates": ("LintReport", "LintRequest", "lint_templates", "render_baseline"),
    "sfnorch.app.reading_failures": ("FailedItem", "FailedItems", "read_failures"),
    "sfnorch.app.reading_history": ("StackHistory", "read_history"),
    "sfnorch.app.reading_logs": ("RunLogs", "read_logs"),
    "sfnorch.app.recording": ("RecordRequest", "Recording", "record"),
    "sfnorch.app.rendering": ("RenderedDefinition", "Rendering", "render", "render_definition"),
    "sfnorch.app.resuming": ("PlannedResume", "plan_resume", "resume", "start_resume"),
    "sfnorch.app.running": ("RunRequest", "run", "start_run"),
    "sfnorch.app.simulated.backfill": ("SimulatedBackfill",),
    "sfnorch.app.simulated.request": ("SimulateRequest",),
    "sfnorch.app.simulation": ("Simulation", "simulate"),
    "sfnorch.app.stack_status": ("FollowedStack", "follow_stack", "read_stack", "status"),
    "sfnorch.app.stack_updates": (
        "JobWarnings",
        "LintWarnings",
        "Notice",
        "OperationLeft",
        "OperationProgress",
        "OperationStarted",
        "PlanWarning",
        "Review",
        "StackUpdate",
    ),
    "sfnorch.app.stopping": ("stop",),
    "sfnorch.app.verifying": ("Verification", "VerifiedDefinition", "VerifiedState", "VerifyRequest", "verify"),
    "sfnorch.app.watching": ("NotFollowedError", "RunProgress", "RunResult", "watch"),
    "sfnorch.aws.deletion": ("Deletion",),
    "sfnorch.aws.stacks": ("Stack",),
    "sfnorch.aws.status": ("Status",),
    "sfnorch.aws.steps": ("Step",),
    "sfnorch.errors": ("LimitError", "RequestError", "SfnorchError"),
    "sfnorch.findings": ("Finding",),
    "sfnorch.linter.baseline": ("BaselineEntry",),
    "sfnorch.linter.configuration": ("LintConfiguration", "LintConfigurationError"),
    "sfnorch.plan.environments": ("PlanChoice",),
    "sfnorch.plan.errors": ("PlanError",),
    "sfnorch.plan.load": ("load_plan", "parse_plan"),
    "sfnorch.plan.schema": ("build_plan_schema",),
    "sfnorch.runs.backfill_progress": ("FollowedBackfill",),
    "sfnorch.runs.date_runs": ("DateRun",),
    "sfnorch.runs.job_logs": ("ErrorLog",),
    "sfnorch.runs.stopping": ("StopResult",),
    "sfnorch.simulator.behaviour": ("Behaviour", "Fault"),
}
"""The exported names of each module."""

_MODULES = {name: module for module, names in _NAMES.items() for name in names}


if not TYPE_CHECKING:  # mypy would accept every name

    def __getattr__(name: str) -> object:
        """Import an exported name. Raises AttributeError for other names."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)
