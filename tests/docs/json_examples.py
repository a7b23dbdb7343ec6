"""An example of each JSON document, made by the code that commands use."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.backfilling import BackfillResult
from sfnorch.app.comparing import Difference
from sfnorch.app.deploying import DeployResult
from sfnorch.app.effective_plan import EffectivePlan, build_effective_plan
from sfnorch.app.fact_checks import CheckedFact, FactReport
from sfnorch.app.forecasting import ForecastRequest, forecast
from sfnorch.app.forecasts.results import Forecast
from sfnorch.app.reading_history import MachineHistory, RecordedJob, StackHistory
from sfnorch.app.scenario_runs import Outcome, ScenarioReport, ScenarioResult
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulation import Simulation
from sfnorch.app.verification.comparison import ValueDifference
from sfnorch.app.verifying import Verification, VerifiedDefinition, VerifiedState
from sfnorch.aws.change_sets import ChangeSet, ResourceChange
from sfnorch.aws.definition_validation import DefinitionValidation, Diagnostic
from sfnorch.aws.deletion import Deletion
from sfnorch.aws.drift import PropertyDrift, ResourceDrift
from sfnorch.aws.stack_events import OperationEnd
from sfnorch.aws.stack_machines import DeployedMachine
from sfnorch.aws.stacks import Resource, Stack
from sfnorch.aws.status import AlarmState, LastExecution, Status
from sfnorch.documents import add_version
from sfnorch.documents.errors import ErrorDocument
from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding, Severity
from sfnorch.job_history.models import DurationsDocument, JobHistory
from sfnorch.linter.catalogue import list_entries
from sfnorch.patterns import PATTERNS, build_workflow
from sfnorch.plan.load import compose_document, parse_plan
from sfnorch.plan.read import parse_document
from sfnorch.report.effective_plan import convert_effective_plan
from sfnorch.report.followed.backfill import convert_backfill
from sfnorch.report.followed.document import convert_started, convert_stopped, convert_tree
from sfnorch.report.followed.job_logs import convert_logs
from sfnorch.report.forecast import convert_forecast
from sfnorch.report.history import convert_history
from sfnorch.report.lint.findings import convert_findings, convert_rules
from sfnorch.report.plan_results import PlanResult, convert_plan_results
from sfnorch.report.scenarios.document import convert_report
from sfnorch.report.schedule import convert_schedule, convert_starts
from sfnorch.report.stacks.difference import convert_difference
from sfnorch.report.stacks.stack import convert_deletion, convert_outcome
from sfnorch.report.stacks.status import convert_status
from sfnorch.report.summary import convert_summary
from sfnorch.report.verification import convert_facts, convert_verification
from sfnorch.resume_command import build_resume_command
from sfnorch.runs.backfill_progress import FollowedBackfill
from sfnorch.runs.date_runs import DateRun
from sfnorch.runs.job_logs import ErrorLog, JobRun, LogEvent
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import RunTree
from sfnorch.runs.stopping import StopResult
from sfnorch.scenarios.coverage import RETRIERS, STATES, Coverage, Part
from sfnorch.scenarios.matchers import Mismatch
from sfnorch.simulator import record
from sfnorch.simulator.document import convert_run
from sfnorch.simulator.events import Event, JobRunStarted
from sfnorch.simulator.figures import compute_figures
from tests.replay import Replay

if TYPE_CHECKING:
    from sfnorch.documents import Document

PLAN = """\
pattern: flow
name: etl
schedule: cron(0 3 * * ? *)
steps:
- {name: load, glue_job: load-orders}
"""
PLAN_OF_ENVIRONMENTS = """\
pattern: flow
name: etl
schedule: cron(0 3 * * ? *)
steps:
- {name: load, glue_job: load-orders}
environments:
  dev: {schedule: none}
