"""Every committed file that is made from the code, and what makes its text.

`make golden` writes them; the tests compare them. A change of theirs is read in the diff.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.airflow.export import render_airflow_source
from sfnorch.cfn.render import render_definition, render_template
from sfnorch.console import Console
from sfnorch.delivery.account.names import DeliveryTarget
from sfnorch.delivery.account.render import render_account_roles
from sfnorch.delivery.account.trust import TRUSTS
from sfnorch.delivery.ci.github_files import DEPLOY_FILE, REVIEW_FILE, render_github
from sfnorch.delivery.ci.gitlab_files import PIPELINE_FILE, render_gitlab
from sfnorch.delivery.pipeline.environments import render_environment_pipeline
from sfnorch.delivery.pipeline.render import render_plan_pipeline
from sfnorch.delivery.repository.files import render_buildspec
from sfnorch.findings import Finding
from sfnorch.linter.run import Linter
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from sfnorch.plan.schema import SCHEMA_FILE, format_plan_schema
from sfnorch.plan.starters import STARTERS, starter_code, starter_text
from sfnorch.report.lint.findings import print_findings
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from tests.commands import Command
from tests.docs.pages import blocks, pages
from tests.docs.reference import has_generated_parts, with_generated_parts
from tests.docs.rule_pages import NAVIGATION, navigation, rule_pages
from tests.golden.graph_picture import PICTURE, graph_picture
from tests.golden.worker_types import worker_types_text

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

ROOT = Path(__file__).parents[2]
PLANS = Path(__file__).parent / "plans"
RULES = Path(__file__).parent / "rules"
PIPELINES = Path(__file__).parent / "pipelines"
AIRFLOW = Path(__file__).parent / "airflow"
DELIVERIES = Path(__file__).parent / "deliveries"
TARGETS = {
    "environments": [
        DeliveryTarget(environment="dev", stack_name="etl-dev", account="111111111111", region="eu-central-1"),
        DeliveryTarget(environment="test.eu", stack_name="etl-test", region="eu-central-1"),
        DeliveryTarget(environment="prod", stack_name="etl", account="222222222222", region="us-gov-west-1"),
    ],
    "plain": [DeliveryTarget(stack_name="etl")],
}
"""The environments of the files of each CI."""

PIPELINE_TARGETS = {
    "accounts": [
        DeliveryTarget(environment="dev", stack_name="etl-dev", account="111111111111", region="eu-central-1"),
        DeliveryTarget(environment="test.eu", stack_name="etl-test"),
        DeliveryTarget(environment="prod", stack_name="etl", account="222222222222", region="eu-central-1"),
    ],
    "own-account": [DeliveryTarget(environment=each, stack_name=f"etl-{each}") for each in ("dev", "prod")],
}
"""The environments of pipelines: in several accounts, and all in the account of the pipeline."""

_EXPORTED = ("all-settings", "dynamic-goes-on", "tasks")
_PIPELINED = ("all-settings", "dynamic-three-resources")
LINTING = Linter()
_UNCHECKED = "permission-unknown"


def artifacts() -> Iterator[tuple[Path, Callable[[], str]]]:
    """Each file, and what makes its text: a test makes only the text that it compares."""
    yield ROOT / "SAM-template.yaml", partial(_sam, build_default_plan())
    yield ROOT / "cloudformation" / "pipeline.yaml", partial(render_plan_pipeline, build_default_plan(), "connection")
    yield ROOT / "buildspec.yml", partial(render_buildspec, ".[dev]")
    yield ROOT / "src" / "sfnorch" / "plan" / "worker_types.py", worker_types_text
    yield ROOT / "templates" / SCHEMA_FILE, format_plan_schema
    for name in STARTERS:
        folder = ROOT / "templates" / name
        plan = starter_plan(name)
        yield folder / "sfnorch.yaml", partial(template_plan_text, name)
        yield from ((folder / file, text.__str__) for file, text in starter_code(name).items())
        yield folder / "SAM-template.yaml", partial(_sam, plan)
        yield folder / "CFN-template.yaml", partial(_cfn, plan)
    for path in sorted(PLANS.glob("*.plan.yaml")):
        plan = parse_plan(path.read_text(encoding="utf-8"), folder=PLANS)
        name = path.name.removesuffix(".plan.yaml")
        yield PLANS / f"{name}.sam.yaml", partial(_sam, plan)
        yield PLANS / f"{name}.asl.json", partial(_definitions, plan)
    own_topic, given_topic = (parse_plan((PLANS / f"{name}.plan.yaml").read_text("utf-8")) for name in _PIPELINED)
    yield PIPELINES / "codecommit.yaml", partial(render_plan_pipeline, own_topic, "codecommit")
    yield PIPELINES / "s3.yaml", partial(render_plan_pipeline, own_topic, "s3")
    without_approval = partial(render_plan_pipeline, given_topic, "connection", approval=False)
    yield PIPELINES / "given-topic-without-approval.yaml", without_approval
    yield from _deliveries(own_topic)
    yield AIRFLOW / "five_children_dag.py", partial(render_airflow_source, build_default_plan())
    for name in _EXPORTED:
        plan = parse_plan((PLANS / f"{name}.plan.yaml").read_text(encoding="utf-8"), folder=PLANS)
        yield AIRFLOW / f"{name.replace('-', '_')}_dag.py", partial(render_airflow_source, plan)
    for path in sorted(AIRFLOW.glob("*.plan.yaml")):
        plan = parse_plan(path.read_text(encoding="utf-8"), folder=AIRFLOW)
        yield AIRFLOW / f"{path.name.removesuffix('.plan.yaml')}_dag.py", partial(render_airflow_source, plan)
    for path in sorted(RULES.glob("*.bad.yaml")):
        yield path.with_suffix("").with_suffix(".found.txt"), partial(_found, path)
    yield ROOT / "docs" / "images" / "simulate.svg", _picture
    yield PICTURE, graph_picture
    yield NAVIGATION, navigation
    yield from rule_pages()
    for page in filter(has_generated_parts, [*pages(), ROOT / "CONTRIBUTING.md"]):
        yield page, partial(_page, page)


def _deliveries(plan: AnyPlan) -> Iterator[tuple[Path, Callable[[], str]]]:
    """The files of each CI, for three environments and for a plan without environments, and their roles."""
    for ci, render, names in (
        ("github", render_github, (REVIEW_FILE, DEPLOY_FILE)),
        ("gitlab", render_gitlab, (PIPELINE_FILE,)),
    ):
        for case, targets in TARGETS.items():
            for name in names:
                yield DELIVERIES / f"{ci}-{case}" / Path(name).name, partial(_delivery, render, targets, name)
    workflow = build_workflow(plan)
    for name, targets in PIPELINE_TARGETS.items():
        render = partial(render_environment_pipeline, targets, [workflow] * len(targets), "connection")
        yield PIPELINES / f"{name}.yaml", render
    for ci in TRUSTS:
        yield PIPELINES / f"{ci}-roles.yaml", partial(_roles, plan, ci)


def _delivery(
    render: Callable[[Sequence[DeliveryTarget], str, str], dict[str, str]], targets: list[DeliveryTarget], name: str
) -> str:
    return render(targets, "sfnorch", "{}")[name]


def _roles(plan: AnyPlan, ci: str) -> str:
    return render_account_roles([build_workflow(plan)], ci)


def starter_plan(name: str) -> AnyPlan:
    """The plan to start from of this name."""
    return parse_plan(starter_text(name), folder=Path(str(files("sfnorch.plan.starters") / name)))


def template_plan_text(name: str) -> str:
    """The plan to start from as it is under templates/, where one schema serves all plans."""
    beside, above = (f"$schema={place}{SCHEMA_FILE}\n" for place in ("", "../"))
    head, rest = starter_text(name).split("\n", 1)
    assert f"{head}\n".endswith(beside)
    return f"{head}\n".replace(beside, above) + rest


def lint_findings(text: str, name: str) -> list[Finding]:
    """What is found in a template's text."""
    return LINTING.lint_template(evaluate_template(parse_template(text, name)))


