"""The configuration file of `sfnorch lint`: rules, severities, templates and the exit code; and all its errors at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.functional.test_lint import BAD, GOOD, WARNED

FILE = Path(".sfnorch-lint.yaml")
WARNING = """\
warned.yaml:2: warning: if A fails, no notification is sent [failure-not-notified]
  at Resources.M
  add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic
"""
INFO = """\
warned.yaml:6: info: the permissions for lambda:InvokeFunction are not checked: the role arn:aws:iam::123456789012:role/r is not part of the template [permission-unknown]
  at Resources.M.Properties.Definition.States.A.Resource
"""


@pytest.fixture
def lint(run: Run) -> Run:
    """Run the command in a folder with a template that has a warning and an info."""
    Path("warned.yaml").write_text(WARNED)
    return run


@pytest.mark.smoke
def test_rules_that_are_ignored_and_severities(lint: Run):
    FILE.write_text(
        "ignore:\n- {rule: failure-untold, reason: The team looks at the console}\n"
        "severity: {permission-unknown: error}\n"
    )
    done = lint("lint", "warned.yaml")
    assert (done.code, done.err, done.out) == (
        1,
        "",
        f"{INFO.replace('info:', 'error:')}warned.yaml: 1 state machine, 1 error.\n",
    )
    FILE.write_text("ignore: [permission-unknown]\nseverity: {failure-untold: info}\n")
    done = lint("lint", "warned.yaml", "--fail-on", "warning")
    assert (done.code, done.out) == (
        0,
        f"{WARNING.replace('warning:', 'info:')}warned.yaml: 1 state machine, 1 info.\n",
    )


def test_rules_that_are_ignored_in_some_files(lint: Run):
    for name in ("legacy/a/t.yaml", "legacy/t.yaml", "new/t.yaml"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(BAD)
    Path("new/.git").mkdir()
    FILE.write_text("ignore:\n- {rule: statelint, files: ['legacy/**/*.yaml', 'n?w/*.json']}\n")
    done = lint("lint", "legacy/a/t.yaml", "legacy/t.yaml", "new/t.yaml")
    assert [line.partition(":")[0] for line in done.out.splitlines() if "[refused-definition]" in line] == [
        "new/t.yaml"
    ]


def test_the_options_come_before_the_file(lint: Run):
    FILE.write_text("fail_on: warning\nignore: [permission-unknown]\n")
    text = f"{WARNING}warned.yaml: 1 state machine, 1 warning.\n"
    assert (lint("lint", "warned.yaml").code, lint("lint", "warned.yaml").out) == (1, text)
    for choice, code in {"error": 0, "warning": 1, "never": 0}.items():
        done = lint("lint", "warned.yaml", "--fail-on", choice)
        assert (done.code, done.out) == (code, text)
    done = lint("lint", "warned.yaml", "--ignore", "failure-not-notified")
    assert (done.code, done.out) == (0, "warned.yaml: 1 state machine, nothing found.\n")


def test_never_fails(run: Run):
    Path("bad.yaml").write_text(BAD)
    assert run("lint", "bad.yaml", "none.yaml", "--fail-on", "never").code == 0


def test_the_templates_to_lint(lint: Run, monkeypatch: pytest.MonkeyPatch):
    for name in ("stacks/a.yaml", "stacks/b/c.yaml"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(GOOD)
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")
    FILE.write_text("templates: ['stacks/**/*.yaml', warned.yaml]\nignore: [permission-unknown]\n")
    assert lint("lint").out == f"{WARNING}3 templates, 1 warning.\n"
    assert lint("lint", "stacks/a.yaml").out == "stacks/a.yaml: 1 state machine, nothing found.\n"
    assert lint("lint", "--plan", "sfnorch.yaml").out == "sfnorch.yaml, rendered: 1 state machine, nothing found.\n"
    monkeypatch.chdir("stacks/b")
    assert lint("lint").out == f"{WARNING.replace('warned', '../../warned')}3 templates, 1 warning.\n"


def test_where_the_file_is_found(lint: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    FILE.write_text("ignore: [permission-unknown, failure-not-notified]\n")
    Path("a/b").mkdir(parents=True)
    monkeypatch.chdir("a/b")
    template = "../../warned.yaml"
    assert lint("lint", template).out == f"{template}: 1 state machine, nothing found.\n"
    (tmp_path / "a" / FILE).write_text("ignore: [permission-unknown]\n")
    assert lint("lint", template).out.endswith(f"{template}: 1 state machine, 1 warning.\n")
    (tmp_path / "a/b/.git").write_text("gitdir: elsewhere\n")  # the root of a repository, or of a worktree
    assert lint("lint", template).out.endswith(f"{template}: 1 state machine, 1 warning, 1 info.\n")
    done = lint("lint", template, "--config", str(tmp_path / FILE))
    assert done.out == f"{template}: 1 state machine, nothing found.\n"


def test_an_empty_file(lint: Run):
    FILE.write_text("# nothing yet\n")
    assert lint("lint", "warned.yaml").out == f"{WARNING}{INFO}warned.yaml: 1 state machine, 1 warning, 1 info.\n"


ERRORS = {
    "- a\n": "a configuration must be a mapping; available keys: templates, ignore, severity, fail_on, baseline (F, line 1)",
    "a: [\n": None,
    "ignore: [a\n": None,
    """\
