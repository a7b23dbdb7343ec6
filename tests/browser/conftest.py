"""A browser for all tests of a process, and a window for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.chromium import PROGRAM, Browser, OpenPage


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, where it is installed."""
    if PROGRAM is None:
        pytest.skip("Chromium is not installed (Debian's package is chromium)")
    started = Browser(tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()


OpenWindow = Callable[..., OpenPage]


@pytest.fixture
def window(browser: Browser) -> Iterator[OpenWindow]:
    """Opens windows, of a width, a height and a theme."""
    opened: list[OpenPage] = []

    def open_window(**settings: int | str) -> OpenPage:
        opened.append(OpenPage(browser, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_window
    for page in opened:
        page.close()
