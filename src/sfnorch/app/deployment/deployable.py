"""A deployable template: rendered from a plan or read from a file, with parameter overrides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.environment_settings import list_parameter_values, refuse_base_plan, refuse_other_environment
from sfnorch.app.job_overrides import JobOverride
from sfnorch.app.sources import PlanSource, find_folder, load_plan_or_default, name_rendering, render_source
from sfnorch.aws.secrets import register_secret
from sfnorch.aws.steps import DeploymentRequest, OnFailure
from sfnorch.errors import RequestError
from sfnorch.json_values import Json, read_mapping
from sfnorch.naming import name_jobs_parameter
from sfnorch.origin import read_origin
from sfnorch.patterns.stack_parameters import ALLOWED
from sfnorch.plan.job_lists import replace_jobs
from sfnorch.plan.names import MAX_CHILDREN, STACK_NAME, build_default_child_name
from sfnorch.plan.stack_names import derive_stack_name
from sfnorch.runs.kinds.master_child import MASTER
from sfnorch.template.calls import ANY, parse_call, read_argument
from sfnorch.template.contents import evaluate_template
from sfnorch.template.intrinsics import format_value
from sfnorch.template.reader import read_template

if TYPE_CHECKING:
    from sfnorch.plan.composition.environment import Environment
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.template.contents import Template
    from sfnorch.template.located import Object
    from sfnorch.template.reader import Source

_JOBS_PARAMETER = re.compile(r"[A-Za-z0-9]*GlueJobs")
_FROM_ELSEWHERE = re.compile(r"AWS::SSM::Parameter::|AWS::Include|Fn::Transform|!Transform|\{\{resolve:|TemplateURL")
_SAM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True, kw_only=True)
class StackRequest:
    """What a stack is to contain: a plan or a template, with values of parameters."""

    plan: PlanSource = None
    """The path of a plan, a plan, or None for the plan with five children."""
    template: Path | None = None
    """The path of a template instead of a plan."""
    stack_name: str | None = None
    """The name of the stack; without one, the name in the plan."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters. Other parameters keep their values in the stack, or have their defaults."""
    jobs: Sequence[JobOverride] = ()
    """Jobs of children, which become values of parameters."""
    code_folder: Path | None = None
    """The folder with the code of functions; without one, the folder of the plan or the template."""
    s3_bucket: str = ""
    """The S3 bucket for large templates and the code of functions; without one, the default bucket of sfnorch."""
    resolve_s3: bool = False
    """Whether the default bucket is created if it is missing, without a question."""
    environment: Environment | None = None
    """The environment with the deployment settings; by default that of the plan."""

    def __post_init__(self) -> None:
        """Raise RequestError for a request with a plan and a template."""
        if self.plan is not None and self.template is not None:
            raise RequestError(": a plan and a template exclude each other", field="template")


