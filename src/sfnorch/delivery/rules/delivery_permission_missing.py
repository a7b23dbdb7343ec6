"""A permission that a build's commands or a pipeline's actions require and that their role lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfnorch.delivery.reading import Pipeline, Project, read_pipelines, read_projects
from sfnorch.delivery.uses import PermissionUser, find_build_uses, find_pipeline_uses, is_denied
from sfnorch.findings import Severity
from sfnorch.rule import HasTemplate, LintRule, RuleFinding
from sfnorch.template.calls import ANY, RequiredAction
from sfnorch.template.contents import Template


def _check(subject: HasTemplate) -> Iterator[RuleFinding]:
    where = subject.template.stack.where
    found = list(read_pipelines(subject.template))
    for project in read_projects(subject.template):
        yield from _find_lacking(subject.template, project, find_build_uses(project, found, where))
    for pipeline in found:
        yield from _find_lacking(subject.template, pipeline, find_pipeline_uses(pipeline, where))


def _find_lacking(
    template: Template, user: Pipeline | Project, uses: Iterable[PermissionUser]
) -> Iterator[RuleFinding]:
    """Yield the faults of one role; each missing permission is reported once."""
    if user.role is None:
        return
    told: set[RequiredAction] = set()
    for use in uses:
        lacking = [need for need in use.needs or () if need not in told and is_denied(template, user.role, need)]
        told.update(lacking)
        if lacking:
            yield RuleFinding(
                path=user.path,
                place=user.place,
                message=f"{use.what} requires {_describe(lacking)}",
                hint=f"allow it in {user.role.name}; without it the call fails",
            )


def _describe(lacking: list[RequiredAction]) -> str:
    """Return the actions, grouped by resource."""
    by_resource: dict[str, list[str]] = {}
    for need in lacking:
        by_resource.setdefault(need.resource, []).append(need.action)
    return ", and ".join(
        ", ".join(actions) + ("" if resource == ANY else f" on {resource}") for resource, actions in by_resource.items()
    )


RULE = LintRule(
    id="delivery-permission-missing",
    title="A permission that a build's commands or a pipeline's actions require and that their role lacks",
    why="the stage fails with AccessDenied, often after all earlier stages have run",
    source="https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html",
    severity=Severity.ERROR,
    check=_check,
)
