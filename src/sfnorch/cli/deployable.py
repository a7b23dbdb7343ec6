"""A deployable template: rendered from a plan or read from a file, with parameter overrides and checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.job_concurrency import job_concurrency, print_plan_warnings
from sfnorch.cli.options import given_child_jobs, read_plan
from sfnorch.cli.parameters import parameter_values, refuse_faults
from sfnorch.cli.templates import read_source, rendering
from sfnorch.errors import SfnorchError
from sfnorch.findings import Severity
from sfnorch.naming import jobs_parameter
from sfnorch.origin import origin_of
from sfnorch.patterns.stack_parameters import ALLOWED
from sfnorch.plan.load import with_jobs
from sfnorch.plan.models.master_child import MasterChildPlan
from sfnorch.plan.names import STACK_NAME
from sfnorch.report.waiting import leave_signals_to_main_thread, waiting

if TYPE_CHECKING:
    from sfnorch.aws.session import Session
    from sfnorch.aws.steps import Wish
    from sfnorch.console import Console
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.template.contents import Template
    from sfnorch.template.located import Object
    from sfnorch.template.reader import Source

_JOBS_PARAMETER = re.compile(r"[A-Za-z0-9]*GlueJobs")
_MOST_WARNINGS = 10
_FROM_ELSEWHERE = re.compile(r"AWS::SSM::Parameter::|AWS::Include|Fn::Transform|!Transform|\{\{resolve:|TemplateURL")
_SAM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True, kw_only=True)
class Deployable:
    """A template with its parameter overrides."""

    template: Template
    parameters: Mapping[str, str]
    planned_jobs: tuple[str, ...] = ()
    """The Glue jobs in the plan of the template."""
    plan: AnyPlan | None = None
    """The plan of the template, with the jobs of the options."""
    folder: Path = Path()
    """The folder with the code of functions that the template does not contain."""

    @property
    def text(self) -> str:
        """The text of the template."""
        return self.template.source.text

    @property
    def declared(self) -> Object:
        """The parameters that the template declares."""
        return self.template.stack.section("Parameters")

    @property
    def defaults(self) -> dict[str, str]:
        """The defaults of the parameters, in the form of CloudFormation's API."""
        return parameter_defaults(self.declared)

    @property
    def shown_parameters(self) -> dict[str, str]:
        """The parameter overrides, with secret values masked."""
        return {name: "****" if name in self.secret else value for name, value in self.parameters.items()}

    @property
    def stack_name(self) -> str:
        """The default name of the stack: the name of the plan in the template."""
        from sfnorch.plan.stack_names import stack_name_of

        origin = origin_of(self.template.source.data)
        if origin is None:
            return STACK_NAME
        return stack_name_of(origin.name, part=origin.part)

    @property
    def secret(self) -> tuple[str, ...]:
        """The names of parameters with secret values (NoEcho)."""
        return _secret(self.declared)

    @property
    def settled(self) -> bool:
        """Whether the template has the same meaning later: it reads nothing from SSM, a macro, or another template."""
        macros = self.template.source.data.get("Transform", _SAM)
        return macros == _SAM and not _FROM_ELSEWHERE.search(self.text)

    @property
    def jobs(self) -> tuple[str, ...]:
        """The names of the Glue jobs in the plan, in tasks, and in parameters with job lists."""
        from sfnorch.template.calls import ANY, argument, call_of

        tasks = [state for machine in self.template.machines for state in machine.walk() if state.kind == "Task"]
        calls = [(call_of(state), argument(state, "JobName")) for state in tasks]
        named = [job for call, job in calls if call and call.action == "glue:startJobRun" and job != ANY]
        given = [
            name.strip()
            for parameter, value in self.parameters.items()
            if _JOBS_PARAMETER.fullmatch(parameter) and parameter != ALLOWED
            for name in value.split(",")
        ]
        return tuple(dict.fromkeys(name for name in (*self.planned_jobs, *named, *given) if name))

    def changed_parameters(
        self, before: Mapping[str, str], kept: Mapping[str, str]
    ) -> dict[str, tuple[str | None, str | None]]:
        """Return the parameters that would change, each with its value before and after; None for no value."""
        after = {**self.defaults, **{name: kept[name] for name in self.declared if name in kept}, **self.parameters}
        return {
            name: (before.get(name), self._shown(name, after.get(name)))
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != (after.get(name) if name in self.declared else None)
        }

    def kept_overrides(self, kept: Mapping[str, str]) -> dict[str, str]:
        """Return the known values that the stack keeps and that differ from the defaults of the template."""
        defaults = self.defaults
        return {
            name: kept[name]
            for name in self.declared
            if name in kept and name not in (*self.parameters, *self.secret) and kept[name] != defaults.get(name)
        }

    def _shown(self, name: str, value: str | None) -> str | None:
        return "****" if name in self.secret and value is not None else value if name in self.declared else None


