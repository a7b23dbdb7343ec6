"""The other commands, and what holds of the command line as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click import Group

import sfnorch
from sfnorch.cli.export import EXPORT_COMMANDS, export
from sfnorch.cli.main import COMMANDS
from sfnorch.cli.main import sfnorch as group
from sfnorch.cli.pipeline import PIPELINE_COMMANDS, pipeline
from sfnorch.patterns import PATTERNS
from sfnorch.plan.starters import STARTERS
from tests.conftest import Run
from tests.golden.artifacts import ROOT


def test_help(run: Run):
    assert (
        run("--help").out
        == """\
Usage: sfnorch [OPTIONS] COMMAND [ARGS]...

  Orchestrate AWS Glue jobs with AWS Step Functions.

  Commands read the plan from sfnorch.yaml in the current folder, or from the
  file that --plan names. Without a plan they use the default plan: a master
  state machine that starts five child state machines in parallel. Each child
  runs its Glue jobs in sequence.

Options:
  --debug     Show the traceback of an error, and every call to AWS.
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Plan:
  init        Create a plan to start from.
  patterns    List the orchestration patterns.
  schema      Print the JSON Schema of the plan, for editors.
  plan        Show the effective plan, with the origins of its values.
  render      Render the plan as a SAM or CloudFormation template.

Check:
  lint        Check templates and definitions for errors and risks. Also:
              validate.
  graph       Draw the state machines of a template or a definition.
  simulate    Simulate an execution offline, in virtual time.
  test        Run scenarios offline, and check what is expected of them.
  verify      Compare the simulator with Step Functions.

Deploy:
  deploy      Deploy the stack after a review of its changes.
  diff        Compare the deployed stack with the plan.
  status      Show the stack, its last executions, and its alarms. Also: ls.
  outputs     Show the outputs of the stack.
  delete      Delete the stack. Also: destroy, rm.

Run:
  run         Start an execution, and follow it until it ends.
  backfill    Run the stack for each date of a range, and follow it.
  watch       Follow a running execution, or show one that has ended.
  logs        Print the Glue error logs of the failed jobs of an execution.
  resume      Resume a failed execution from the job that failed.
  history     Show how long executions and Glue jobs took.
  record      Record an execution as a scenario of sfnorch test.
  stop        Stop an execution, its child executions, and their job runs.

Automate:
  pipeline    Set up a CodePipeline pipeline that deploys the stack.
  export      Export the plan to another orchestrator.
  completion  Print the shell completion script.

Help:
  help        Show the help of a command.
"""
    )


def test_version(run: Run):
    assert run("--version").out == f"sfnorch {sfnorch.__version__}\n"


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("within", "listed", "name"),
    [
        *((group, COMMANDS, name) for name in COMMANDS),
        *((pipeline, PIPELINE_COMMANDS, name) for name in PIPELINE_COMMANDS),
        *((export, EXPORT_COMMANDS, name) for name in EXPORT_COMMANDS),
    ],
)
def test_what_help_says_of_a_command_is_what_the_command_says(within: Group, listed: dict[str, str], name: str):
    command = within.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert (command.name, command.get_short_help_str(limit=200)) == (name, listed[name])


@pytest.mark.smoke
@pytest.mark.parametrize("pattern", [*STARTERS, "flow"])
def test_init_writes_a_plan_that_renders(run: Run, tmp_path: Path, pattern: str):
    done = run("init", pattern)
    pattern = "linear" if pattern == "flow" else pattern
    code = sorted(path.name for path in (ROOT / "templates" / pattern).glob("*.py"))
    written, what = ", ".join(["sfnorch.yaml", *code]), "steps" if code else "jobs"
    told = (
        f"Wrote {written} (and sfnorch.schema.json, for your editor, and sfnorch.sfntest.yaml, for sfnorch test). "
        f"Next: edit its {what}, then run sfnorch render.\n"
    )
    assert (done.code, done.out) == (0, told)
    for name in code:
        assert (tmp_path / name).read_text() == (ROOT / "templates" / pattern / name).read_text()
    assert (tmp_path / "sfnorch.schema.json").read_text() == (ROOT / "templates/sfnorch.schema.json").read_text()
    head, plan = (tmp_path / "sfnorch.yaml").read_text().split("\n", 1)
    assert head == "# yaml-language-server: $schema=sfnorch.schema.json"
    assert (ROOT / "templates" / pattern / "sfnorch.yaml").read_text().split("\n", 1)[1] == plan
    assert run("render").code == 0
    assert (tmp_path / "SAM-template.yaml").read_text() == (
        ROOT / "templates" / pattern / "SAM-template.yaml"
    ).read_text()


def test_init_never_overwrites_unless_told(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text("mine")
    done = run("init")
    assert (done.code, done.err) == (
        1,
        "Error: sfnorch.yaml already exists\n  `sfnorch init --force` overwrites existing files\n",
    )
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"sfnorch.yaml": "mine"}
    (tmp_path / "sfnorch.schema.json").write_text("mine, too")
    assert run("init").err.splitlines()[0] == "Error: sfnorch.schema.json and sfnorch.yaml already exist"
    assert run("init", "--force").code == 0
    assert (tmp_path / "sfnorch.yaml").read_text() != "mine"


def test_the_default_plan_is_what_init_writes(run: Run, tmp_path: Path):
    run("init")
    run("render")
    assert (tmp_path / "SAM-template.yaml").read_text() == (ROOT / "SAM-template.yaml").read_text()


@pytest.mark.smoke
def test_patterns(run: Run):
    assert (
        run("patterns").out
        == """\
