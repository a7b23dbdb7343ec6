"""The prices of Glue, against the table of the pricing page, written down once more."""

from __future__ import annotations

import pytest

from sfnorch.prices import DPUS, find_dpu_hour_price, find_minimum_seconds


@pytest.mark.parametrize(
    ("worker_type", "glue_version", "execution_class", "price"),
    [
        ("G.1X", "5.1", "STANDARD", 0.44),
        ("G.025X", "3.0", "", 0.44),
        ("G.16X", "", "", 0.44),
        ("Standard", "1.0", "", 0.44),
        ("G.2X", "4.0", "FLEX", 0.29),
        ("R.1X", "5.0", "STANDARD", 0.52),
        ("R.8X", "5.0", "FLEX", 0.52),
        ("Z.2X", "4.0", "", 0.44),
        ("G.1X", "6.0", "STANDARD", 0.308),
        ("G.1X", "6.0", "FLEX", 0.203),
        ("R.2X", "6.0", "", 0.364),
        ("G.1X", "10.0", "", 0.308),
        ("", "6.0", "", 0.44),  # a Python shell job
        ("", "", "", 0.44),
        ("G.1X", "new", "", 0.44),
    ],
)
def test_the_price_of_a_dpu_hour(worker_type: str, glue_version: str, execution_class: str, price: float):
    assert find_dpu_hour_price(worker_type, glue_version, execution_class) == price


@pytest.mark.parametrize(
    ("dpus", "glue_version", "seconds"),
    [
        (10, "1.0", 600),
        (2, "0.9", 600),
        (10, "2.0", 60),
        (10, "", 60),
        (0.0625, "1.0", 60),
        (1, "1.0", 60),
        (9, "x", 60),
    ],
)
def test_the_least_that_is_billed(dpus: float, glue_version: str, seconds: int):
    assert find_minimum_seconds(dpus, glue_version) == seconds


def test_a_worker_has_the_dpus_in_its_name():
    for name, dpus in DPUS.items():
        digits = name.partition(".")[2].removesuffix("X")
        assert dpus == (1 if name == "Standard" else 0.25 if digits == "025" else float(digits))
