"""Examples of every JSONata program: its input and its output, in the library and in the simulator's engine.

A table NAME.yaml has the programs of the package sfnorch.NAME. The keys of a program: `programs` and `values` fill its
holes; `variables` and `states` are bound to its variables; `within` is the code around a program of definitions. An
example adds to them, and has the `output`, the `error`, or `nothing: true`.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from sfnorch.asl import Expression, Program, jsonata, read_program
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.query.evaluator import Evaluator
from tests.jsonata_engine import evaluate
from tests.unit.programs.long_examples import LONG_EXAMPLES

HERE = Path(__file__).parent
SOURCE = Path(__file__).parents[3] / "src" / "sfnorch"
FILES = sorted(SOURCE.rglob("*.jsonata"))
MODULES = sorted(path for name in ("patterns", "integrations") for path in (SOURCE / name).rglob("*.py"))
SHARED = ("programs", "values", "variables", "states")


def package_of(file: Path) -> str:
    return ".".join(file.parent.relative_to(SOURCE).parts)


def tables() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path.stem, name): table
        for path in sorted(HERE.glob("*.yaml"))
        for name, table in yaml.safe_load(path.read_text("utf-8")).items()
    }


TABLES = tables()


def examples() -> Iterator[Any]:
    for (package, name), table in TABLES.items():
        for example in [*table["examples"], *LONG_EXAMPLES.get((package, name), [])]:
            whole = {key: {**table.get(key, {}), **example.get(key, {})} for key in SHARED}
            whole |= {key: example[key] for key in ("output", "error", "nothing") if key in example}
            whole["within"] = table.get("within", "<{program}>")
            yield pytest.param(f"sfnorch.{package}", name, whole, id=f"{package}/{name}: {example['name']}")


def filled(package: str, name: str, example: dict[str, Any]) -> Expression:
    programs = {hole: Expression(code) for hole, code in example["programs"].items()}
    program = read_program(package, name).fill(**programs, **example["values"])
    return jsonata(example["within"], program=program)


def simulated(expression: Expression, bindings: dict[str, Any]) -> Any:
    numbers = random.Random(0)  # noqa: S311 - a simulation
    evaluator = Evaluator(numbers, lambda: datetime(2026, 1, 1, tzinfo=timezone.utc))
    return evaluator.evaluate_field(str(expression), bindings, "Output")


@pytest.mark.parametrize(("package", "name", "example"), list(examples()))
def test_an_example_of_a_program(package: str, name: str, example: dict[str, Any]):
    expression = filled(package, name, example)
    bindings = {**example["variables"], "states": example["states"]}
    if "error" in example:
        with pytest.raises(Exception, match=re.escape(example["error"])):
            evaluate(str(expression), **bindings)
        with pytest.raises(StatesError, match=re.escape(example["error"])):
            simulated(expression, bindings)
        return
    if "nothing" in example:
        assert evaluate(str(expression), **bindings) is None
        with pytest.raises(StatesError, match=r"returned nothing \(undefined\)"):
            simulated(expression, bindings)
        return
    assert evaluate(str(expression), **bindings) == example["output"]
    assert simulated(expression, bindings) == example["output"]


def test_every_program_has_examples():
    assert set(TABLES) == {(package_of(file), file.stem) for file in FILES}
    assert all(table["examples"] for table in TABLES.values())
    assert set(LONG_EXAMPLES) < set(TABLES)


def test_every_program_is_read_by_a_module_of_its_package():
    read = {
        (package_of(module), name)
        for module in MODULES
        for name in re.findall(r'read_program\(__package__, "(\w+)"\)', module.read_text("utf-8"))
    }
    assert read == {(package_of(file), file.stem) for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{package_of(file)}/{file.name}")
def test_a_program_begins_with_a_comment_that_is_not_part_of_it(file: Path):
    text = file.read_text("utf-8")
    assert text.startswith("/* ")
    code = "".join(part for part in Program(text).parts if isinstance(part, str))
    assert "/*" not in code
    assert "*/" not in code


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(SOURCE)))
def test_no_module_has_a_program_of_several_lines(module: Path):
    tree = ast.parse(module.read_text("utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare
        if re.search(r"\w", node.value) and "\n" in node.value
    ]
    assert lines == []


def test_no_module_replaces_text_in_a_program():
    assert [
        str(path) for path in SOURCE.rglob("*.py") if re.search(r'replace\(\s*"<[<{]', path.read_text("utf-8"))
    ] == []
