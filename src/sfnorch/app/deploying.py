"""Deploy a stack: from a plan or a template, or by a change set of an earlier deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.app.deployment.checks import check_deployable, refuse_names, refuse_parameters, refuse_values
from sfnorch.app.deployment.deployable import Deployable, StackRequest, make_deployable, read_deployable
from sfnorch.app.deployment.deployed_stack import DeployedStack, find_parameter_owners
from sfnorch.app.deployment.uploads import Uploads
from sfnorch.app.environment_settings import choose_bucket, open_environment_account
from sfnorch.app.sources import find_environment, load_plan_or_default
from sfnorch.app.stack_updates import Consent, ReviewContext, ShowUpdate, StackReporter, decline, ignore_update
from sfnorch.aws.client_support import refuse_old_client
from sfnorch.aws.deployment import Deployment
from sfnorch.aws.deployment_outcome import DeploymentOutcome
from sfnorch.aws.stack_calls import StackCalls
from sfnorch.aws.stacks import find_stack
from sfnorch.aws.steps import OnFailure, can_hold_resources, derive_digest, list_kept_parameters
from sfnorch.errors import RequestError
from sfnorch.plan.stack_names import derive_stack_name
from sfnorch.plan.tags import find_tag_faults

if TYPE_CHECKING:
    from sfnorch.aws.change_sets import ChangeSet


@dataclass(frozen=True, kw_only=True)
class DeployRequest(StackRequest):
    """A deployment: what a stack is to contain, and how it is deployed."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags for the stack and its resources."""
    role_arn: str = ""
    """The ARN of the IAM role that CloudFormation assumes."""
    on_failure: OnFailure = "rollback"
    """What happens if the deployment fails. An update with `delete` is rolled back."""
    termination_protection: bool | None = None
    """Whether the stack is protected against deletion; None leaves it unchanged."""
    require_jobs: bool = False
    """Whether a missing Glue job is an error instead of a warning."""
    validates_definitions: bool = True
    """Whether Step Functions validates the definitions of state machines before the change set is created."""
    keeps_parameters: bool = True
    """Whether parameters without a value keep their values in the stack, or get the defaults of the template."""
    replace_plan: bool = False
    """Whether the resources of a stack with another plan, or no plan, may be replaced."""
    execute: bool = True
    """Whether the change set is executed, or left for a review and for `execute_change_set`."""
    supersede: bool = False
    """Whether earlier change sets of sfnorch are deleted; for a change set that is not executed."""
    express: bool = False
    """Whether the deployment is in express mode: it ends when the configuration of all resources is applied."""
    revert_drift: bool = False
    """Whether resources that were changed outside of CloudFormation are brought back to the template."""
    force_rollback: bool = False
    """Whether a failed rollback of the last update is finished without the resources that cannot be rolled back."""

    def __post_init__(self) -> None:
        """Raise RequestError for a request that contradicts itself, and for tags that AWS rejects."""
        super().__post_init__()
        if self.express and self.on_failure == "delete":
            raise RequestError(': express mode requires "rollback" or "keep"', field="on_failure")
        if self.supersede and self.execute:
            raise RequestError(": requires a change set that is not executed", field="supersede")
        if faults := list(find_tag_faults(self.tags)):
            raise RequestError(f": {'; '.join(faults)}", field="tags")


