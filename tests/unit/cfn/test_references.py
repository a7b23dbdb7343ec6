"""Dynamic references in a whole template."""

from __future__ import annotations

import pytest

from sfnorch.cfn.references import refuse_references
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json

SECRET = "{{resolve:secretsmanager:db}}"


def places(template: Json) -> list[str]:
    with pytest.raises(SfnorchError) as error:
        refuse_references(template)
    return [line.partition(": ")[0] for line in error.value.message.splitlines()]


def test_each_place_of_a_reference_is_named():
    template = {
        "Description": SECRET,
        "Resources": {
            "A": {"Properties": {"Name": f"x{SECRET}", "List": ["plain", {"b": SECRET}, [SECRET]], "Pair": ["a", SECRET]}},
            "B": {"Tags": {SECRET: "key"}, "Count": 3, "On": True, "None": None},
        },
    }  # fmt: skip
    assert places(template) == [
        "Description",
        "Resources.A.Properties.Name",
        "Resources.A.Properties.List[1].b",
        "Resources.A.Properties.List[2][0]",
        "Resources.A.Properties.Pair[1]",
        "Resources.B.Tags",
    ]


@pytest.mark.parametrize("template", [{}, {"A": ["{resolve:x}", {"B": "{{ resolve"}]}, "plain", 3, None])
def test_a_template_without_references_passes(template: Json):
    refuse_references(template)