def wish(deployable: Deployable, stack_name: str, **more: Any) -> Wish:
    """Return the request for a deployment; `more` are the fields from the options."""
    from sfnorch.aws.steps import Wish

    return Wish(
        stack_name=stack_name,
        body=deployable.text,
        declared=tuple(deployable.declared),
        parameters=deployable.parameters,
        secret=deployable.secret,
        settled=deployable.settled,
        **more,
    )


def read_deployable(
    template_file: Path | None,
    plan_file: Path | None,
    overrides: tuple[str, ...],
    jobs: Mapping[str, Any],
    jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...],
    code_folder: Path | None = None,
) -> Deployable:
    """Return the template that the options name. Fail as wrong usage for a parameter that is set twice."""
    plan = None if template_file else read_plan(plan_file, {}, ())
    source = rendering(plan, plan_file) if plan else read_source(template_file, plan_file)
    folder = code_folder or (template_file or plan_file or Path()).parent
    return deployable_of(source, plan, overrides, jobs, jobs_by_child, folder=folder)


def deployable_of(
    source: Source,
    plan: AnyPlan | None,
    overrides: tuple[str, ...],
    jobs: Mapping[str, Any],
    jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...],
    *,
    folder: Path | None = None,
) -> Deployable:
    """Return the template with the overrides and jobs of the options; `plan` is its plan, if it has one.

    The function registers secret values, so that they are masked in all later output. The template is evaluated with
    masked values. Fails as wrong usage for a parameter that is set twice.
    """
    from sfnorch.aws.secrets import keep_secret
    from sfnorch.template.contents import contents

    parameters = parameter_values(overrides)
    planned_jobs = plan.job_names if plan else ()
    children = _children(plan, source) if any(jobs.values()) or jobs_by_child else ()
    for option, child, names in _lists_of_jobs(children, jobs, jobs_by_child):
        name = jobs_parameter(child)
        if name in parameters:
            raise click.UsageError(f"{option}: the parameter {name} is set twice.")
        parameters[name] = ",".join(names)
        if isinstance(plan, MasterChildPlan):
            plan = with_jobs(plan, {children.index(child): names})
    secret = _secret(source.data.get("Parameters"))
    keep_secret(*(parameters[name] for name in secret if name in parameters))
    shown = {name: "****" if name in secret else value for name, value in parameters.items()}
    return Deployable(
        template=contents(source, shown),
        parameters=parameters,
        planned_jobs=planned_jobs,
        plan=plan,
        folder=folder or Path(),
    )


def _children(plan: AnyPlan | None, source: Source) -> Sequence[str]:
    """Return the names of the children of the plan, or of the master in the template, in order.

    For a template without a master of sfnorch, return the default names of children.
    """
    from sfnorch.plan.names import MAX_CHILDREN, default_child_name
    from sfnorch.runs.kinds.master_child import MASTER
    from sfnorch.template.contents import contents

    if plan is not None:
        return [child.name for child in getattr(plan, "children", ())]
    definitions = (machine.definition for machine in contents(source).machines)
    found = (MASTER.list_parts(definition.data) for definition in definitions if definition)
    return next((names for names in found if names), [default_child_name(n + 1) for n in range(MAX_CHILDREN)])