@dataclass(frozen=True, kw_only=True)
class PipelineDeployRequest(DeployRequest):
    """The deployment of the pipeline that deploys a plan."""

    source: str = "connection"
    """The kind of the source of the plan: connection, codecommit or s3."""
    approval: bool = True
    """Whether a manual approval is required before a change set is executed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployResult(DeploymentOutcome):
    """The result of a deployment: its end, the stack, its change set, and what failed.

    `end` is deployed, unchanged, declined, left (the change set is not executed) or failed.
    """

    stack_name: str
    """The name of the stack, which need not exist."""

    @classmethod
    def create_from(cls, outcome: DeploymentOutcome, stack_name: str) -> DeployResult:
        """Return the outcome with the name of the stack."""
        return cls(
            stack_name=stack_name,
            end=outcome.end,
            stack=outcome.stack,
            change_set=outcome.change_set,
            ending=outcome.ending,
            done=outcome.done,
        )


def deploy(
    request: DeployRequest,
    account: AwsAccount | None = None,
    *,
    consent: Consent = decline,
    on_event: ShowUpdate = ignore_update,
) -> DeployResult:
    """Deploy the stack, as `sfnorch deploy` does, and return the result. A failed operation is a result, not an error.

    `consent` answers the question of each step, such as whether the changes are deployed; by default nothing is
    changed. `on_event` gets what happens meanwhile: warnings, the changes, the events of CloudFormation.

    Raises PlanError for an invalid plan, RequestError for a request that does not fit it, and SfnorchError for errors
    of lint and for a deployment that is not possible.
    """
    account = open_environment_account(request.environment or find_environment(request.plan), account)
    with account.waits("Reading the template"):
        deployable = read_deployable(request)
    return _deploy(deployable, request, account, consent, on_event)


def deploy_pipeline(
    request: PipelineDeployRequest,
    account: AwsAccount | None = None,
    *,
    consent: Consent = decline,
    on_event: ShowUpdate = ignore_update,
) -> DeployResult:
    """Deploy the stack of the pipeline for a plan, as `sfnorch pipeline deploy` does, and return the result.

    The parameters are those of the pipeline. `consent`, `on_event` and the errors are those of `deploy`.
    """
    account = account or AwsAccount()
    with account.waits("Reading the template"):
        deployable = _read_pipeline(request)
    return _deploy(deployable, request, account, consent, on_event)


def _read_pipeline(request: PipelineDeployRequest) -> Deployable:
    """Return the template of the pipeline. Raises RequestError if its stack is that of the plan."""
    from sfnorch.app.delivering import list_pipeline_targets, render_pipeline  # slow to load
    from sfnorch.template.reader import parse_template

    targets = list_pipeline_targets(request.plan)
    plan = None if targets else load_plan_or_default(request.plan)
    text = render_pipeline(plan or request.plan, source=request.source, approval=request.approval)
    deployable = make_deployable(parse_template(text, "the pipeline, rendered"), plan, request)
    name = request.stack_name or deployable.stack_name
    own = {request.parameters.get("StackName", derive_stack_name(plan.name))} if plan else set()
    if name in own | {target.stack_name for target in targets}:
        raise RequestError(f"{name} is the stack of the plan; pass another --stack-name for the stack of the pipeline")
    return deployable


def execute_change_set(
    change_set: str,
    stack_name: str,
    account: AwsAccount | None = None,
    *,
    termination_protection: bool | None = None,
    consent: Consent = decline,
    on_event: ShowUpdate = ignore_update,
) -> DeployResult:
    """Execute a change set that `deploy` has left, and return the result.

    `consent` and `on_event` are those of `deploy`. Raises SfnorchError if the change set cannot be executed.
    """
    account = account or AwsAccount()
    client = account.session.cloudformation
    with account.waits(f"Reading the stack {stack_name}"):
        stack = find_stack(client, stack_name)
    is_update = stack is not None and can_hold_resources(stack) and not stack.in_progress
    check = DeployedStack(client=client, stack=stack).refuse_conflicts if stack and is_update else _accept
    reporter = StackReporter(account.waits, on_event, consent)
    deployment = _make_deployment(
        stack_name, derive_digest(change_set), account, reporter, check, unprotect=termination_protection is False
    )
    outcome = deployment.execute(change_set)
    _protect(outcome, stack_name, account, termination_protection)
    return DeployResult.create_from(outcome, stack_name)


def _accept(change_set: ChangeSet) -> None:
    """Accept every change set."""


def _deploy(
    deployable: Deployable, request: DeployRequest, account: AwsAccount, consent: Consent, on_event: ShowUpdate
) -> DeployResult:
    """Check and deploy the template, and return the result."""
    request = _complete_request(request, deployable)
    stack_name = request.stack_name or deployable.stack_name
    refuse_values(deployable)
    refuse_names(deployable, stack_name)
    client = account.session.cloudformation
    if request.express:
        refuse_old_client(client, "CreateChangeSet", "DeploymentConfig", what="Express mode", version="1.43.38")
    with account.waits(f"Reading the stack {stack_name}"):
        stack = find_stack(client, stack_name)
    kept = list_kept_parameters(stack) if request.keeps_parameters else {}
    refuse_parameters(deployable, kept)
    deployed = DeployedStack(client=client, stack=stack) if stack and can_hold_resources(stack) else None
    if deployed and not request.replace_plan:
        with account.waits("Reading the deployed template"):
            deployed.refuse_another_plan(deployable)
    context = ReviewContext(
        defaults=deployable.defaults,
        overridden=deployable.parameters,
        kept=kept,
        owners=find_parameter_owners(deployable),
        secret=deployable.secret,
    )
    reporter = StackReporter(account.waits, on_event, consent, context)
    for line in deployed.list_dropped_overrides(deployable) if deployed else ():
        reporter.show_line(line)
    check_deployable(
        deployable,
        account,
        on_event,
        jobs_required=request.require_jobs,
        validates_definitions=request.validates_definitions,
    )
    uploads = Uploads(account, request.s3_bucket, resolve=request.resolve_s3, reporter=reporter)
    code = uploads.upload_code(deployable)
    deployable = replace(deployable, parameters={**deployable.parameters, **code})
    wish = deployable.make_wish(
        stack_name,
        url=uploads.upload_template(deployable, stack_name) or "",
        tags=request.tags,
        role_arn=request.role_arn,
        on_failure=request.on_failure,
        keeps_parameters=request.keeps_parameters,
    )
    wish = replace(
        wish,
        express=request.express,
        revert_drift=request.revert_drift,
        force_rollback=request.force_rollback,
    )
    deployment = _make_deployment(
        stack_name,
        wish.digest,
        account,
        reporter,
        deployed.make_guard(deployable) if deployed else _accept,
        unprotect=request.termination_protection is False,
    )
    outcome = deployment.run(wish, execute=request.execute, supersede=request.supersede)
    _protect(outcome, stack_name, account, request.termination_protection)
    return DeployResult.create_from(outcome, stack_name)


def _complete_request(request: DeployRequest, deployable: Deployable) -> DeployRequest:
    """Return the request with the settings of the environment where it has none itself."""
    environment = deployable.environment
    if environment is None:
        return request
    return replace(
        request,
        role_arn=request.role_arn or environment.settings.role_arn or "",
        s3_bucket=choose_bucket(environment, request.s3_bucket, resolve=request.resolve_s3),
    )


def _make_deployment(
    stack_name: str,
    digest: str,
    account: AwsAccount,
    reporter: StackReporter,
    check: Callable[[ChangeSet], None],
    *,
    unprotect: bool,
) -> Deployment:
    calls = StackCalls(
        client=account.session.cloudformation,
        name=stack_name,
        digest=digest,
        onlooker=reporter,
        clock=account.clock,
        nonce=account.make_nonce,
        unprotect=unprotect,
        check=check,
    )
    return Deployment(calls)


def _protect(outcome: DeploymentOutcome, stack_name: str, account: AwsAccount, is_protected: bool | None) -> None:
    """Set the termination protection of a stack that was deployed, unless it is to stay unchanged."""
    if is_protected is None or outcome.end not in ("deployed", "unchanged"):
        return
    with account.waits("Setting the termination protection"):
        account.session.cloudformation.update_termination_protection(
            StackName=stack_name, EnableTerminationProtection=is_protected
        )