@dataclass(frozen=True, kw_only=True)
class Deployable:
    """A template with its parameter overrides."""

    template: Template
    parameters: Mapping[str, str]
    planned_jobs: tuple[str, ...] = ()
    """The Glue jobs in the plan of the template."""
    plan: AnyPlan | None = None
    """The plan of the template, with the jobs of the request."""
    folder: Path = Path()
    """The folder with the code of functions that the template does not contain."""
    environment: Environment | None = None
    """The environment with the deployment settings."""

    @property
    def text(self) -> str:
        """The text of the template."""
        return self.template.source.text

    @property
    def declared(self) -> Object:
        """The parameters that the template declares."""
        return self.template.stack.get_section("Parameters")

    @property
    def defaults(self) -> dict[str, str]:
        """The defaults of the parameters, in the form of CloudFormation's API."""
        return find_defaults(self.declared)

    @property
    def shown_parameters(self) -> dict[str, str]:
        """The parameter overrides, with secret values masked."""
        return {name: "****" if name in self.secret else value for name, value in self.parameters.items()}

    @property
    def stack_name(self) -> str:
        """The default name of the stack: that of the environment, or the name of the plan in the template."""
        if self.environment:
            return self.environment.stack_name
        origin = read_origin(self.template.source.data)
        return (
            STACK_NAME
            if origin is None
            else derive_stack_name(origin.name, environment=origin.environment, part=origin.part)
        )

    @property
    def secret(self) -> tuple[str, ...]:
        """The names of parameters with secret values (NoEcho)."""
        return _find_secret(self.declared)

    @property
    def is_settled(self) -> bool:
        """Whether the template has the same meaning later: it reads nothing from SSM, a macro, or another template."""
        macros = self.template.source.data.get("Transform", _SAM)
        return macros == _SAM and not _FROM_ELSEWHERE.search(self.text)

    @property
    def jobs(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, in tasks, and in parameters with job lists."""
        tasks = [state for machine in self.template.machines for state in machine.list_states() if state.kind == "Task"]
        calls = [(parse_call(state), read_argument(state, "JobName")) for state in tasks]
        named = [job for call, job in calls if call and call.action == "glue:startJobRun" and job != ANY]
        full_names = self.plan.provenance.job_names if self.plan else {}
        given = [
            full_names.get(name.strip(), name.strip())
            for parameter, value in self.parameters.items()
            if _JOBS_PARAMETER.fullmatch(parameter) and parameter != ALLOWED
            for name in value.split(",")
        ]
        return tuple(dict.fromkeys(name for name in (*self.planned_jobs, *named, *given) if name))

    def set_region(self, region: str) -> Deployable:
        """Return the same, with the template evaluated for the Region; unchanged for an empty Region."""
        template = self.template
        if not region or region == template.stack.where.region:
            return self
        where = template.stack.where._replace(region=region)
        return replace(self, template=evaluate_template(template.source, template.stack.given, where))

    def make_wish(
        self,
        stack_name: str,
        *,
        url: str,
        tags: Mapping[str, str] | None = None,
        role_arn: str = "",
        on_failure: OnFailure = "rollback",
        keeps_parameters: bool = True,
    ) -> DeploymentRequest:
        """Return the request for a deployment; `url` is that of the template if it is in S3."""
        return DeploymentRequest(
            stack_name=stack_name,
            body=self.text,
            url=url,
            declared=tuple(self.declared),
            parameters=self.parameters,
            secret=self.secret,
            settled=self.is_settled,
            tags=tags or {},
            role_arn=role_arn,
            on_failure=on_failure,
            keeps_parameters=keeps_parameters,
        )

    def list_changed_parameters(
        self, before: Mapping[str, str], kept: Mapping[str, str]
    ) -> dict[str, tuple[str | None, str | None]]:
        """Return the parameters that would change, each with its value before and after; None for no value."""
        after = {**self.defaults, **{name: kept[name] for name in self.declared if name in kept}, **self.parameters}
        return {
            name: (before.get(name), self._mask_value(name, after.get(name)))
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != (after.get(name) if name in self.declared else None)
        }

    def list_kept_overrides(self, kept: Mapping[str, str]) -> dict[str, str]:
        """Return the known values that the stack keeps and that differ from the defaults of the template."""
        defaults = self.defaults
        return {
            name: kept[name]
            for name in self.declared
            if name in kept and name not in (*self.parameters, *self.secret) and kept[name] != defaults.get(name)
        }

    def _mask_value(self, name: str, value: str | None) -> str | None:
        return "****" if name in self.secret and value is not None else value if name in self.declared else None


def read_deployable(request: StackRequest) -> Deployable:
    """Return the template of the request, with its parameters.

    Raises RequestError for an unknown child and a parameter that is set twice, and SfnorchError for a plan or a
    template that cannot be read.
    """
    plan: AnyPlan | None = None
    if request.template:
        source = read_template(request.template)
        refuse_other_environment(read_origin(source.data), request.environment)
    else:
        plan = load_plan_or_default(request.plan)
        source = render_source(plan, name_rendering(request.plan))
        refuse_base_plan(plan.provenance.environments, plan.provenance.environment)
    own = request.template.parent if request.template else find_folder(request.plan)
    return make_deployable(source, plan, request, folder=request.code_folder or own)


def make_deployable(
    source: Source, plan: AnyPlan | None, request: StackRequest, *, folder: Path | None = None
) -> Deployable:
    """Return the template with the parameters and jobs of the request; `plan` is its plan, if it has one.

    The function registers secret values, so that they are masked in all later output. The template is evaluated with
    masked values. Raises RequestError for an unknown child and a parameter that is set twice.
    """
    parameters = dict(request.parameters)
    planned_jobs = plan.job_names if plan else ()
    children = _list_children(plan, source) if request.jobs else ()
    for override, child in _find_children(children, request.jobs):
        name = name_jobs_parameter(child)
        if name in parameters:
            raise override.refuse(f"the parameter {name} is set twice")
        full_names = plan.provenance.job_names if plan else {}
        parameters[name] = ",".join(full_names.get(job, job) for job in override.jobs)
        if plan and plan.pattern == "master-child":
            plan = replace_jobs(plan, {children.index(child): override.jobs})
    environment = request.environment or (plan.provenance.environment if plan else None)
    parameters = list_parameter_values(environment, source.data.find_object("Parameters"), parameters)
    secret = _find_secret(source.data.get("Parameters"))
    register_secret(*(parameters[name] for name in secret if name in parameters))
    shown = {name: "****" if name in secret else value for name, value in parameters.items()}
    return Deployable(
        template=evaluate_template(source, shown),
        parameters=parameters,
        planned_jobs=planned_jobs,
        plan=plan,
        folder=folder or Path(),
        environment=environment,
    )


def _list_children(plan: AnyPlan | None, source: Source) -> Sequence[str]:
    """Return the names of the children of the plan, or of the master in the template, in order.

    For a template without a master of sfnorch, return the default names of children.
    """
    if plan is not None:
        return [child.name for child in plan.children] if plan.pattern == "master-child" else ()
    definitions = (machine.definition for machine in evaluate_template(source).machines)
    found = (MASTER.list_parts(definition.data) for definition in definitions if definition)
    return next((names for names in found if names), [build_default_child_name(n + 1) for n in range(MAX_CHILDREN)])


def _find_children(children: Sequence[str], overrides: Sequence[JobOverride]) -> Iterator[tuple[JobOverride, str]]:
    """Yield each override with the name of its child. Raises RequestError for an unknown child."""
    by_key: dict[int | str, str] = {**dict(enumerate(children, 1)), **{name: name for name in children}}
    for override in overrides:
        if override.child not in by_key:
            known = (
                f"unknown child; available: {', '.join(children)}" if children else "the plan has no child workflows"
            )
            raise override.refuse(known)
        yield override, by_key[override.child]


def find_defaults(declared: Json) -> dict[str, str]:
    """Return the defaults of a template's parameters, in the form of CloudFormation's API."""
    bodies = ((name, read_mapping(body)) for name, body in read_mapping(declared).items())
    return {name: format_value(body["Default"]) for name, body in bodies if "Default" in body}


def _find_secret(declared: Json) -> tuple[str, ...]:
    """Return the names of parameters with secret values (NoEcho)."""
    bodies = ((name, read_mapping(body)) for name, body in read_mapping(declared).items())
    return tuple(name for name, body in bodies if str(body.get("NoEcho", "")).lower() == "true")
