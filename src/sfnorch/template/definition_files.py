"""A file with the definition of a state machine and no template, as editors and the AWS console save it.

Such a file is recognized by its name (`*.asl.json`, `*.asl.yaml`, `*.asl.yml`), or by StartAt and States at its top.
Its `${NAME}` are substitutions, as in a definition that a template names with DefinitionUri.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sfnorch.json_values import Json, walk_strings
from sfnorch.partitions import DEFAULT_REGION
from sfnorch.source import SourceError, read_text
from sfnorch.template.contents import NATIVE, Machine, Template
from sfnorch.template.definitions import NOT_JSON, Definition, Substitutions
from sfnorch.template.errors import TemplateError
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object
from sfnorch.template.reader import KIND, Source, parse_template, parse_value
from sfnorch.template.resources import EXAMPLE_ACCOUNT, StackEnvironment

DEFINITION_KIND = KIND._replace(
    name=NOT_JSON, hints={"directory": "specify a file in it", "large": "AWS allows definitions of 1 MB"}
)
_NAME = re.compile(r"\.asl\.(json|ya?ml)$", re.IGNORECASE)
_SUFFIXES = re.compile(r"(\.asl)?\.(json|ya?ml)$", re.IGNORECASE)
_KEY = r"""(?:^|[\s{{,])["']?{}["']?\s*:"""
_KEYS = [re.compile(_KEY.format(key)) for key in ("StartAt", "States")]
_UNQUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\$\{[^{}"]+\}')
"""A JSON string, or a substitution outside of strings, such as `"MaxConcurrency": ${Limit}`."""

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z_][\w.-]*(?:::\w+)*)\}")
"""A substitution; other `${…}` can be JSONata, such as `${name: price}`."""

_NUMBER = re.compile(r"Seconds$|^Max|Count$|Percentage$|Rate$")
"""The names of fields whose values are numbers."""


def read_template_or_definition(path: Path) -> Source:
    """Return the template or the definition in the file.

    Raises SfnorchError if the file cannot be read, TemplateError if its content is invalid.
    """
    text, file = read_text(path, DEFINITION_KIND if _NAME.search(path.name) else KIND), str(path)
    if _NAME.search(file):
        return parse_definition(text, file)
    try:
        source = parse_template(text, file)
    except TemplateError:
        if all(key.search(text) for key in _KEYS) and not re.search(_KEY.format("Resources"), text):
            return parse_definition(text, file)
        raise
    is_definition = "StartAt" in source.data and "States" in source.data and "Resources" not in source.data
    return parse_definition(text, file) if is_definition else source


def evaluate_definition(source: Source, where: StackEnvironment, substitutions: Mapping[str, str]) -> Template:
    """Return a template with only the state machine of a definition, whose name is that of the file.

    Substitutions without a value stay as they are. Raises TemplateError if the definition is invalid with its values.
    """
    values = Substitutions(substitutions)
    filled = values.fill(source.text)
    try:
        data = source.data if filled == source.text else parse_definition(filled, source.file).data
    except TemplateError as error:
        words = "with the values of its substitutions, "
        raise TemplateError([replace(each, message=f"{words}{each.message}") for each in error.findings]) from None
    name = re.sub(r"[^\w-]+", "-", _SUFFIXES.sub("", Path(source.file).name)).strip("-")[:80] or "machine"
    machine = Machine(
        logical_id=name,
        name=name,
        arn=f"arn:{where.partition}:states:{where.region}:{where.account}:stateMachine:{name}",
        kind=NATIVE,
        express=False,
        properties=Object(data.place),
        path=(),
        place=data.place,
        definition=Definition(data=data, unfilled=source.data, path=(), substitutions=frozenset(values.names)),
        fault=None,
        role=None,
    )
    return Template(
        source=source,
        stack=StackValues(Object(data.place), None, where, substitutions),
        machines=(machine,),
        roles={},
        alarms=(),
        mute_rules=(),
        topics=(),
        keys=(),
        events_told=False,
    )


class SubstitutionUse(NamedTuple):
    """The lines in which a substitution is used, and a value that the definition accepts for it."""

    lines: tuple[int, ...]
    example: str


def list_substitutions(source: Source) -> dict[str, SubstitutionUse]:
    """Return the substitutions in a definition by their names."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(source.text.splitlines(), start=1):
        for name in dict.fromkeys(_SUBSTITUTION.findall(line)):
            found.setdefault(name, []).append(number)
    texts = list(walk_strings(source.data))
    resources = {text for path, text in texts if path[-1:] == ("Resource",)}
    numbers = {text for path, text in texts if path and _NUMBER.search(str(path[-1]))}
    words = "\n".join([text for _, text in texts] + [str(step) for path, _ in texts for step in path])

    def make_example(name: str) -> str:
        written = f"${{{name}}}"
        if written not in words or written in numbers:  # in JSON, a number is outside of strings
            return "1"
        if written in resources:
            return f"arn:aws:lambda:{DEFAULT_REGION}:{EXAMPLE_ACCOUNT}:function:{re.sub(r'[^A-Za-z0-9-_]', '-', name)}"
        return "VALUE"

    return {name: SubstitutionUse(tuple(lines), make_example(name)) for name, lines in found.items()}


def parse_definition(text: str, file: str) -> Source:
    """Return the definition of a text. Raises TemplateError if it is invalid."""
    data = _parse_text(text, file)
    if not isinstance(data, Object):
        message = "the file is empty" if data is None else "a definition must be an object"
        raise _create_error(file, 1, message, "write an object with StartAt and States")
    missing = [key for key in ("StartAt", "States") if key not in data]
    if missing:
        hint = suggest_file(data) or "a definition is an object with StartAt and States"
        raise _create_error(file, data.place.line, f"the definition has no {' and no '.join(missing)}", hint)
    if data.get_object("States") is None:
        raise _create_error(file, data.lines["States"], "States must be an object", "write each state with its name")
    return Source(file=file, text=text, data=data, is_definition=True)


def _parse_text(text: str, file: str) -> Json:
    only_json = file.lower().endswith(".json")  # AWS accepts no definition in YAML
    try:
        return parse_value(text, file, DEFINITION_KIND, only_json=only_json)
    except SourceError:
        plain = _UNQUOTED.sub(lambda match: match[0] if match[0].startswith('"') else "1", text)
        if plain == text or not text.lstrip().startswith("{"):
            raise
    return parse_value(plain, file, DEFINITION_KIND, only_json=only_json)


def _create_error(file: str, line: int, message: str, hint: str) -> TemplateError:
    return TemplateError([DEFINITION_KIND.create_finding(file, line, message, hint)])


def refuse_other_file(source: Source) -> None:
    """Raise TemplateError for a file that is neither a template nor a definition."""
    if "Resources" not in source.data and not source.is_definition and not source.faults:
        message = "neither a template with Resources nor a definition with StartAt and States"
        line = source.data.place.line
        raise TemplateError([KIND.create_finding(source.file, line, message, suggest_file(source.data))])


def suggest_file(data: Object) -> str:
    """Return how to pass a file that is not what its reader expects; empty if its kind is not recognized."""
    if "pattern" in data:
        return "it is a plan; pass it as --plan FILE"
    if "StateMachines" in data and "MockedResponses" in data:
        return "it is a file of mocks; sfnorch simulate reads it with --mocks FILE"
    if "Resources" in data:
        return "it is a template; give it another name than *.asl.json and *.asl.yaml"
    if inner := data.get("definition"):
        is_described = isinstance(inner, str) and "stateMachineArn" in data
        return "it is an answer of DescribeStateMachine; save the value of definition in a file" if is_described else ""
    return ""
