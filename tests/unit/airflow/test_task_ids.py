"""Names that a DAG's file may give: those that Airflow and Python take, and none that the file has in use."""

from __future__ import annotations

import symtable
from importlib.resources import files

import pytest

from sfnorch.airflow.task_ids import ITEM_NAMES, USED_NAMES, UniqueNames, make_safe_id


@pytest.mark.parametrize(
    ("name", "task_id", "variable"),
    [
        ("extract-orders", "extract-orders", "extract_orders"),
        ("a job: with # odd & names é", "a_job_with_odd_names", "a_job_with_odd_names"),
        ("2", "2", "task_2"),
        ("class", "class", "task_class"),
        ("é", "_", "task_"),
        ("glue_job", "glue_job", "glue_job_2"),
        ("List", "List", "list_2"),
        ("x" * 200, "x" * 91 + "-aa20c23e", "x" * 91 + "_aa20c23e"),
    ],
)
def test_a_name(name: str, task_id: str, variable: str):
    assert (make_safe_id(name), UniqueNames(USED_NAMES).reserve_variable(name)) == (task_id, variable)


def test_each_name_is_given_once():
    names = UniqueNames()

    assert [names.reserve_id(name) for name in ("a b", "a_b", "a  b")] == ["a_b", "a_b_2", "a_b_3"]


def test_no_variable_takes_a_name_that_the_file_has_in_use():
    taken = set()
    for part in (files("sfnorch.airflow") / "parts").iterdir():
        if part.name.endswith(".py"):
            table = symtable.symtable(part.read_text(encoding="utf-8"), part.name, "exec")
            taken |= set(table.get_identifiers()) | _global(table)

    assert {name for name in taken if name.islower()} <= USED_NAMES | ITEM_NAMES


def _global(table: symtable.SymbolTable) -> set[str]:
    """What functions take from the file's own level, or from Python's."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return found.union(*map(_global, table.get_children()))