master-child  Chains of Glue jobs in parallel: a master starts a child for each chain and waits for all.
dynamic       One state machine; each execution runs the Glue jobs from its input.
dag           Tasks with dependencies: each task starts as soon as the tasks that it needs have succeeded.
continuous    A Glue workflow that runs in a loop, until an action fails.
flow          Steps in sequence, in parallel, and for each item: jobs, functions, SQL, S3 objects.
fan-out       A chain of Glue jobs for every item of a list, each in a separate execution.
"""
    )
    rows = [{"name": pattern.name, "summary": pattern.summary} for pattern in PATTERNS.values()]
    assert json.loads(run("patterns", "--output", "json").out) == {"version": 1, "patterns": rows}


@pytest.mark.smoke
def test_schema(run: Run):
    assert run("schema").out == (ROOT / "templates/sfnorch.schema.json").read_text()


def imported_by(*arguments: str, modules: bool = False) -> set[str]:
    """The packages, or the modules, that a command imports, in a process of its own."""
    code = (
        "import sys; from sfnorch.cli.main import main\n"
        f"sys.argv = ['sfnorch', *{arguments!r}]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = done.stderr.split()
    return set(names) if modules else {name.split(".")[0] for name in names}


def test_help_loads_no_library_but_click():
    assert imported_by("--help") & {"boto3", "cfnlint", "troposphere", "pydantic", "yaml", "rich"} == set()


def test_render_loads_neither_the_terminal_nor_the_clients():
    assert imported_by("render", "-o", "/dev/null") & {"boto3", "cfnlint", "rich"} == set()


@pytest.mark.parametrize("command", [("render", "-o", "/dev/null", "--jobs", "1=a,b"), ("graph",), ("simulate",)])
def test_the_default_plan_is_not_validated(command: tuple[str, ...]):
    assert "pydantic" not in imported_by(*command)


def test_render_loads_nothing_of_schedules_for_a_plan_without_one():
    modules = imported_by("render", "-o", "/dev/null", modules=True)
    of_schedules = ("sfnorch.schedules", "sfnorch.plan.schedule_doubts", "sfnorch.report.schedule", "tzdata")
    assert {name for name in modules if name.startswith(of_schedules)} == set()


def test_a_bug_is_told_as_one_with_its_own_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(COMMANDS, "broken", "A command that is not there.")
    done = run("broken")
    assert (done.code, done.out) == (70, "")
    assert done.err == (
        "This is a bug in sfnorch: ModuleNotFoundError: No module named 'sfnorch.cli.broken'\n"
        "Please report it with the output of `sfnorch --debug` for the same command.\n"
    )


def test_graph_loads_no_linter():
    loaded = imported_by("graph", str(ROOT / "SAM-template.yaml"))
    assert loaded & {"cfnlint", "jsonata", "networkx", "samtranslator", "boto3", "troposphere"} == set()


def test_simulate_loads_no_linter():
    loaded = imported_by("simulate", str(ROOT / "SAM-template.yaml"))
    assert loaded & {"cfnlint", "networkx", "samtranslator", "boto3", "troposphere", "jsonpath"} == set()
