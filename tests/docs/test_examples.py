"""Examples of the pages that no console block shows, and facts of the code that pages state in words."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.integrations.glue_job import NO_RETRY, START_ERRORS
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from sfnorch.plan.models.master_child import MasterChildPlan
from sfnorch.simulator import services
from sfnorch.simulator.figures import compute_figures
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from tests.docs.pages import DOCS, blocks


def page(name: str) -> str:
    """Return the page's text."""
    return (DOCS / name).read_text(encoding="utf-8")


def shown_file(of: str, name: str) -> str:
    """Return the text of the file that the page shows first under this name."""
    return next(body for file, _, body in blocks(page(of)) if file == name)


@pytest.mark.slow
def test_the_tests_of_a_plan_pass(tmp_path: Path):
    """Four use the fixture of the plugin; three call the Python API."""
    (tmp_path / "sfnorch.yaml").write_text(shown_file("patterns/master-child.md", "sfnorch.yaml"), encoding="utf-8")
    for of, name in (
        ("how-to/test-with-pytest.md", "test_plan.py"),
        ("reference/python-api.md", "test_api.py"),
        ("reference/python-api.md", "test_stack.py"),
    ):
        (tmp_path / name).write_text(shown_file(of, name), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]) == (0, "7 passed"), done.stdout


def test_the_pages_have_the_figures_of_the_default_plan():
    template = evaluate_template(
        parse_template(render_template(build_workflow(build_default_plan()), "sam"), "SAM-template.yaml")
    )
    run = run_machine(template, choose_machine(template))
    found = compute_figures(run)
    histories = {execution.title: execution.history for execution in run.executions}
    alarms = len(template.alarms)
    assert f"22 jobs in five chains: {found.transitions} transitions" in page("how-to/cost.md")
    assert f"failures has {found.transitions}:" in page("concepts/step-functions-or-mwaa.md")
    assert f" {found.transitions} = {30 * found.transitions:,} transitions" in page(
        "concepts/step-functions-or-mwaa.md"
    )
    assert f"{found.job_seconds / 60:.0f} minutes in total" in page("concepts/step-functions-or-mwaa.md")
    assert f"a child with five jobs takes {histories['child-2']}" in page("concepts/how-it-runs-on-aws.md")
    assert (len(run.job_runs), alarms, f"${alarms * 3 * 0.10:.2f}") == (22, 6, "$1.80")


def test_the_page_of_failures_names_every_error_of_a_start():
    text = page("concepts/failures-and-resume.md")
    names = [name.removeprefix("Glue.") for name in (*START_ERRORS.errors, *NO_RETRY.errors)]
    assert [name for name in names if f"`{name}`" not in text] == []
    waits = [START_ERRORS.interval_seconds * int(START_ERRORS.backoff_rate) ** tries for tries in (0, 1, 2)]
    longest = START_ERRORS.interval_seconds * int(START_ERRORS.backoff_rate) ** (START_ERRORS.max_attempts - 1)
    assert f"always, {START_ERRORS.max_attempts} times" in text
    assert f"{', '.join(map(str, waits))} … {longest} seconds" in text


def test_the_page_of_the_simulator_names_every_call_that_is_simulated():
    text = page("concepts/simulator-and-aws.md")
    modules = [
        importlib.import_module(f"{services.__name__}.{each.name}") for each in pkgutil.iter_modules(services.__path__)
    ]
    names = [name for module in modules for name in getattr(module, "HANDLERS", ())]
    calls = {name.rpartition(":")[2].partition(".")[0] for name in names if not name.endswith((".sync", ".sync:2"))}
    assert len(calls) > 10
    assert [call for call in sorted(calls) if f"{call}`" not in text] == []


def test_the_environments_that_the_page_shows_are_those_of_its_plan():
    """The page's rules, with what the changes that it shows come to."""
    text = page("how-to/environments.md")
    plan, _, _ = shown_file("how-to/environments.md", "orders.yaml").partition("environments:\n")
    shown = [body for name, kind, body in blocks(text) if kind == "yaml" and not name]
    items, jobs, names = (parse_plan(plan + body, environment="prod") for body in shown)
    assert isinstance(items, MasterChildPlan)
    assert isinstance(jobs, MasterChildPlan)
    assert [(child.name, [job.name for job in child.jobs]) for child in items.children] == [
        ("orders", ["extract-orders", "clean-orders", "check-orders"]),
        ("returns", ["load-returns"]),
    ]
    assert [job.retries for job in items.children[0].jobs] == [2, 3, 2]
    assert jobs.children[0].jobs[1].arguments == {"--mode": "{% $params.mode %}", "--database": "clean"}
    assert jobs.children[0].jobs[1].number_of_workers == 40
    assert names.job_names == ("prod-extract-orders", "prod-clean-orders", "prod-get-prices")


def test_the_two_environments_of_the_page_about_samconfig_have_the_names_of_its_stacks():
    samconfig, plan = (
        body for _, kind, body in blocks(page("how-to/migrate-from-samconfig.md")) if kind in ("toml", "yaml")
    )
    for name in ("dev", "prod"):
        environment = parse_plan(plan, environment=name).provenance.environment
        assert environment
        assert f'[{name}.deploy.parameters]\nstack_name = "{environment.stack_name}"\n' in samconfig
