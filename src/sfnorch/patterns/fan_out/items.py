"""Where the items of a fan-out come from, and the check of items in the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    Expression,
    ItemReader,
    Value,
    convert_expressions,
    convert_to_code,
    is_expression,
    jsonata,
    read_program,
)
from sfnorch.integrations import map_run
from sfnorch.patterns.fan_out.item_expressions import convert_item_expression
from sfnorch.protocol.fan_out import FanOutVariable
from sfnorch.workflow import Permission

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import ItemChain

_ITEM_AS_NAME = jsonata('$type($item) = "string" ? $item : $string($item)')


def assign_items(chain: ItemChain) -> dict[str, Value]:
    """Return the variable with the items, if the plan or the input has them."""
    if chain.items.listed is not None:
        return {FanOutVariable.ITEMS: chain.items.listed}
    if chain.items.input:
        return {FanOutVariable.ITEMS: jsonata("$exists($states.input.items) ? $states.input.items : null")}
    return {}


def check_items(chain: ItemChain) -> Expression:
    """Return the condition for items in the input: a list in which all items have different names."""
    return read_program(__package__, "valid_items").fill(name=name_item(chain))


def build_items(chain: ItemChain) -> Value:
    """Return the items of the Map; None if a reader has them."""
    return jsonata("$items") if chain.items.listed is not None or chain.items.input else None


def build_reader(chain: ItemChain) -> ItemReader | None:
    """Return what reads the items from S3; None for items in the plan or in the input."""
    if found := chain.items.object:
        config: dict[str, Value] = {"InputType": found.input_type}
        if found.input_type == "CSV":
            config["CSVHeaderLocation"] = "FIRST_ROW"
        return ItemReader("s3:getObject", {"Bucket": found.bucket, "Key": convert_expressions(found.key)}, config)
    if listing := chain.items.listing:
        prefix = {"Prefix": convert_expressions(listing.prefix)} if listing.prefix else {}
        return ItemReader("s3:listObjectsV2", {"Bucket": listing.bucket, **prefix})
    return None


def list_item_permissions(chain: ItemChain) -> tuple[Permission, ...]:
    """Return the permissions to read the items from S3."""
    if found := chain.items.object:
        is_only = not is_expression(found.key) and found.format != "manifest"  # which names other objects
        return map_run.list_reader_permissions(found.bucket, found.key if is_only else "")
    if listing := chain.items.listing:
        return map_run.list_reader_permissions(listing.bucket, None)
    return ()


def name_item(chain: ItemChain, *, within_item: bool = False) -> Expression:
    """Return the expression for the name of `$item`: that of the plan, or the item as text.

    `within_item`: whether it is evaluated in the child execution of the item.
    """
    if chain.item_name is None:
        return _ITEM_AS_NAME
    code = Expression(f"({convert_to_code(chain.item_name)})")
    return read_program(__package__, "item_name").fill(
        name=convert_item_expression(chain.item_name) if within_item else code, default=_ITEM_AS_NAME
    )


def build_selection(chain: ItemChain) -> Expression | None:
    """Return the condition for an item whose jobs are not run; None if the jobs of every item run."""
    conditions = []
    if chain.select:
        conditions.append(jsonata("$not($boolean(<{select}>) = true)", select=convert_item_expression(chain.select)))
    if chain.items.listing and (suffix := chain.items.listing.suffix):
        conditions.append(
            jsonata("$substring($item.Key, -<<length>>) != <<suffix>>", length=len(suffix), suffix=suffix)
        )
    if not conditions:
        return None
    return Expression(" or ".join(condition.code for condition in conditions))
