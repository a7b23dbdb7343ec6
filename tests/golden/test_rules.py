"""The committed renderings under cfn-lint and statelint: neither has a word to say."""

from __future__ import annotations

import json
import re

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode
from cfnlint.runner import Runner
from statelint.linter import Linter

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


# Which a Wait of JSONata may have: https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
UNKNOWN_TO_STATELINT = re.compile(r'.*\.Seconds is "\{%.*%\}" but should be an Integer')


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".asl.json")])
def test_statelint_accepts_every_definition(name: str):
    for machine, rendered in json.loads((ROOT / name).read_text(encoding="utf-8")).items():
        faults = Linter.validate(rendered["definition"])
        assert [(machine, fault) for fault in faults if not UNKNOWN_TO_STATELINT.fullmatch(fault)] == []
