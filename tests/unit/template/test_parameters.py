from __future__ import annotations

import pytest

from sfnorch.template.parameters import find_parameter_faults
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
    "Name=ABC": ["Name cannot be 'ABC': small letters"],
    "Bare=1": ["Bare cannot be '1': it must match [a-z]+"],
    "Size=2": [],
    "Size=x": ["Size cannot be 'x': it must be one of s, 2"],
    "Jobs=a, b": [],
    "Jobs=a,B": ["Jobs cannot be 'a,B': it must match [a-z]*"],
    "Java=é": [],
    "Flag=true": [],
    "Flag=yes": ["Flag cannot be 'yes': it must be one of true, false"],
    "Count=-1.5": [],
    "Count=many": ["Count cannot be 'many': it must be a number"],
    "Nam=x": ["unknown parameter Nam; did you mean Name?"],
    "Zzz=x": ["unknown parameter Zzz; available: Name, Bare, Size, Jobs, Java, Flag, Count, Needed"],
}


@pytest.mark.parametrize("given", GIVEN)
def test_given_values(given: str):
    key, _, value = given.partition("=")
    assert list(find_parameter_faults(DECLARED, {key: value, "Needed": "x"})) == GIVEN[given]


def test_what_is_missing():
    assert list(find_parameter_faults(DECLARED, {})) == ["the parameter Needed has no default; specify a value"]
