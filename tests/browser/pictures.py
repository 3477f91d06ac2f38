"""Small pictures of pages, which say whether a page still looks as it did.

Every letter is drawn as the same box (`pictures/boxes.woff2`, made with fontTools), so no font of the machine plays a
part, and a picture is at most 160 pixels wide, so neither do the edges of letters, nor one number. What counts is where
something lies, how large it is, and its colour.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

KEPT = Path(__file__).parent / "pictures"
DIFFERENCES = Path(__file__).resolve().parents[2] / "build" / "pictures"

MOST_BYTES = 8_000
BLOCK = 8
"""Pixels of a block's side; of the page it is 64 pixels, on a narrow screen 32."""

SEEN, MOST_BLOCKS = 9.0, 0.01
"""A block differs if its mean colour does by so much of 255; a picture, if so large a part of its blocks does."""

Pixels = NDArray[np.float64]

_BOXES = """
@font-face { font-family: Boxes; src: url("data:font/woff2;base64,%s"); }
*, *::before, *::after { font-family: Boxes !important; font-synthesis: none !important; }
"""

_SETTLED = """async () => {
  await document.fonts.load("16px Boxes");
  document.documentElement.dispatchEvent(new Event("themechange"));  // charts were drawn before the font was there
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

# Halves a picture until it is at most 160 pixels wide; a half is the mean of four pixels.
_SMALL = """async (url) => {
  let drawn = await createImageBitmap(await (await fetch(url)).blob());
  const canvas = (width, height) => Object.assign(document.createElement("canvas"), { width, height });
  let found = canvas(drawn.width, drawn.height);
  found.getContext("2d").drawImage(drawn, 0, 0);
  while (found.width > 160) {
    const half = canvas(Math.floor(found.width / 2), Math.floor(found.height / 2));
    half.getContext("2d").drawImage(found, 0, 0, half.width, half.height);
    found = half;
  }
  const { data } = found.getContext("2d").getImageData(0, 0, found.width, found.height);
  return { width: found.width, data: [...data], file: found.toDataURL("image/webp", 0.7) };
}"""

_DRAW = """async ([width, data]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height: data.length / 4 / width });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(data), width), 0, 0);
  return canvas.toDataURL("image/webp", 0.9);
}"""


@dataclass(frozen=True)
class Picture:
    """A small picture: its colours, and the file it is kept as."""

    pixels: Pixels
    file: bytes


class Camera:
    """Takes pictures with a browser, and reads kept ones.

    Args:
        style: further CSS of every page, after its own.
    """

    def __init__(self, browser: Browser, style: str = "") -> None:
        self._browser = browser
        self._style = _BOXES % base64.b64encode((KEPT / "boxes.woff2").read_bytes()).decode() + style

    def take(self, url: str, width: int, height: int, scheme: Any, shown: str = "main") -> Picture:
        """The upper part of a page, without motion."""
        context = self._browser.new_context(
            bypass_csp=True,
            color_scheme=scheme,
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
        )
        page = context.new_page()
        page.route("**/css/tokens.css", self._with_style)
        page.goto(url, wait_until="networkidle")
        page.wait_for_selector(shown)
        page.evaluate(_SETTLED)
        found = self._small(page, page.screenshot(), "image/png")
        context.close()
        return found

    def read(self, file: Path) -> Picture:
        """A kept picture."""
        page = self._browser.new_page()
        found = self._small(page, file.read_bytes(), "image/webp")
        page.close()
        return found

    def keep_difference(self, before: Picture, now: Picture, file: Path) -> None:
        """Writes both pictures beside each other, and what differs between them."""
        page = self._browser.new_page()
        parts = [before.pixels, now.pixels, 255 - np.abs(before.pixels - now.pixels)]
        rows = np.concatenate(parts, axis=1)
        filled = np.dstack([rows, np.full(rows.shape[:2], 255.0)]).astype(int)
        url = page.evaluate(_DRAW, [rows.shape[1], filled.ravel().tolist()])
        page.close()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_decoded(url))

    def _with_style(self, route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + self._style)

    def _small(self, page: Page, file: bytes, kind: str) -> Picture:
        page.goto("about:blank")
        found = page.evaluate(_SMALL, f"data:{kind};base64,{base64.b64encode(file).decode()}")
        pixels = np.array(found["data"], dtype=float).reshape(-1, found["width"], 4)[:, :, :3]
        return Picture(pixels, _decoded(found["file"]))


def _decoded(url: str) -> bytes:
    return base64.b64decode(url.partition(",")[2])


def difference(before: Pixels, now: Pixels) -> float:
    """Which part of the blocks differs, from 0 to 1; all of them if the sizes do."""
    if before.shape != now.shape:
        return 1.0
    far = np.abs(_blocks(before) - _blocks(now)).max(axis=2)
    return float((far > SEEN).mean())


def _blocks(pixels: Pixels) -> Pixels:
    """The mean colour of each block."""
    rows, columns = (length // BLOCK for length in pixels.shape[:2])
    cut = pixels[: rows * BLOCK, : columns * BLOCK]
    found: Pixels = cut.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))
    return found
