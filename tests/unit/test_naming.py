"""Names of resources: readable, different for different names, and the default plan's as users know them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.naming import derive_child_key, derive_logical_key, name_jobs_parameter
from sfnorch.plan.names import CHILD_NAME


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("orders", "Orders"),
        ("my-orders", "MyOrders"),
        ("child-1", "Child1"),
        ("child-40", "Child40"),
        ("orders-2024-eu", "Orders2024Eu"),
        ("my_orders", "MyOrders0xd38f263f"),
        ("MyOrders", "MyOrders0x03e5de81"),
        ("child1", "Child10xc56d62f1"),
        ("a-1-2", "A120x368cb12d"),
        ("orders-", "Orders0x3cd32598"),
        ("oncall@example.com", "OncallExampleCom0xd876c66b"),
        (
            "arn:aws:states:us-east-1:123456789012:stateMachine:publish",
            "esUsEast1123456789012StateMachinePublish0x8e9935d9",
        ),
    ],
)
def test_keys(name: str, key: str):
    assert derive_logical_key(name) == key


@pytest.mark.parametrize("name", ["allowed", "environment", "name", "partition", "topic-arn"])
def test_a_child_does_not_take_a_name_of_the_stacks_own(name: str):
    own = derive_logical_key(name)
    assert re.fullmatch(f"{own}0x[0-9a-f]{{8}}", derive_child_key(name))
    assert name_jobs_parameter(name) == f"{derive_child_key(name)}GlueJobs"


NAMES = st.from_regex(CHILD_NAME, fullmatch=True) | st.sampled_from(["a-b", "a_b", "aB", "A-b", "ab", "a-b-", "a0xb"])


@given(NAMES, NAMES)
def test_different_names_have_different_keys(one: str, other: str):
    assert (derive_child_key(one) == derive_child_key(other)) == (one == other)


@given(NAMES)
def test_a_key_is_a_logical_id(name: str):
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]{0,60}", derive_child_key(name))
