"""Where the items of an exported fan-out come from: a constant, a param, an object in S3 or a listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfnorch.airflow.jinja import UnsupportedInAirflowError, escape_text, render_jinja_text
from sfnorch.airflow.literals import Literal, SourceCall

if TYPE_CHECKING:
    from sfnorch.airflow.jinja import VariableLookup
    from sfnorch.plan.models.fan_out import Items, ItemsListing, ItemsObject

_S3 = "from airflow.providers.amazon.aws.hooks.s3 import S3Hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSource:
    """What reads the items: parts of code, with the constants, params, imports and arguments that they need."""

    parts: tuple[str, ...]
    constants: Mapping[str, Literal] = field(default_factory=dict)
    params: Mapping[str, Literal] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    arguments: Mapping[str, Literal] = field(default_factory=dict)


def convert_items(items: Items, source: VariableLookup) -> ItemSource:
    """Return what reads the items. Raises UnsupportedInAirflowError for a manifest, and for unsupported expressions."""
    if items.listed is not None:
        return ItemSource(parts=("items_listed",), constants={"ITEMS": items.listed})
    if items.object is not None:
        return _convert_object(items.object, source)
    if items.listing is not None:
        return _convert_listing(items.listing, source)
    given = SourceCall(function="Param", keywords={"type": "array", "description": "The items whose jobs run."})
    return ItemSource(parts=("items_given",), params={"items": given})


def _convert_object(found: ItemsObject, source: VariableLookup) -> ItemSource:
    kind = found.input_type.lower()
    if kind == "manifest":
        raise UnsupportedInAirflowError("the manifest of an inventory; use a listing, or an object with a list")
    return ItemSource(
        parts=(f"items_{kind}", "items_object"),
        imports=(_S3,),
        arguments={"bucket": escape_text(found.bucket), "key": render_jinja_text(found.key, source)},
    )


def _convert_listing(listing: ItemsListing, source: VariableLookup) -> ItemSource:
    return ItemSource(
        parts=("items_listing",),
        constants={"SUFFIX": listing.suffix},
        imports=(_S3,),
        arguments={"bucket": escape_text(listing.bucket), "prefix": render_jinja_text(listing.prefix, source)},
    )