ignored: []
templates: t.yaml
ignore:
- mising-permission
- {rule: E36O1, because: x, reason: [1], files: legacy}
- 5
severity:
  zzz: warning
  statelint: fatal
  template: [error]
fail_on: info
baseline: 3
""": """\
unknown key 'ignored'; did you mean ignore? (F, line 1)
templates: must be a list of paths and patterns, such as [legacy/**] (F, line 2)
ignore[0]: unknown rule 'mising-permission'; did you mean missing-permission? (F, line 4)
ignore[1]: unknown key 'because'; available: rule, reason, files (F, line 5)
ignore[1].rule: unknown rule 'E36O1'; did you mean E3691? (F, line 5)
ignore[1].reason: must be a text (F, line 5)
ignore[1].files: must be a list of paths and patterns, such as [legacy/**] (F, line 5)
ignore[2]: must be the ID of a rule, or {rule: ID, reason: TEXT, files: [PATTERN]} (F, line 6)
severity.zzz: unknown rule 'zzz'; sfnorch lint --list-rules lists the rules (F, line 8)
severity.statelint: must be one of error, warning, info, got 'fatal'; to omit the findings, write the rule under ignore (F, line 9)
severity.template: must be one of error, warning, info, got ['error']; to omit the findings, write the rule under ignore (F, line 10)
fail_on: must be one of error, warning, never, got 'info' (F, line 11)
baseline: must be the path of a file (F, line 12)""",
    "ignore: {a: b}\nseverity: [x]\nfail_on: [error]\n": """\
ignore: must be a list of rules, such as [unused-permission] (F, line 1)
severity: must be a mapping from rules to severities, such as {permission-unknown: warning} (F, line 2)
fail_on: must be one of error, warning, never, got ['error'] (F, line 3)""",
    "ignore: []\nignore: []\n": "duplicate key 'ignore'; the first is on line 1 (F, line 2)",
}


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text: str, lint: Run):
    FILE.write_text(text)
    done = lint("lint", "warned.yaml")
    assert (done.code, done.out) == (1, "")
    wanted = ERRORS[text]
    if wanted is None:  # the parser's words
        assert done.err.startswith("Error: this is not YAML: ")
        assert done.err.endswith(f" ({FILE.resolve()}, line 2)\n")
    else:
        assert done.err == "".join(
            f"Error: {line}\n" for line in wanted.replace("(F,", f"({FILE.resolve()},").splitlines()
        )


def test_a_file_that_is_not_there(lint: Run):
    Path("folder").mkdir()
    for name, error in {
        "none.yaml": "The configuration file none.yaml does not exist\n  create it, or omit --config",
        "folder": "folder is a directory; a configuration file must be a file\n  specify a file in it",
    }.items():
        done = lint("lint", "warned.yaml", "--config", name)
        assert (done.code, done.out, done.err) == (1, "", f"Error: {error}\n")
