"""The committed renderings under cfn-lint and statelint: neither has a word to say."""

from __future__ import annotations

import json

import pytest
from cfnlint import lint_file
from statelint.linter import Linter

from tests.golden.artifacts import ROOT
from tests.golden.test_golden import FILES

TEMPLATES = [name for name in FILES if name.endswith(("template.yaml", ".sam.yaml"))]


@pytest.mark.parametrize("name", TEMPLATES)
def test_cfn_lint_prints_nothing(name: str):
    assert [str(match) for match in lint_file(ROOT / name)] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".asl.json")])
def test_statelint_accepts_every_definition(name: str):
    for machine, rendered in json.loads(FILES[name][1]).items():
        assert (machine, Linter.validate(rendered["definition"])) == (machine, [])
