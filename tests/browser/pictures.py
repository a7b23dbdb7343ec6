"""Pictures of a report as it was accepted, and how much a new one differs.

`python -m tests.browser.pictures` accepts what the report looks like now. Fonts differ between machines, so pictures are
compared in coarse squares.
"""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path

from sfnorch.report.pictures.chart import render_chart
from tests.browser.chromium import Browser, OpenPage
from tests.browser.runs import failing_run, save_forecast, save_page
from tests.forecasts import build_forecast

FOLDER = Path(__file__).parent / "accepted"
NAMES = ("light", "dark", "chart", "narrow", "state", "forecast", "forecast-dark")
_SQUARE = 10
_COMPARE = """
(async (pictures, square) => {
  const squares = await Promise.all(pictures.map(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(image.width / square);
    canvas.height = Math.ceil(image.height / square);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  }));
  const [one, two] = squares;
  if (one.width !== two.width || one.height !== two.height) return 1;
  let different = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const by = Math.max(...[0, 1, 2].map((color) => Math.abs(one.data[at + color] - two.data[at + color])));
    if (by > 48) different += 1;
  }
  return different / (one.width * one.height);
})
"""


def take(browser: Browser, name: str, folder: Path) -> bytes:
    """The picture of this name, of the report as it is now."""
    theme = "dark" if name.endswith("dark") else "light"
    page = OpenPage(browser, width=500 if name == "narrow" else 1400, height=900, theme=theme)
    if name == "chart":
        path = folder / "run.svg"
        path.write_text(render_chart(failing_run()), encoding="utf-8")
    elif name.startswith("forecast"):
        path = save_forecast(folder, build_forecast(warning="no recorded runs: each run is assumed to succeed: check"))
    else:
        path = save_page(folder, failing_run())
    page.open(path)
    if name == "state":
        page.evaluate("document.querySelector('.state-graph .state.caught').focus()")
        page.press("Enter")
    if name == "dark":
        page.evaluate("document.querySelector('.gantt .row.bad.part').focus()")
    picture = page.take_picture()
    page.close()
    return picture


def measure_difference(browser: Browser, one: bytes, two: bytes) -> float:
    """The share of squares in which two pictures differ, from 0 to 1."""
    page = OpenPage(browser)
    pictures = json.dumps([base64.b64encode(each).decode() for each in (one, two)])
    found: float = page.evaluate(f"{_COMPARE}({pictures}, {_SQUARE})")
    page.close()
    return found


def accept() -> None:
    """Save the pictures of the report as it is now."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, tempfile.TemporaryDirectory() as folder:
        browser = Browser(Path(profile))
        for name in NAMES:
            (FOLDER / f"{name}.png").write_bytes(take(browser, name, Path(folder)))
        browser.close()


if __name__ == "__main__":
    accept()