"""
ACCOUNT = "us-east-1:123456789012"
EXECUTION = f"arn:aws:states:{ACCOUNT}:execution:etl-jobs:nightly"
MACHINE = f"arn:aws:states:{ACCOUNT}:stateMachine:etl-jobs"
TOPIC = f"arn:aws:sns:{ACCOUNT}:etl-AlarmTopic"
ALARM = "etl-jobs-failed"
RUN_ID = "jr_9f25…"


def _backfill() -> BackfillResult:
    """A backfill of two dates, one of which is running."""
    main, key, first = f"arn:aws:states:{ACCOUNT}:stateMachine:etl-master", "1f0c9a7e", "2026-01-01"
    name = f"{main.replace(':stateMachine:', ':execution:')}:{first}-{key}-1"
    run = DateRun(date=first, status="RUNNING", attempt=1, execution=name, started=_moment(5))
    return BackfillResult(
        FollowedBackfill(
            dates={first: run, "2026-01-02": DateRun(date="2026-01-02")},
            key=key,
            main_machine_arn=main,
            attempts={},
            execution=f"arn:aws:states:{ACCOUNT}:execution:etl-backfill:{key}-1",
        ),
        f"sfnorch backfill --from {first} --to 2026-01-02 --stack-name etl",
    )


def example(document: type) -> str:
    """Return an example of the document, as a command prints it."""
    return json.dumps(add_version(_documents()[document.__name__]), indent=2, ensure_ascii=False)


def _moment(second: int) -> datetime:
    return datetime(2026, 1, 31, 3, 0, second, tzinfo=timezone.utc)


_FINDING = Finding(
    rule="missing-permission",
    severity=Severity.ERROR,
    file="template.yaml",
    line=12,
    path="Resources.StateMachine.Properties.Definition.States.RunJob",
    message="the role of StateMachine lacks glue:StartJobRun on the job load-orders",
    hint="allow it in a policy of the role",
)
_CHANGE = ResourceChange(
    action="Add", logical_id="AlarmTopic", physical_id="", type="AWS::SNS::Topic", replacement="", causes=()
)
_CHANGE_SET = ChangeSet(
    id=f"arn:aws:cloudformation:{ACCOUNT}:changeSet/sfnorch-4b1c/…",
    name="sfnorch-4b1c",
    stack_id="",
    stack_name="etl",
    status="CREATE_COMPLETE",
    execution_status="AVAILABLE",
    reason="",
    parameters={},
    changes=(_CHANGE,),
)
_DRIFT = ResourceDrift(
    logical_id="JobsFailedAlarm",
    physical_id="etl-jobs-failed",
    type="AWS::CloudWatch::Alarm",
    status="MODIFIED",
    properties=(PropertyDrift(path="Threshold", expected="1", actual="5"),),
)
_STACK = Stack(id="", name="etl", status="CREATE_COMPLETE", updated=_moment(0), outputs={"StateMachineArn": MACHINE})
_FAILED = OperationEnd(
    status="DELETE_FAILED", resource="Bucket", type="AWS::S3::Bucket", reason="The bucket is not empty"
)
_STATE_MACHINE = DeployedMachine(logical_id="StateMachine", arn=MACHINE, title="jobs")


def _effective_plan() -> EffectivePlan:
    path = Path("sfnorch.yaml")
    return build_effective_plan(compose_document(parse_document(PLAN_OF_ENVIRONMENTS, str(path)), path, "dev"))


def _difference() -> Difference:
    return Difference(
        stack="etl",
        lines=(
            "--- deployed: etl",
            "+++ here: SAM-template.yaml",
            "@@ -3 +3 @@",
            "-    Default: dev",
            "+    Default: prod",
        ),
        parameters={"Environment": ("dev", "prod")},
        overrides={"AllowedGlueJobs": "load-*"},
        owners={"AllowedGlueJobs": "jobs"},
        change_set=_CHANGE_SET,
        drift=(_DRIFT,),
    )


def _status() -> Status:
    last = LastExecution(
        machine=_STATE_MACHINE, arn=EXECUTION, name="nightly", status="FAILED", started=_moment(0), ended=_moment(20)
    )
    alarm = AlarmState(
        title="jobs-failed", name=ALARM, state="ALARM", since=_moment(20), reason="Job load-orders failed"
    )
    return Status(stack=_STACK, machines=(_STATE_MACHINE,), executions=(last,), alarms=(alarm,))


def _tree() -> RunTree:
    replay = Replay.of("dynamic")
    tree = RunTree(replay.client(), replay.roots, replay.clock)
    for _ in tree.follow():
        pass
    return tree


def _log() -> ErrorLog:
    run = JobRun(
        node=Node(arn=EXECUTION),
        job="load-orders",
        glue_name="load-orders",
        run_id=RUN_ID,
        status="FAILED",
        message="KeyError",
    )
    event = LogEvent(at=_moment(20), stream=RUN_ID, text="KeyError: 'id'")
    return ErrorLog(run=run, log_group="/aws-glue/jobs", events=(event,), streams=(RUN_ID,))


def _simulated() -> record.Run:
    execution = record.Execution(
        arn=EXECUTION,
        name="nightly",
        machine=MACHINE,
        title="jobs",
        parent="",
        input={},
        started=0.0,
        status="FAILED",
        ended=300.0,
        error="GlueJobFailed",
        cause="load-orders failed",
        states=["ResolveJobs", "RunGivenJobs", "RaiseAlarm", "ExecutionFailed"],
        history=16,
    )
    job_run = record.JobRunRecord(
        job="load-orders",
        run_id=RUN_ID,
        execution=EXECUTION,
        machine="jobs",
        started=0.0,
        seconds=300.0,
        ended=300.0,
        status="FAILED",
        message="load-orders failed",
    )
    event = Event(
        at=0.0,
        execution=EXECUTION,
        machine="jobs",
        state="RunJob",
        detail=JobRunStarted(job="load-orders", run_id=RUN_ID),
    )
    change = record.AlarmChange(
        at=300.0, alarm=ALARM, before="OK", after="ALARM", reason="Job load-orders failed", told=(TOPIC,)
    )
    message = record.Message(
        at=300.0, topic=TOPIC, subject=f"ALARM: {ALARM}", message="{}", attributes={}, sender=f"alarm {ALARM}"
    )
    return record.Run(executions=[execution], events=[event], job_runs=[job_run], alarms=[change], messages=[message])


_JOB_HISTORY = JobHistory(
    runs=2,
    succeeded=2,
    seconds=[300, 360],
    worker_type="G.1X",
    workers=10,
    glue_version="6.0",
    execution_class="STANDARD",
    dpu_seconds=6600,
    total_seconds=660,
)


def _forecast() -> Forecast:
    simulation = SimulateRequest(plan=parse_plan(PLAN), at=_moment(0))
    durations = DurationsDocument(version=1, jobs={"load-orders": _JOB_HISTORY})
    return forecast(ForecastRequest(simulation=simulation, durations=durations, runs=10, deadline=330.0, processes=1))


def _history() -> StackHistory:
    return StackHistory(
        stack="etl",
        since=_moment(0),
        read_at=_moment(30),
        machines=(MachineHistory(title="jobs", statuses=("SUCCEEDED", "SUCCEEDED"), seconds=(301.0, 361.0)),),
        jobs=(RecordedJob(name="load-orders", history=_JOB_HISTORY, seconds=(300.0, 360.0), stopped=0),),
        missing=(),
    )


def _tested(run: record.Run) -> ScenarioReport:
    """A scenario that failed, in whose run half of a state machine was reached."""
    figures = compute_figures(run)
    result = ScenarioResult(
        file=Path("etl.sfntest.yaml"),
        name="clean run",
        line=3,
        outcome=Outcome.FAILED,
        mismatches=(Mismatch("expect.status", '"SUCCEEDED"', "FAILED", 300.0, 4),),
        figures=figures,
        simulation=Simulation(run, figures),
    )
    parts = (Part("jobs", "RunJob", "", (STATES,)), Part("jobs", "RunJob", "Retry[0]", (RETRIERS,)))
    coverage = Coverage(parts=parts, reached={("jobs", "RunJob", "")})
    return ScenarioReport(results=(result,), coverage={"sfnorch.yaml": coverage})


def _verification() -> Verification:
    diagnostic = Diagnostic("WARNING", "NO_DOLLAR", "'JobName' looks like a path", "/States/load/Parameters/JobName")
    definition = VerifiedDefinition(
        machine="jobs", validation=DefinitionValidation(True, (diagnostic,), truncated=False), faults=()
    )
    state = VerifiedState(
        machine="jobs",
        execution="jobs",
        state="load",
        type="Task",
        status="CAUGHT_ERROR",
        next="StepFailed",
        verdict="different",
        differences=(ValueDifference("next", "StepDone", "StepFailed"),),
    )
    return Verification(definitions=(definition,), states=(state,))


def _facts() -> tuple[CheckedFact, ...]:
    page = "concepts/simulator-and-aws.md#services"
    return (
        CheckedFact(
            id="queuing-field",
            claim="startJobRun.sync accepts JobRunQueuingEnabled.",
            page=page,
            operation="TestState",
            verdict="holds",
        ),
        CheckedFact(
            id="metadata-only",
            claim="METADATA_ONLY leaves input and output out of the description of an execution.",
            page=page,
            operation="execution",
            verdict="open",
            reason="a mock calls no service",
            how="run `aws stepfunctions describe-execution --included-data METADATA_ONLY` for any execution",
        ),
    )


@cache
def _documents() -> dict[str, Document]:
    rule = next(entry for entry in list_entries() if entry.id == _FINDING.rule)
    pattern = PATTERNS["dynamic"]
    run, tree, built = _simulated(), _tree(), build_workflow(parse_plan(PLAN))
    assert built.schedule is not None
    error: ErrorDocument = {
        "error": {
            "message": "There is no stack etl in us-east-1",
            "hint": "--stack-name and --region choose another; `sfnorch deploy` makes one",
        }
    }
    several = [
        PlanResult(
            plan=Path("sfnorch.yaml"),
            environment="dev",
            stack="etl-dev",
            document={"findings": convert_findings([_FINDING])},
            code=1,
        ),
        PlanResult(
            plan=Path("sfnorch.yaml"),
            environment="prod",
            code=1,
            error=SfnorchError(
                "environments.prod.shedule: unknown key 'shedule'; did you mean schedule? (sfnorch.yaml, line 8)"
            ),
        ),
    ]
    return {
        "ErrorDocument": error,
        "PlanResultsDocument": convert_plan_results(several, str),
        "PatternsDocument": {"patterns": [{"name": pattern.name, "summary": pattern.summary}]},
        "PlanDocument": convert_effective_plan(_effective_plan()),
        "RenderDocument": {
            "file": "SAM-template.yaml",
            "format": "sam",
            "bytes": 13_579,
            "machines": convert_summary(built),
            "warnings": [],
            "schedule": convert_schedule(built.schedule, _moment(0)),
            "starts": convert_starts(built, _moment(0)),
        },
        "LintDocument": {"findings": convert_findings([_FINDING])},
        "RulesDocument": {"rules": convert_rules([rule])},
        "ScenariosDocument": convert_report(_tested(run)),
        "SimulationDocument": convert_run(run, compute_figures(run)),
        "ForecastDocument": convert_forecast(_forecast()),
        "HistoryDocument": convert_history(_history(), "durations.yaml"),
        "VerificationDocument": convert_verification(_verification()),
        "FactsDocument": convert_facts(FactReport(region="us-east-1", facts=_facts())),
        "DeployDocument": convert_outcome(
            DeployResult(stack_name="etl", end="deployed", stack=_STACK, change_set=_CHANGE_SET), ""
        ),
        "DiffDocument": convert_difference(_difference()),
        "StatusDocument": convert_status(_status()),
        "OutputsDocument": {"stack": "etl", "outputs": dict(_STACK.outputs)},
        "DeleteDocument": convert_deletion(
            Deletion(
                ending=_FAILED,
                left=(
                    Resource(
                        logical_id=_FAILED.resource,
                        physical_id="etl-results",
                        type=_FAILED.type,
                        status=_FAILED.status,
                        reason=_FAILED.reason,
                    ),
                ),
            ),
            "etl",
        ),
        "RunDocument": convert_tree(tree, [build_resume_command(tree.roots[0].arn, stack_name="etl")]),
        "StartedDocument": convert_started([EXECUTION]),
        "BackfillDocument": convert_backfill(_backfill()),
        "StopDocument": convert_stopped(
            StopResult(executions=(EXECUTION,), job_runs=(("load-orders", RUN_ID),), failed=())
        ),
        "LogsDocument": convert_logs(EXECUTION, [_log()]),
    }
