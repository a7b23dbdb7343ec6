"""A report looks as it was accepted; see `pictures.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import Browser
from tests.browser.pictures import FOLDER, NAMES, measure_difference, take

pytestmark = pytest.mark.slow

TOLERANCE = 0.02


@pytest.mark.parametrize("name", NAMES)
def test_a_report_looks_as_it_was_accepted(name: str, browser: Browser, tmp_path: Path):
    accepted = (FOLDER / f"{name}.png").read_bytes()
    assert measure_difference(browser, accepted, take(browser, name, tmp_path)) <= TOLERANCE


def test_another_picture_is_found_out(browser: Browser):
    light, dark = ((FOLDER / f"{name}.png").read_bytes() for name in ("light", "dark"))
    assert measure_difference(browser, light, light) == 0
    assert measure_difference(browser, light, dark) > 0.5
