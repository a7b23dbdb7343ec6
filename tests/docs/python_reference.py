"""The reference of the Python API: signatures, docstrings and fields of what `sfnorch` exports."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest

import sfnorch

PLANS = (
    "load_plan",
    "parse_plan",
    "read_effective_plan",
    "build_plan_schema",
    "make_starter",
    "make_delivery",
    "render",
    "render_definition",
    "lint",
    "lint_templates",
    "render_baseline",
    "explain_rule",
    "draw",
    "simulate",
    "forecast",
    "verify",
    "verify_facts",
    "export_airflow",
    "render_pipeline",
)
STACKS = (
    "deploy",
    "execute_change_set",
    "deploy_pipeline",
    "diff",
    "status",
    "follow_stack",
    "read_stack",
    "read_history",
    "delete",
)
EXECUTIONS = (
    "run",
    "start_run",
    "watch",
    "plan_resume",
    "resume",
    "start_resume",
    "plan_backfill",
    "backfill",
    "start_backfill",
    "stop",
    "read_failures",
    "read_logs",
    "record",
)
REQUESTS = (
    "LintRequest",
    "SimulateRequest",
    "VerifyRequest",
    "StackRequest",
    "DeployRequest",
    "PipelineDeployRequest",
    "JobOverride",
    "RunRequest",
    "ExecutionRequest",
    "BackfillRequest",
    "DateRange",
    "SimulatedBackfill",
    "RecordRequest",
)
RESULTS = (
    "EffectivePlan",
    "Rendering",
    "LintReport",
    "LintedTemplate",
    "Simulation",
    "Verification",
    "VerifiedDefinition",
    "VerifiedState",
    "FactReport",
    "CheckedFact",
    "Review",
    "DeployResult",
    "Difference",
    "RunProgress",
    "RunResult",
    "PlannedResume",
    "PlannedBackfill",
    "BackfillProgress",
    "BackfillResult",
    "FollowedBackfill",
    "DateRun",
    "Recording",
)
FUNCTIONS = (*PLANS, *STACKS, *EXECUTIONS)
"""The exported functions, in the order of the page."""

_SHORT = {
    "FilePath": "Path",
    "PlanSource": "Path | PlanChoice | AnyPlan | None",
    "Waits": "Callable[[str], AbstractContextManager[None]]",
    "ShowUpdate": "Callable[[StackUpdate], None]",
    "ShowBackfill": "Callable[[BackfillProgress], None]",
    "ShowProgress": "Callable[[RunProgress], None]",
    "Consent": "Callable[[Step], bool]",
    "FailOn": "Literal['error', 'warning', 'never']",
    "DrawingForm": "Literal['mermaid', 'markdown', 'dot', 'svg']",
    "End": "Literal['deployed', 'unchanged', 'declined', 'left', 'failed']",
    "RunEnd": "Literal['succeeded', 'work_failed', 'failed', 'running']",
    "StateStatus": "Literal['SUCCEEDED', 'FAILED', 'RETRIABLE', 'CAUGHT_ERROR']",
    "StateVerdict": "Literal['equal', 'different', 'refused', 'untested']",
    "FactVerdict": "Literal['holds', 'differs', 'refused', 'open']",
    "OnFailure": "Literal['rollback', 'delete', 'keep']",
}
"""Aliases in the code, and what a reader would write."""


def _describe_functions(names: tuple[str, ...]) -> Iterator[str]:
    """Yield a section for each function: its signature and its docstring."""
    for name in names:
        function = getattr(sfnorch, name)
        signature = inspect.signature(function)
        lines = [f"    {_parameter(each)}," for each in signature.parameters.values()]
        if any(each.kind is each.KEYWORD_ONLY for each in signature.parameters.values()):
            first = next(i for i, each in enumerate(signature.parameters.values()) if each.kind is each.KEYWORD_ONLY)
            lines.insert(first, "    *,")
        head = "\n".join([f"{name}(", *lines, f") -> {signature.return_annotation.strip(chr(34))}"])
        yield f"### {name}\n\n```python\n{head}\n```\n\n{inspect.getdoc(function)}\n"


plan_functions = partial(_describe_functions, PLANS)
stack_functions = partial(_describe_functions, STACKS)
execution_functions = partial(_describe_functions, EXECUTIONS)


def _describe_classes(names: tuple[str, ...]) -> Iterator[str]:
    """Yield a section for each class: its own fields and properties, with their types and meanings."""
    for name in names:
        made = getattr(sfnorch, name)
        yield f"### {name}\n\n{inspect.getdoc(made)}\n"
        if bases := [f"`{base.__name__}`" for base in made.__bases__ if base.__name__ in sfnorch.__all__]:
            yield f"It also has the fields of {' and '.join(bases)}.\n"
        yield "| field | type | meaning |\n|---|---|---|"
        for field, kind, meaning in _own_fields(made):
            cells = [f"`{field}`", f"`{_shorten(kind)}`", meaning]
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        yield ""


requests = partial(_describe_classes, REQUESTS)
results = partial(_describe_classes, RESULTS)


def _own_fields(made: type) -> Iterator[tuple[str, str, str]]:
    """Yield each field of a dataclass with its type and its docstring, then each property."""
    owners = [made, *(base for base in made.__bases__ if base.__name__ not in sfnorch.__all__)]
    for owner in reversed([each for each in owners if dataclasses.is_dataclass(each)]):
        (read,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
        assert isinstance(read, ast.ClassDef)
        for member, after in zip_longest(read.body, read.body[1:]):
            match member, after:
                case ast.AnnAssign(), ast.Expr(ast.Constant(str(text))):
                    yield ast.unparse(member.target), ast.unparse(member.annotation), " ".join(text.split())
                case ast.AnnAssign(), _:
                    yield ast.unparse(member.target), ast.unparse(member.annotation), ""
                case ast.FunctionDef(decorator_list=[ast.Name("property")]), _:
                    text = " ".join((ast.get_docstring(member) or "").split())
                    says = re.sub(r"^Return (\w)", lambda first: first[1].upper(), text)
                    yield member.name, ast.unparse(member.returns) if member.returns else "", says


def python_classes() -> Iterator[str]:
    """Yield a row for each other exported class: its name and the first sentences of its docstring."""
    yield "| class | meaning |\n|---|---|"
    for name in sfnorch.__all__:
        exported = getattr(sfnorch, name)
        if inspect.isclass(exported) and name not in (*REQUESTS, *RESULTS):
            text = inspect.getdoc(exported) or ""
            yield f"| `{name}` | {' '.join(text.split(chr(10) * 2)[0].split())} |"
    yield ""


def _parameter(parameter: inspect.Parameter) -> str:
    """Return a parameter as a reader would write it: annotations are texts in the code, and some types have aliases."""
    kind = _shorten(parameter.annotation.strip('"'))
    value = parameter.default
    default = "..." if inspect.isfunction(value) else repr(value)
    return f"{parameter.name}: {kind}{'' if value is parameter.empty else f' = {default}'}"


def _shorten(kind: str) -> str:
    return re.sub(r"\w+", lambda match: _SHORT.get(match[0], match[0]), kind)
