"""The checks of a template before a deployment: parameters, names, lint, Glue jobs, and the concurrency of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from sfnorch.app.deployment.definition_checks import prepare_validation
from sfnorch.app.deployment.job_concurrency import read_job_concurrency, read_plan_quota, warn_of_plan
from sfnorch.app.deployment.parameter_faults import refuse_faults
from sfnorch.app.stack_updates import JobWarnings, LintWarnings, Notice, PlanWarning, ShowUpdate
from sfnorch.aws.errors import explain_error
from sfnorch.aws.glue_jobs import find_missing_jobs, list_job_names
from sfnorch.errors import SfnorchError
from sfnorch.findings import Severity
from sfnorch.plan.warnings import JOB_RUN_QUOTA
from sfnorch.signals import leave_signals_to_main_thread
from sfnorch.template.names import find_name_faults
from sfnorch.template.parameters import find_parameter_faults

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

    from sfnorch.app.account import AwsAccount, Waits
    from sfnorch.app.deployment.deployable import Deployable


def refuse_values(deployable: Deployable) -> None:
    """Raise SfnorchError for overrides that the template does not allow, independent of the stack."""
    refuse_faults(find_parameter_faults(deployable.declared, deployable.parameters, kept=deployable.declared))


def refuse_names(deployable: Deployable, stack_name: str) -> None:
    """Raise SfnorchError if names of functions or state machines are too long in a stack with this name."""
    given = deployable.template.stack.given  # without secret values
    if lines := list(find_name_faults(deployable.template.source.data, given, stack_name)):
        raise SfnorchError("\n".join(lines), hint="nothing was deployed")


def refuse_parameters(deployable: Deployable, before: Mapping[str, str]) -> None:
    """Raise SfnorchError for invalid or missing parameters; `before` are the values of the stack."""
    declared = deployable.declared
    kept = [name for name in before if name in declared and name not in deployable.parameters]
    values = {name: before[name] for name in kept if name not in deployable.secret}
    unknown = [name for name in kept if name in deployable.secret]
    refuse_faults(find_parameter_faults(declared, {**values, **deployable.parameters}, kept=unknown))


def check_deployable(
    deployable: Deployable,
    account: AwsAccount,
    on_event: ShowUpdate,
    *,
    jobs_required: bool,
    validates_definitions: bool,
) -> None:
    """Check the template before a deployment: lint, definitions, missing Glue jobs, and warnings about the plan.

    Glue and Step Functions are called while lint runs. Raises SfnorchError if lint or Step Functions finds an error, or
    if a job is missing and `jobs_required` is set.
    """
    glue, plan = account.session.glue, deployable.plan
    local = deployable.set_region(account.session.region)
    validate = prepare_validation(local.template, account) if validates_definitions else list
    pool = ThreadPoolExecutor(max_workers=2, initializer=leave_signals_to_main_thread)
    try:
        missing = pool.submit(_find_missing_jobs, deployable, glue)
        definitions = pool.submit(validate)
        concurrency = pool.submit(read_job_concurrency, plan, glue)
        quota = pool.submit(read_plan_quota, plan, lambda: account.session.service_quotas)
        _lint(local, account.waits, on_event)
        _refuse_definitions(definitions, account.waits, on_event)
        if lines := _list_missing_jobs(missing, account.waits, required=jobs_required):
            on_event(JobWarnings(tuple(lines)))
        if plan is not None:
            for text in warn_of_plan(plan, concurrency.result, account.now, quota.result):
                on_event(PlanWarning(text))
    finally:  # without a wait for Glue, so that Ctrl-C ends the command at once
        pool.shutdown(wait=False, cancel_futures=True)


def _lint(deployable: Deployable, waits: Waits, on_event: ShowUpdate) -> None:
    """Lint the template, and report warnings. Raises SfnorchError with all errors."""
    with waits("Linting the template"):
        from sfnorch.linter.run import Linter  # slow to load

        known = (JOB_RUN_QUOTA,) if deployable.plan else ()  # the warnings about the plan know the account's quota
        found = Linter(known).lint_template(deployable.template)
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        lines = "\n".join(f"{finding} [{finding.rule}]" for finding in errors)
        raise SfnorchError(lines, hint="nothing was deployed")
    if found:
        on_event(LintWarnings(tuple(found)))


def _refuse_definitions(found: Future[list[str]], waits: Waits, on_event: ShowUpdate) -> None:
    """Raise SfnorchError with all errors of Step Functions; report if it cannot validate the definitions."""
    try:
        with waits("Validating the definitions"):
            lines = found.result()
    except Exception as error:
        told = explain_error(error)
        if told is None:
            raise
        on_event(Notice(f"note: Step Functions has not validated the definitions: {told.message}"))
        return
    if lines:
        hint = "nothing was deployed; --no-validation skips the validation by Step Functions"
        raise SfnorchError("\n".join(lines), hint=hint)


def _find_missing_jobs(deployable: Deployable, client: GlueClient) -> Mapping[str, str]:
    return find_missing_jobs(deployable.jobs, list_job_names(client)) if deployable.jobs else {}


def _list_missing_jobs(found: Future[Mapping[str, str]], waits: Waits, *, required: bool) -> list[str]:
    """Return a line for each job that does not exist. Raises SfnorchError instead if the jobs are required."""
    try:
        with waits("Looking up the Glue jobs"):
            missing = found.result()
    except Exception as error:
        told = explain_error(error)
        if told is None or required:
            raise
        return [f"cannot check whether the Glue jobs exist: {told.message}"]
    lines = [f"unknown Glue job {name}" + (f"; did you mean {near}?" if near else "") for name, near in missing.items()]
    if lines and required:
        raise SfnorchError("\n".join(lines), hint="nothing was deployed; without --require-jobs this is a warning")
    return lines
