"""Assemble a template: sections in reading order, groups of resources under headings, tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from troposphere import AWSHelperFn, AWSObject, Output, Tags, Template
from troposphere import Parameter as TemplateParameter

from sfnorch.cfn.values import TemplateValue
from sfnorch.json_values import Json, read_mapping
from sfnorch.origin import Origin
from sfnorch.workflow import Parameter

Group = tuple[str, Sequence[AWSObject]]
"""Resources that belong together, and their heading."""


class TemplateData(NamedTuple):
    """A template as data: sections in reading order, with headings for some entries."""

    data: dict[str, Json]
    headings: dict[tuple[str, str], str]


def assemble_template(
    description: str,
    *,
    parameters: Iterable[TemplateParameter],
    conditions: Mapping[str, AWSHelperFn],
    groups: Iterable[Group],
    outputs: Mapping[str, TemplateValue],
    tags: Mapping[str, str],
    origin: Origin | None,
    mappings: Mapping[str, dict[str, dict[str, str]]] = MappingProxyType({}),
    transform: str = "",
) -> TemplateData:
    """Return the template of these parts, with the tags on every resource that supports tags."""
    template = Template()
    template.set_version("2010-09-09")
    if transform:
        template.set_transform(transform)
    template.set_description(description)
    if origin:
        template.set_metadata(origin.metadata)
    for parameter in parameters:
        template.add_parameter(parameter)
    for name, mapping in mappings.items():
        template.add_mapping(name, mapping)
    for name, condition in conditions.items():
        template.add_condition(name, condition)
    headings = {}
    for heading, resources in groups:
        if resources:
            headings["Resources", str(resources[0].title)] = heading
        for resource in resources:
            if tags and (kind := resource.props.get("Tags")):
                own = resource.properties.get("Tags", Tags())
                resource.Tags = dict(tags) if kind[0] is dict else own + Tags(**tags)
            template.add_resource(resource)
    for name, value in outputs.items():
        template.add_output(Output(name, Value=value))
    # resources and outputs in the order they were added; troposphere's own to_yaml would sort them
    return TemplateData(data=_sort_sections(template.to_dict()), headings=headings)


def build_parameter(declared: Parameter) -> TemplateParameter:
    """Return the declaration of the parameter in CloudFormation."""
    return TemplateParameter(
        declared.name,
        Type="CommaDelimitedList" if declared.is_list else "String",
        Description=declared.description,
        Default=declared.default,
        AllowedPattern=declared.pattern,
        **({"ConstraintDescription": declared.constraint} if declared.constraint else {}),
    )


_SECTIONS = (
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
)


def _sort_sections(data: dict[str, Json]) -> dict[str, Json]:
    """Return the template with its sections in order, and with the type before the properties of each resource."""
    resources = read_mapping(data["Resources"])
    data["Resources"] = {name: _move_type_first(read_mapping(resource)) for name, resource in resources.items()}
    return {section: data[section] for section in _SECTIONS if section in data}


def _move_type_first(resource: dict[str, Json]) -> dict[str, Json]:
    keys = ("Type", "Condition", "DeletionPolicy", "UpdateReplacePolicy")
    return {key: resource[key] for key in keys if key in resource} | resource
