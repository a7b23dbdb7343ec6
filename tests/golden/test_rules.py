"""The committed renderings under cfn-lint and the check of definitions: neither has a word to say."""

from __future__ import annotations

import json

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode
from cfnlint.runner import Runner

from sfnorch.definitions.check import find_faults
from sfnorch.template.located import Object, SourceLocation, locate
from sfnorch.template.states import build_scope
from tests.golden.artifacts import ROOT
from tests.golden.test_golden import FILES

# `sfnorch lint` runs cfn-lint too, and test_lint.py has it look at every template
TEMPLATES = [name for name in FILES if name.endswith("CFN-template.yaml")]


@pytest.fixture(scope="module")
def cfn_lint() -> Runner:
    """cfn-lint by itself, its rules loaded once."""
    return Runner(ConfigMixIn([]))


@pytest.mark.slow
@pytest.mark.parametrize("name", TEMPLATES)
def test_cfn_lint_prints_nothing(name: str, cfn_lint: Runner):
    template, faults = decode(str(ROOT / name))
    assert faults == []
    assert [str(match) for match in cfn_lint.validate_template(template)] == []


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".asl.json")])
def test_no_definition_has_a_fault(name: str):
    for machine, rendered in json.loads((ROOT / name).read_text(encoding="utf-8")).items():
        definition = locate(rendered["definition"], SourceLocation(name, 1))
        assert isinstance(definition, Object)
        assert (machine, find_faults(build_scope(definition))) == (machine, [])