def rule_findings(text: str, name: str) -> list[Finding]:
    """What is found in a rule's example; the role of an example of other rules is not part of it."""
    found = lint_findings(text, name)
    return found if name.startswith(_UNCHECKED) else [one for one in found if one.rule != _UNCHECKED]


def found_text(findings: list[Finding]) -> str:
    """The findings as `sfnorch lint` prints them."""
    file = io.StringIO()
    print_findings(findings, Console(file=file, highlight=False, width=80))
    return file.getvalue()


def _sam(plan: AnyPlan) -> str:
    return render_template(build_workflow(plan), "sam")


def _cfn(plan: AnyPlan) -> str:
    return render_template(build_workflow(plan), "cfn")


def _found(path: Path) -> str:
    return found_text(rule_findings(path.read_text(encoding="utf-8"), path.name))


def _page(path: Path) -> str:
    return with_generated_parts(path.read_text(encoding="utf-8"))


def _picture() -> str:
    """A simulated run of the plan of the page Getting started, as a picture."""
    page = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        plan, picture = Path(folder, "sfnorch.yaml"), Path(folder, "simulate.svg")
        plan.write_text(next(body for name, _, body in blocks(page) if name == plan.name), encoding="utf-8")
        words = ("simulate", "--fail", "clean-orders", "--duration", "load-*=20m", "--save", str(picture))
        command = Command(*words, folder=Path(folder), environment={"COLUMNS": "100"})
        command.communicate()
        return picture.read_text(encoding="utf-8")


def _definitions(plan: AnyPlan) -> str:
    built = build_workflow(plan)
    whole = {}
    for machine in built.machines:
        text, left = render_definition(machine, built)
        whole[machine.name] = {"left": left, "definition": json.loads(text)}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
