from __future__ import annotations

import pytest

from sfnorch.template.parameters import parameter_faults
from sfnorch.template.reader import parse_template

DECLARED = parse_template(
    "Name: {Type: String, Default: a, AllowedPattern: '[a-z]+', ConstraintDescription: small letters}\n"
    "Bare: {Type: String, Default: a, AllowedPattern: '[a-z]+'}\n"
    "Size: {Type: String, Default: s, AllowedValues: [s, 2]}\n"
    "Jobs: {Type: CommaDelimitedList, Default: '', AllowedPattern: '[a-z]*'}\n"
    "Java: {Type: String, Default: '', AllowedPattern: '\\p{Alpha}+'}\n"
    "Flag: {Type: String, Default: true, AllowedValues: [true, false]}\n"
    "Count: {Type: Number, Default: 1}\n"
    "Needed: {Type: String}\n",
    "t.yaml",
).data
GIVEN = {
    "Name=abc": [],
    "Name=ABC": ["Name can't be 'ABC': small letters"],
    "Bare=1": ["Bare can't be '1': it must match [a-z]+"],
    "Size=2": [],
    "Size=x": ["Size can't be 'x': it is one of s, 2"],
    "Jobs=a, b": [],
    "Jobs=a,B": ["Jobs can't be 'a,B': it must match [a-z]*"],
    "Java=é": [],
    "Flag=true": [],
    "Flag=yes": ["Flag can't be 'yes': it is one of true, false"],
    "Count=-1.5": [],
    "Count=many": ["Count can't be 'many': it is a number"],
    "Nam=x": ["the template has no parameter Nam; did you mean Name?"],
    "Zzz=x": ["the template has no parameter Zzz; it has: Name, Bare, Size, Jobs, Java, Flag, Count, Needed"],
}


@pytest.mark.parametrize("given", GIVEN)
def test_given_values(given: str):
    key, _, value = given.partition("=")
    assert list(parameter_faults(DECLARED, {key: value, "Needed": "x"})) == GIVEN[given]


def test_what_is_missing():
    assert list(parameter_faults(DECLARED, {})) == ["the parameter Needed has no default: give it a value"]
