"""The options of commands that simulate an execution: its input, its type, and the results of tasks."""

from __future__ import annotations

from pathlib import Path

import click

add_input_option = click.option(
    "--input",
    "given",
    metavar="JSON|@FILE",
    default="{}",
    show_default=True,
    help="Input of the execution: a JSON value, or @FILE with one.",
)

add_event_option = click.option(
    "--event",
    "event_text",
    metavar="JSON|@FILE",
    help="Event that starts the execution through a rule of the template: a JSON object, or @FILE with one.",
)

add_type_option = click.option(
    "--type",
    "machine_type",
    type=click.Choice(["standard", "express"]),
    help="Type of the state machine to start.",
    show_default="the type in the template, otherwise standard",
)

add_substitution_option = click.option(
    "--substitution",
    "substitutions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of ${NAME} in a definition, instead of the DefinitionSubstitutions of a template; can be repeated.",
)

add_mock_option = click.option(
    "--mock",
    "mocks",
    multiple=True,
    metavar="STATE=JSON|@FILE",
    help="Result of a Task, Map or Parallel state, which replaces its simulation; can be repeated.",
)

add_mock_file_option = click.option(
    "--mocks",
    "mock_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File of mocks: in the format of Step Functions Local, or a JSON or YAML object of results by state.",
)

add_test_case_option = click.option(
    "--test-case",
    metavar="NAME",
    default="",
    show_default="the only one",
    help="Test case in the file of mocks.",
)

add_object_option = click.option(
    "--object",
    "objects",
    multiple=True,
    metavar="S3-URI=FILE",
    help="Object in S3 that a distributed Map reads, and the file with its content; can be repeated.",
)