def _lists_of_jobs(
    children: Sequence[str], jobs: Mapping[str, Any], jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each option with jobs, the name of its child, and the jobs. Fail as wrong usage for an unknown child."""
    known = f"unknown child; available: {', '.join(children)}" if children else "the plan has no child workflows"
    for number, names in given_child_jobs(jobs).items():
        if number > len(children):
            raise click.UsageError(f"--child{number}-jobs: {known}.")
        yield f"--child{number}-jobs", children[number - 1], names
    for child, names in jobs_by_child:
        if child not in children:
            raise click.UsageError(f"--jobs {child}: {known}.")
        yield f"--jobs {child}", child, names


def parameter_defaults(declared: Any) -> dict[str, str]:
    """Return the defaults of a template's parameters, in the form of CloudFormation's API."""
    from sfnorch.template.intrinsics import as_text

    return {
        name: as_text(body["Default"])
        for name, body in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(body, dict) and "Default" in body
    }


def _secret(declared: Any) -> tuple[str, ...]:
    """Return the names of parameters with secret values (NoEcho)."""
    return tuple(
        name
        for name, body in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(body, dict) and str(body.get("NoEcho", "")).lower() == "true"
    )


def refuse_values(deployable: Deployable) -> None:
    """Raise SfnorchError for overrides that the template does not allow, independent of the stack."""
    from sfnorch.template.parameters import parameter_faults

    refuse_faults(parameter_faults(deployable.declared, deployable.parameters, kept=deployable.declared))


def refuse_names(deployable: Deployable, stack_name: str) -> None:
    """Raise SfnorchError if names of functions or state machines are too long in a stack with this name."""
    from sfnorch.template.names import name_faults

    given = deployable.template.stack.given  # without secret values
    if lines := list(name_faults(deployable.template.source.data, given, stack_name)):
        raise SfnorchError("\n".join(lines), hint="nothing was deployed")


def refuse_parameters(deployable: Deployable, before: Mapping[str, str]) -> None:
    """Raise SfnorchError for invalid or missing parameters; `before` are the values of the stack."""
    from sfnorch.template.parameters import parameter_faults

    declared = deployable.declared
    kept = [name for name in before if name in declared and name not in deployable.parameters]
    values = {name: before[name] for name in kept if name not in deployable.secret}
    unknown = [name for name in kept if name in deployable.secret]
    refuse_faults(parameter_faults(declared, {**values, **deployable.parameters}, kept=unknown))


def lint(deployable: Deployable, console: Console | None) -> None:
    """Lint the template, and print warnings. Raises SfnorchError with all errors."""
    with waiting("Linting the template"):
        from sfnorch.linter.run import Linting
        from sfnorch.report.findings import count_words, print_findings

        found = Linting().findings(deployable.template)
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        lines = "\n".join(f"{finding} [{finding.rule}]" for finding in errors)
        raise SfnorchError(lines, hint="nothing was deployed")
    if found and console is not None:
        print_findings(found, console)
        console.print(f"{count_words(found)}; the deployment continues.")


def in_region(deployable: Deployable, region: str) -> Deployable:
    """Return the same, with the template evaluated for the Region; unchanged for an empty Region."""
    from sfnorch.template.contents import contents

    template = deployable.template
    if not region or region == template.stack.where.region:
        return deployable
    where = replace(template.stack.where, region=region)
    return replace(deployable, template=contents(template.source, template.stack.given, where))


def looked_over(deployable: Deployable, session: Session, console: Console | None, *, jobs_required: bool) -> None:
    """Check the template before a deployment: lint, missing Glue jobs, and warnings about the plan.

    Glue is called while lint runs. Raises SfnorchError if lint finds an error, or if a job is missing and
    `jobs_required` is set.
    """
    pool = ThreadPoolExecutor(max_workers=1, initializer=leave_signals_to_main_thread)
    try:
        missing = pool.submit(_missing_jobs, deployable, session)
        concurrency = pool.submit(job_concurrency, deployable.plan, session)
        lint(in_region(deployable, session.region), console)
        _tell_missing_jobs(missing, console, required=jobs_required)
        if console:
            print_plan_warnings(deployable.plan, concurrency, console)
    finally:  # without a wait for Glue, so that Ctrl-C ends the command at once
        pool.shutdown(wait=False, cancel_futures=True)


def _missing_jobs(deployable: Deployable, session: Session) -> Mapping[str, str]:
    from sfnorch.aws.glue_jobs import job_names, missing_jobs

    return missing_jobs(deployable.jobs, job_names(session.glue)) if deployable.jobs else {}


def _tell_missing_jobs(found: Future[Mapping[str, str]], console: Console | None, *, required: bool) -> None:
    from sfnorch.aws.errors import explained

    try:
        with waiting("Looking up the Glue jobs"):
            there_are_not = found.result()
        lines = [
            f"unknown Glue job {name}" + (f"; did you mean {near}?" if near else "")
            for name, near in there_are_not.items()
        ]
    except Exception as error:
        told = explained(error)
        if told is None or required:
            raise
        lines = [f"cannot check whether the Glue jobs exist: {told.message}"]
    if lines and required:
        raise SfnorchError("\n".join(lines), hint="nothing was deployed; without --require-jobs this is a warning")
    if console:
        for line in lines[:_MOST_WARNINGS]:
            console.print_words(f"warning: {line}", style="yellow")
        if len(lines) > _MOST_WARNINGS:
            console.print(f"warning: and {len(lines) - _MOST_WARNINGS} more", style="yellow")
