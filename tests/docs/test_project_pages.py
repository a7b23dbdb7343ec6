"""The pages for people who change the project: what they say of files, layers and targets is so."""

from __future__ import annotations

import re

import pytest

from tests.docs.make_targets import phony_targets, targets
from tests.docs.pages import DOCS, ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
VARIANTS = {"test-airflow-2", "test-airflow-3"}
"""Targets that another one makes."""

_CONTRACT = re.compile(r'^containers = \["sfnorch"\]\n^layers = \[\n(.*?)^\]', re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (\d+) \| `(\w+)` \| \S.* \|$", re.MULTILINE)
_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]*)+|[\w/]+\.(?:py|md|yaml))`")


def test_every_layer_of_the_contract_is_described_in_its_order():
    (contract,) = _CONTRACT.findall((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = [line.split(" | ") for line in re.findall(r'"(.*)"', contract)]
    assert len(layers) > 5
    rows = [(int(layer), name) for layer, name in _ROW.findall(ARCHITECTURE)]
    described = [[name for layer, name in rows if layer == number] for number in range(1, len(layers) + 1)]
    assert described == layers
    assert len(rows) == sum(map(len, layers))


def test_the_help_of_make_lists_every_target():
    assert phony_targets() - set(targets()) == {"help", "clean", *VARIANTS}
    assert set(targets()) <= phony_targets()


def test_every_folder_of_tests_is_described():
    described = set(re.findall(r"^\| `tests/(\w+)` \|", CONTRIBUTING, re.MULTILINE))
    assert described == {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")}


@pytest.mark.parametrize("text", [CONTRIBUTING, ARCHITECTURE], ids=["CONTRIBUTING.md", "architecture.md"])
def test_every_file_that_is_named_exists(text: str):
    named = _PATH.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    assert len(named) > 10
    assert [
        name for name in named if not any((root / name).exists() for root in (ROOT, ROOT / "src" / "sfnorch"))
    ] == []


def test_the_page_of_the_site_is_the_file_of_the_repository():
    assert (DOCS / "contributing.md").read_text(encoding="utf-8").startswith('--8<-- "CONTRIBUTING.md:page"\n')
    links = re.findall(r"^\[\w+\]: (\S+)$", CONTRIBUTING, re.MULTILINE)
    assert links
    assert all((ROOT / link).exists() for link in links)
