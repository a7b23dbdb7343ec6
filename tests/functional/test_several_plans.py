"""Several plans (`--plan 'plans/*.yaml'`) and all environments (`--env all`): a table, and one document."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from tests.conftest import Outcome, Run
from tests.functional.test_deploy import TOPIC
from tests.functional.test_deploy_care import Terminal
from tests.ministack import REGION, Account
from tests.screens import plain
from tests.wire import Fault, Wire, xml_error

PATTERN = ("--plan", "plans/*.yaml")


def _write_plan(name: str, text: str = "") -> None:
    Path("plans").mkdir(exist_ok=True)
    Path("plans", f"{name}.yaml").write_text(f"pattern: dynamic\nname: {name}\n{text}")


ENVIRONMENTS = "environments: {dev: {}, prod: {alerts: {emails: [a@example.com]}}}\n"


@pytest.fixture
def plans(run: Run) -> Run:
    """Runs a command in a folder with two plans."""
    _write_plan("a", "jobs: [one]\n")
    _write_plan("b", f"jobs: [two]\n{ENVIRONMENTS}")

    def command(*arguments: str) -> Outcome:
        done = run(*arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return command


_METRICS = b"      Metrics:\n"
_OTHER_METRICS = b"      Namespace: AWS/States\n      MetricName: ExecutionsFailed\n      Others:\n"


@pytest.fixture
def stacks(plans: Run, wire: Wire) -> Run:
    """Runs a command in the folder with two plans, and an account. The emulator knows no metric math in alarms."""
    wire.rewritten = lambda body: body.replace(*(quote_plus(text).encode() for text in (_METRICS, _OTHER_METRICS)))
    wire.reworded = lambda body: body.replace(_OTHER_METRICS, _METRICS)
    return plans


def test_each_plan_has_a_template(plans: Run):
    done = plans("render", *PATTERN)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-3:] == [
        "PLAN          STACK  RESULT",
        "plans/a.yaml  a      a-SAM-template.yaml",
        "plans/b.yaml         b-SAM-template.yaml",
    ]
    assert done.out.startswith("plans/a.yaml\nWrote a-SAM-template.yaml: SAM template, 1 state machine, 12")
    single = plans("render", "--plan", "plans/a.yaml", "-o", "single.yaml")
    assert (single.code, Path("single.yaml").read_text()) == (0, Path("a-SAM-template.yaml").read_text())


def test_templates_can_be_written_to_a_folder(plans: Run):
    Path("plans/shop").mkdir()
    Path("plans/shop/sfnorch.yaml").write_text("pattern: dynamic\nname: shop\n")
    done = plans("render", "--plan", "plans/**/*.yaml", "-o", "build/cfn", "--format", "cfn")
    assert done.code == 0, done.err
    assert sorted(map(str, Path("build").rglob("*.yaml"))) == [
        "build/cfn/a-CFN-template.yaml",
        "build/cfn/b-CFN-template.yaml",
        "build/cfn/shop/sfnorch-CFN-template.yaml",
    ]


def test_a_pattern_names_the_template_also_for_one_plan(plans: Run):
    assert plans("render", "--plan", "plans/a*.yaml").code == 0
    assert Path("a-SAM-template.yaml").exists()


def test_plans_with_one_output_file_are_refused(plans: Run):
    Path("plans/a.yml").write_text("pattern: dynamic\n")
    done = plans("render", "--plan", "plans/*.y*ml")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: plans/a.yaml and plans/a.yml have the same output file, a-SAM-template.yaml\n"
        "  nothing was written; rename one of the plans, or change the pattern\n"
    )
    assert not Path("b-SAM-template.yaml").exists()


@pytest.mark.parametrize("options", [("-o", "-"), ("--format", "asl"), ("--format", "asl", "-o", "-")])
def test_several_plans_are_not_printed(plans: Run, options: tuple[str, ...]):
    done = plans("render", *PATTERN, *options)
    assert (done.code, done.out) == (2, "")
    assert "Error: Several plans require --format sam or cfn, and a folder as -o.\n" in done.err


def test_an_error_of_one_plan_stops_no_other(plans: Run):
    _write_plan("a", "jobs: one\nnotify: sometimes\n")
    done = plans("render", *PATTERN)
    assert done.code == 1
    assert done.err.count("(plans/a.yaml, line 3)") == 1
    assert done.err.count("(plans/a.yaml, line 4)") == 1
    assert "plans/a.yaml  a      2 errors\n" in done.out
    assert Path("b-SAM-template.yaml").exists()


def test_a_folder_that_is_a_file_is_an_error_of_each_plan(plans: Run):
    Path("out").write_text("")
    done = plans("render", *PATTERN, "-o", "out")
    assert done.code == 1
    assert done.err.count("out can't be created: File exists") == 2


def test_the_parts_of_a_plan_and_templates_are_no_plans(plans: Run):
    Path("plans/more.yaml").write_text("tags: {team: data}\n")
    _write_plan("a", "include: [more.yaml]\n")
    plans("render", "--plan", "plans/b.yaml", "-o", "plans/template.yaml")
    done = plans("render", *PATTERN)
    assert done.code == 0
    assert done.err == (
        "note: plans/template.yaml is a template, and is skipped\n"
        "note: plans/more.yaml is included by plans/a.yaml, and is skipped\n"
    )
    assert not Path("more-SAM-template.yaml").exists()


def test_a_plan_with_a_key_of_templates_is_a_plan(plans: Run):
    _write_plan("a", "tags: {'Resources': all}\n")
    assert plans("render", *PATTERN).err == ""
    assert Path("a-SAM-template.yaml").exists()


def test_a_file_that_cannot_be_read_is_an_error(plans: Run):
    Path("plans/c.yaml").write_bytes(b"\xff")
    Path("plans/d.yaml").symlink_to("d.yaml")
    done = plans("render", *PATTERN)
    assert done.code == 1
    assert "plans/c.yaml" in done.err
    assert Path("b-SAM-template.yaml").exists()


def test_a_plan_that_another_one_includes_is_a_plan(plans: Run):
    Path("plans/more.yaml").write_text("pattern: dynamic\nname: more\n")
    _write_plan("a", "include: [more.yaml]\n")
    assert plans("render", *PATTERN).err == ""
    assert Path("more-SAM-template.yaml").exists()


def test_files_that_include_each_other_are_errors(plans: Run):
    _write_plan("a", "include: [b.yaml]\n")
    _write_plan("b", "include: [a.yaml]\n")
    done = plans("render", *PATTERN)
    assert done.code == 1
    assert done.err.count("the files include each other") == 2


@pytest.mark.parametrize("command", ["render", "lint", "deploy", "diff", "status", "simulate", "plan", "graph"])
def test_a_pattern_without_a_match_is_wrong_usage(run: Run, command: str):
    done = run(command, *PATTERN)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("Error: --plan: no plan matches 'plans/*.yaml'; ** matches any folders.\n")


@pytest.mark.parametrize("command", ["simulate", "plan", "graph", "outputs", "delete"])
def test_other_commands_read_one_plan(plans: Run, command: str):
    done = plans(command, *PATTERN)
    assert (done.code, done.out) == (2, "")
    assert f"Error: --plan: {command} reads one plan, and 'plans/*.yaml' matches plans/a.yaml, plans/b.yaml.\n" in (
        done.err
    )


def test_a_pattern_with_one_match_is_this_plan(plans: Run):
    assert plans("plan", "--plan", "plans/a*.yaml") == plans("plan", "--plan", "plans/a.yaml")


def test_a_file_whose_name_has_a_wildcard_is_no_pattern(plans: Run):
    Path("[a].yaml").write_text("pattern: dynamic\n")
    assert plans("plan", "--plan", "[a].yaml").out.startswith("pattern: dynamic\n")


@pytest.mark.parametrize("command", ["render", "deploy", "simulate", "plan", "outputs", "run"])
@pytest.mark.parametrize("named", ["option", "variable"])
def test_other_commands_work_in_one_environment(plans: Run, command: str, named: str, monkeypatch: pytest.MonkeyPatch):
    if named == "variable":
        monkeypatch.setenv("SFNORCH_ENV", "all")
    options = ("--env", "all") if named == "option" else ()
    done = plans(command, "--plan", "plans/b.yaml", *options)
    assert (done.code, done.out) == (2, "")
    assert f"Error: --env all: {command} works in one environment; pass its name.\n" in done.err


# lint


def test_lint_of_all_environments(plans: Run):
    done = plans("lint", "--plan", "plans/b.yaml", "--env", "all")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == "ENVIRONMENT  STACK   RESULT\ndev          b-dev   nothing found\nprod         b-prod  nothing found\n"
    )


def test_lint_of_several_plans(plans: Run):
    _write_plan("c", "jobs: {}\n")
    done = plans("lint", *PATTERN, "--env", "all")
    assert done.code == 1
    assert done.out.startswith("plans/c.yaml:3: error: ")
    assert done.out.endswith(
        "PLAN          ENVIRONMENT  STACK   RESULT\n"
        "plans/a.yaml               a       nothing found\n"
        "plans/b.yaml  dev          b-dev   nothing found\n"
        "plans/b.yaml  prod         b-prod  nothing found\n"
        "plans/c.yaml               c       1 error\n"
    )


def test_lint_as_one_document(plans: Run):
    _write_plan("c", "jobs: {}\n")
    done = plans("lint", *PATTERN, "--env", "prod", "--output", "json")
    results = json.loads(done.out)["results"]
    assert (done.code, done.err) == (1, "")
    assert [(each["plan"], each["stack"], each["exitCode"], each["document"]) for each in results] == [
        ("plans/a.yaml", None, 1, None),
        ("plans/b.yaml", "b-prod", 0, {"findings": []}),
        ("plans/c.yaml", None, 1, None),
    ]
    assert results[0]["error"]["message"] == "The environment 'prod' is unknown: plans/a.yaml has no environments"


def test_lint_for_other_programs_has_the_findings_of_all(plans: Run):
    _write_plan("c", "jobs: {}\n")
    assert "::error file=plans/c.yaml,line=3,title=plan::" in plans("lint", *PATTERN, "--output", "github").out
    junit = plans("lint", *PATTERN, "--output", "junit").out
    assert junit.count("<testsuite ") == 3
    assert json.loads(plans("lint", *PATTERN, "--output", "sarif").out)["runs"][0]["results"]


def test_one_baseline_has_the_findings_of_all(plans: Run):
    rule = ("--fail-on", "warning")
    Path("sfnorch.yaml").write_text("pattern: dynamic\nname: a\ntags: {team: data}\n" + ENVIRONMENTS)
    done = plans("lint", "--env", "all", "--write-baseline", "known.json", *rule)
    assert done.code == 0, done.out
    assert plans("lint", "--env", "all", "--baseline", "known.json", *rule).code == 0


def test_an_environment_is_that_of_the_plan_and_not_of_configured_templates(plans: Run):
    Path("template.yaml").write_text("Resources: {}\n")
    Path(".sfnorch-lint.yaml").write_text("templates: [template.yaml]\n")
    Path("sfnorch.yaml").write_text(Path("plans/b.yaml").read_text())
    assert plans("lint").out.startswith("template.yaml:")
    done = plans("lint", "--env", "prod")
    assert (done.code, done.out) == (0, "sfnorch.yaml (prod), rendered: 1 state machine, nothing found.\n")


def test_a_template_has_no_environments_to_lint(plans: Run, monkeypatch: pytest.MonkeyPatch):
    Path("t.yaml").write_text("Resources: {}\n")
    alone = plans("lint", "t.yaml")
    done = plans("lint", "t.yaml", "--env", "all")
    assert (done.code, "A template and --env exclude each other" in done.err) == (2, True)
    monkeypatch.setenv("SFNORCH_ENV", "all")
    assert plans("lint", "t.yaml") == alone


def test_invalid_environments_of_the_only_plan_are_an_error(plans: Run):
    _write_plan("b", "environments: {dev: 1}\n")
    done = plans("lint", "--plan", "plans/b.yaml", "--env", "all")
    assert (done.code, done.out) == (1, "")
    assert "environments.dev" in done.err


def test_the_default_plan_has_no_environments(run: Run):
    done = run("lint", "--env", "all")
    assert (done.code, done.out) == (1, "")
    assert "the default plan has no environments" in done.err


# in an account


def test_plans_are_deployed_one_after_another(stacks: Run):
    done = stacks("deploy", "--plan", "plans/[ab].yaml", "--env", "dev", "--yes")
    assert done.code == 1
    assert "Error: The environment 'dev' is unknown: plans/a.yaml has no environments\n" in done.err
    assert "Deployed: b-dev is CREATE_COMPLETE.\n" in done.err
    assert done.out.splitlines()[-3:] == [
        "PLAN          ENVIRONMENT  STACK  RESULT",
        "plans/a.yaml  dev                 The environment 'dev' is unknown: plans/a.yaml has no envir…",
        "plans/b.yaml  dev          b-dev  deployed",
    ]
    again = stacks("deploy", "--plan", "plans/b*.yaml", "--env", "dev", "--yes", "--output", "json")
    (result,) = json.loads(again.out)["results"]
    assert (again.code, result["document"]["end"], result["stack"]) == (0, "unchanged", "b-dev")
    left = stacks("deploy", "--plan", "plans/*.yaml", "--no-execute")
    assert left.code == 2
    assert left.out.splitlines()[-2:] == [
        "plans/a.yaml  a      change set sfnorch-DIGEST-NONCE",
        "plans/b.yaml         --env: the plan has environments; choose one: dev, prod.",
    ]


ASKED = ["deploy", *PATTERN, "--env", "dev"]


@pytest.fixture
def terminal(stacks: Run, wire: Wire) -> Terminal:
    """A deployment of two plans at a terminal."""
    for name in ("a", "b"):
        _write_plan(name, ENVIRONMENTS)
    return Terminal(ASKED, wire.address)


def test_each_deployment_has_a_prompt(terminal: Terminal, account: Account):
    terminal.wait_for("Deploy these changes? [y/N]: ")
    terminal.type("n")
    terminal.wait_for("plans/b.yaml (dev)\r\n")
    before = len(terminal.screen)
    terminal.wait_for_read()
    terminal.type("y")
    assert terminal.end() == 1
    assert terminal.screen.count("Deploy these changes? [y/N]: ") == 2
    rows = plain(terminal.screen[before:]).splitlines()[-3:]
    assert rows == [
        "PLAN          ENVIRONMENT  STACK  RESULT",
        "plans/a.yaml  dev          a-dev  declined",
        "plans/b.yaml  dev          b-dev  deployed",
    ]
    (stack,) = account.client("cloudformation").describe_stacks()["Stacks"]
    assert stack["StackName"] == "b-dev"


def test_ctrl_c_ends_all_and_shows_what_was_done(terminal: Terminal, account: Account):
    terminal.wait_for("Deploy these changes? [y/N]: ")
    terminal.type("n")
    terminal.wait_for("plans/b.yaml (dev)\r\n")
    terminal.wait_for_read()
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 130
    rows = plain(terminal.screen).splitlines()
    assert [row for row in rows if row.startswith("plans/") and "  " in row] == [
        "plans/a.yaml  dev          a-dev  declined",
        "plans/b.yaml  dev          b-dev  interrupted",
    ]
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []


def test_a_failed_deployment_stops_no_other(stacks: Run):
    _write_plan("a")
    _write_plan("b")
    done = stacks("deploy", *PATTERN, "--yes", "--parameter-overrides", "AlarmSNSTopicArn=nonsense")
    assert done.code == 1
    assert done.err.count("AlarmSNSTopicArn") >= 2
    assert done.out.count("AlarmSNSTopicArn cannot be") == 2


def test_an_answer_of_aws_is_an_error_of_its_plan(stacks: Run, wire: Wire):
    _write_plan("b")
    wire.faults.append(Fault("CreateChangeSet", xml_error("ValidationError", "AWS does not like it")))
    done = stacks("deploy", *PATTERN, "--yes", "--output", "json")
    first, second = json.loads(done.out)["results"]
    assert (done.code, first["exitCode"], second["exitCode"]) == (1, 1, 0)
    assert "AWS does not like it" in first["error"]["message"]
    assert second["document"]["end"] == "deployed"


def test_plans_with_one_stack_are_not_deployed(stacks: Run):
    Path("plans/b.yaml").write_text(Path("plans/a.yaml").read_text())
    done = stacks("deploy", *PATTERN, "--yes")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: plans/a.yaml and plans/b.yaml have the same stack, a\n"
        "  nothing was changed; give the plans different names\n"
    )


@pytest.mark.parametrize(
    "options",
    [("--stack-name", "s"), ("--dotenv", "f", "--no-execute"), ("--comment", "f"), ("--execute-change-set", "c")],
)
def test_options_for_one_stack(stacks: Run, options: tuple[str, ...]):
    done = stacks("deploy", *PATTERN, "--yes", *options)
    assert (done.code, done.out) == (2, "")
    assert f"Error: {options[0]} requires one plan and one environment.\n" in done.err


@pytest.mark.parametrize("options", [("--stack-name", "s"), ("--comment", "f")])
def test_options_of_diff_for_one_stack(plans: Run, options: tuple[str, ...]):
    done = plans("diff", *PATTERN, "--env", "all", *options)
    assert (done.code, f"Error: {options[0]} requires one plan and one environment.\n" in done.err) == (2, True)


def test_a_deployment_of_several_needs_a_terminal_or_yes_once(stacks: Run):
    done = stacks("deploy", *PATTERN)
    assert (done.code, done.err.count("No terminal for prompts")) == (2, 1)


@pytest.mark.smoke
def test_environments_side_by_side(stacks: Run):
    """One is deployed and changed; the table shows both."""
    plan = ("--plan", "plans/b.yaml")
    for name in ("dev", "prod"):
        assert stacks("deploy", *plan, "--env", name, "--yes").code == 0
    _write_plan("b", f"jobs: [two]\n{ENVIRONMENTS.replace('dev: {}', 'dev: {tags: {team: data}}')}")
    done = stacks("diff", *plan, "--env", "all", "--exit-code")
    assert (done.code, done.err) == (4, "")
    rows = done.out.splitlines()[-3:]
    assert rows[0] == "ENVIRONMENT  STACK   RESULT"
    assert rows[1].startswith("dev          b-dev   ")
    assert " to " in rows[1]
    assert rows[2] == "prod         b-prod  no differences"
    document = json.loads(stacks("diff", *plan, "--env", "all", "--output", "json").out)
    assert [(each["environment"], each["document"]["differs"]) for each in document["results"]] == [
        ("dev", True),
        ("prod", False),
    ]


def test_a_template_is_compared_with_the_stack_of_each_environment(stacks: Run):
    Path("sfnorch.yaml").write_text(Path("plans/b.yaml").read_text())
    Path("t.yaml").write_text(TOPIC)
    assert stacks("deploy", "--template", "t.yaml", "--env", "dev", "--yes").code == 0
    done = stacks("diff", "--template", "t.yaml", "--env", "all")
    assert done.code == 1
    assert "dev          b-dev   no differences\n" in done.out
    assert "prod         b-prod  The stack b-prod does not exist" in done.out


def test_the_status_of_all_environments(stacks: Run):
    plan = ("--plan", "plans/b.yaml")
    assert stacks("deploy", *plan, "--env", "prod", "--yes").code == 0
    done = stacks("status", *plan, "--env", "all")
    assert done.code == 1
    assert done.out == (
        "ENVIRONMENT  STACK   RESULT                                          UPDATED\n"
        f"dev          b-dev   The stack b-dev does not exist in {REGION}\n"
        "prod         b-prod  CREATE_COMPLETE                                 DATE TIME\n"
    )
    assert done.err.startswith(f"Error: plans/b.yaml (dev): The stack b-dev does not exist in {REGION}\n")
    document = json.loads(stacks("status", *plan, "--env", "all", "--output", "json").out)
    assert [(each["exitCode"], each["stack"]) for each in document["results"]] == [(1, "b-dev"), (0, "b-prod")]
    assert document["results"][1]["document"]["status"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("options", [("--follow",), ("--stack-name", "s")])
def test_options_of_status_for_one_stack(stacks: Run, options: tuple[str, ...]):
    done = stacks("status", *PATTERN, "--env", "all", *options)
    assert (done.code, f"Error: {options[0]} requires one plan and one environment.\n" in done.err) == (2, True)


def test_another_account_is_an_error_of_its_environment(stacks: Run):
    _write_plan("b", f"environments: {{dev: {{}}, prod: {{account: '{'9' * 12}'}}}}\n")
    assert stacks("deploy", "--plan", "plans/b.yaml", "--env", "dev", "--yes").code == 0
    done = stacks("diff", "--plan", "plans/b.yaml", "--env", "all")
    assert done.code == 1
    assert "dev          b-dev   no differences\n" in done.out
    assert done.err.startswith("Error: plans/b.yaml (prod): The credentials are those of the account ")
