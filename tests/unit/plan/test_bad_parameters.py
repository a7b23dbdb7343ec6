"""Parameters of a plan that are refused, most because engines of regular expressions read a pattern in different ways."""

from __future__ import annotations

import json
import warnings

import pytest

from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan


def _parse(pattern: str, **more: str) -> None:
    parameter = {"type": "string", "pattern": pattern, **more}
    parse_plan(json.dumps({"pattern": "dynamic", "parameters": {"p": parameter}, "jobs": ["a"]}))


@pytest.mark.parametrize(
    "pattern",
    ["a/b", r"a\++", "[*+]+", r"a\*+", r"\(?x", r"\\Z", r"\{,", "a{2,}", "a|ab", "(?:a)+", "(?!b)a", "[^/]+", "é"],
)
def test_patterns_of_all_engines(pattern: str):
    _parse(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a++", "++ is not supported by all engines"),
        ("a{2}+", "}+ is not supported by all engines"),
        ("a{,3}", "{, is not supported by all engines"),
        ("(?i)a", "(? is not supported by all engines"),
        (r"a\Z", r"\Z is not supported by all engines"),
        ("[[:alpha:]]", "engines of regular expressions differ in ["),
        ("[a&&b]", "engines of regular expressions differ in ["),
        ("(", "not a valid regular expression"),
        ("[^]]", "does not read this as one regular expression"),
    ],
)
def test_patterns_of_some_engines(pattern: str, reason: str):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PlanError) as caught:
            _parse(pattern)
    assert "parameters.p.pattern: " in str(caught.value)
    assert reason in str(caught.value)


def test_letters_of_a_pattern_are_those_of_ascii():
    with pytest.raises(PlanError, match="text that matches"):
        _parse(r"\w+", default="é")


@pytest.mark.parametrize("parameters", [["p"], {f"p{number}": {} for number in range(51)}])
def test_references_to_parameters_that_are_invalid_as_a_whole(parameters: object):
    plan = {
        "pattern": "dynamic",
        "parameters": parameters,
        "overlap": {"mode": "skip", "per": "p0"},
        "jobs": [{"name": "a", "arguments": {"--x": "{% $params.p0 %}"}}],
    }
    with pytest.raises(PlanError) as caught:
        parse_plan(json.dumps(plan))
    assert len(caught.value.findings) == 1


def test_an_unknown_key_of_a_parameter():
    with pytest.raises(PlanError) as caught:
        parse_plan("pattern: dynamic\nparameters: {name: {defaults: x}, p: {xyz: 1}}\n")
    assert [(finding.path, finding.message, finding.hint) for finding in caught.value.findings] == [
        ("parameters.name.defaults", "unknown key 'defaults'", "did you mean default?"),
        ("parameters.p.xyz", "unknown key 'xyz'", "available: type, default, required, pattern, values, description"),
    ]
