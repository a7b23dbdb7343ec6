"""A build that runs before the approval of its pipeline, and whose role can deploy without it."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.delivery.reading import Action, Pipeline, Project, read_pipelines, read_projects
from sfnorch.findings import Severity
from sfnorch.rule import HasTemplate, LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.calls import ANY
from sfnorch.template.iam import can_allow

_DEPLOYING = (
    *("cloudformation:ExecuteChangeSet", "cloudformation:CreateStack", "cloudformation:UpdateStack"),
    *("codepipeline:PutApprovalResult", "codepipeline:UpdatePipeline", "codepipeline:OverrideStageCondition"),
)
"""Actions that deploy a stack, or that answer, change or skip the approval."""


def _check(subject: HasTemplate) -> Iterator[RuleFinding]:
    known = list(read_projects(subject.template))
    for pipeline in read_pipelines(subject.template):
        for project in _find_early_projects(pipeline, known):
            role = project.role
            if role is None:
                continue
            if found := [action for action in _DEPLOYING if can_allow(role.statements, action, ANY)]:
                yield RuleFinding(
                    path=role.path,
                    place=role.place,
                    message=f"{role.name}: {project.logical_id} runs before the approval in {pipeline.logical_id}, "
                    f"and its role allows {list_names(found)}",
                    hint="let CodePipeline execute the change set after the approval (ActionMode: CHANGE_SET_EXECUTE), "
                    "and remove these actions from the role",
                )


def _find_early_projects(pipeline: Pipeline, known: list[Project]) -> Iterator[Project]:
    """Yield the projects, each once, that run before the first approval; nothing for a pipeline without an approval."""
    approvals = [number for number, action in enumerate(pipeline.actions) if action.category == "Approval"]
    if not approvals:
        return
    early = [action for action in pipeline.actions[: approvals[0]] if action.provider == "CodeBuild"]
    for project in known:
        if any(_is_run_by(project, action) for action in early):
            yield project


def _is_run_by(project: Project, action: Action) -> bool:
    return action.configuration.get("ProjectName") == project.name


RULE = LintRule(
    id="approval-bypassed",
    title="A build that runs before the approval of its pipeline and whose role can deploy without the approval",
    why="everyone with push access controls the commands of the build, and so can deploy without the approval",
    source="https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html",
    severity=Severity.WARNING,
    check=_check,
)
