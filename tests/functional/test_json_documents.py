"""The JSON documents of all commands: each is printed as its type says, and each command that prints one is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import jsonschema
import pytest

from sfnorch.cli.main import sfnorch
from sfnorch.documents.simulation import EVENT_DETAILS
from sfnorch.simulator.events import EventDetail
from tests.conftest import Run
from tests.docs.json_examples import example
from tests.functional.test_deploy import TOPIC
from tests.functional.test_runs import ROOT, Machines, stacks  # noqa: F401 - a fixture
from tests.json_documents import DOCUMENTS, Printed, check_document, fields_of, json_schema
from tests.ministack import Account
from tests.wire import Wire

BY_COMMAND = {command: each.document for each in DOCUMENTS for command in each.commands}


def assert_document(run: Run, command: str, *arguments: str, code: int = 0) -> None:
    """Run the command, which the fixture checks against its schema, and look that it printed its own document."""
    done = run(*command.split(), *arguments, "--output", "json")
    assert (done.code, list(json.loads(done.out))) == (code, ["version", *BY_COMMAND[command].__annotations__])


def test_commands_that_read_plans_and_templates(run: Run):
    Path("sfnorch.yaml").write_text(
        "pattern: master-child\nname: etl\nschedule: rate(1 day)\nchildren:\n- {name: orders, jobs: [a]}\n"
    )
    assert_document(run, "patterns")
    assert_document(run, "plan")
    assert_document(run, "render")
    assert_document(run, "lint --env all")
    Path("plans").mkdir()
    Path("plans/a.yaml").write_text("pattern: dynamic\n")
    for command in ("render", "lint"):
        done = run(command, "--plan", "plans/*.yaml", "--output", "json")
        assert (done.code, list(json.loads(done.out))) == (0, ["version", "results"])
    assert_document(run, "lint")
    assert_document(run, "lint --list-rules")
    assert_document(run, "simulate", "--fail", "a", code=3)


def test_commands_for_stacks(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    on = ("--stack-name", "s")
    assert_document(run, "deploy", *on, "--template", "t.yaml", "--no-execute")
    assert_document(run, "deploy", *on, "--template", "t.yaml", "--yes")
    assert_document(run, "diff", *on, "--template", "t.yaml")
    assert_document(run, "status", *on)
    assert_document(run, "outputs", *on)
    assert_document(run, "delete", *on, "--yes")
    done = run("outputs", *on, "--output", "json")
    assert (done.code, list(json.loads(done.out))) == (1, ["version", "error"])


def test_commands_for_executions(stacks: Run, wire: Wire, account: Account):  # noqa: F811
    machines = Machines(account, "failed", "clean", "resumed", "resumed")
    wire.answer = machines.answer
    on = ("--stack-name", "etl")
    assert_document(stacks, "run", *on, "--name", "first", code=3)
    assert_document(stacks, "run --no-wait", *on, "--name", "second")
    assert_document(stacks, "watch", f"{ROOT}:failed-r1", *on, code=3)
    assert_document(stacks, "logs", f"{ROOT}:clean-r1", *on)
    assert_document(stacks, "resume --no-wait", f"{ROOT}:failed-r1", *on, "--yes")
    machines.started.clear()
    assert_document(stacks, "resume", f"{ROOT}:failed-r1", *on, "--yes")
    machines.running = {f"{ROOT}:failed-r1"}
    assert_document(stacks, "stop", f"{ROOT}:failed-r1", *on)


def test_every_command_that_prints_a_document_is_listed():
    without_options = {command.partition(" --")[0] for command in BY_COMMAND}
    assert without_options == set(_with_output(sfnorch, click.Context(sfnorch)))


def _with_output(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in _with_output(command, click.Context(command)))
        elif any("--output" in parameter.opts for parameter in command.params):
            yield name


def test_every_kind_of_event_has_its_fields():
    names, optional = {"run_id": "runId"}, {"branches", "muted_by"}
    assert list(EVENT_DETAILS.items()) == [
        (kind.__name__, tuple(names.get(each, each) for each in kind._fields if each not in optional))
        for kind in get_args(EventDetail)
    ]


@pytest.mark.parametrize("printed", DOCUMENTS, ids=lambda each: each.title)
def test_the_example_is_as_the_schema_says_and_every_field_has_a_meaning(printed: Printed):
    schema = json_schema(printed.document)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(example(printed.document)), schema)
    assert all(meaning.endswith((".", "?")) for _, _, meaning in fields_of(printed.document))


@pytest.mark.parametrize(
    "text",
    [
        '{"patterns": []}',
        '{"version": 2, "patterns": []}',
        '{"version": 1}',
        '{"version": 1, "patterns": [], "more": 1}',
        '{"version": 1, "patterns": [{"name": "a"}]}',
        '{"version": 1, "patterns": [{"name": "a", "summary": null}]}',
    ],
)
def test_another_document_is_refused(text: str):
    with pytest.raises(jsonschema.ValidationError):
        check_document(["patterns", "--output", "json"], text)


def test_two_documents_are_refused():
    with pytest.raises(json.JSONDecodeError):
        check_document(["patterns", "--output", "json"], '{"version": 1, "patterns": []}\n{}')
