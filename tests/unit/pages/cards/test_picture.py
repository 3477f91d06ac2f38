"""Pictures of cards: PNG of one size, equal for equal drawings, without boxes where a font lacks a letter."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from pages.cards import picture
from pages.cards.drawing import CardFacts
from pages.cards.picture import picture_of
from pages.cards.shared import FONT, draw_shared, draw_site
from pages.sharing.summary import SITE
from tests.unit.pages.cards.test_drawing import HOSTILE


@pytest.fixture(autouse=True)
def _forget() -> None:
    picture._picture.cache_clear()


def words(text: str) -> str:
    """A drawing of nothing but some words."""
    font = f'font-family="{FONT}" font-weight="700"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630"><text y="90" {font}>{text}</text></svg>'


@pytest.mark.parametrize("title", ["Fight Club", *HOSTILE])
def test_picture_is_a_png_of_the_size_that_sites_want(title: str) -> None:
    made = picture_of(draw_shared(CardFacts(title, ("Drama",), 1990)))
    assert made is not None
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", made[16:24]) == (1200, 630)
    assert len(made) < 150_000


def test_equal_drawings_give_equal_bytes() -> None:
    drawn = draw_site(SITE)
    made = picture_of(drawn)
    picture._picture.cache_clear()
    assert picture_of(drawn) == made


@pytest.mark.parametrize("text", ["Ωδή", "Ирония", "Amélie … – ’ €", "Žluťoučký", "Đặng"])
def test_own_font_has_letters_of_europe_and_vietnam(text: str) -> None:
    drawn = {words(each) for each in text.split()}
    assert len({picture_of(each) for each in (*drawn, words(""))}) == len(drawn) + 1


def test_letters_that_no_font_has_leave_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = picture_of(words(""))
    assert picture_of(words("\U0001fffe")) == nothing  # no font can have it
    monkeypatch.setattr(picture, "_needs_other_fonts", lambda _: False)
    assert picture_of(words("千と千尋")) == nothing  # a machine without fonts of its own


@pytest.mark.parametrize(
    ("text", "needed"), [("The Matrix – Ирония… ’", False), ("千", True), ("قفص", True), ("\u2067a\u2069", False)]
)
def test_fonts_of_the_machine_are_read_only_for_other_letters(text: str, needed: bool) -> None:
    assert picture._needs_other_fonts(text) is needed


def test_a_process_keeps_few_pictures_and_makes_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import resvg_py

    made: list[str] = []

    def make(**given: Any) -> bytes:
        made.append(given["svg_string"])
        return b"png"

    monkeypatch.setattr(resvg_py, "svg_to_bytes", make)

    def ask(number: Any) -> bytes | None:
        return picture_of(f"{number}")

    assert ask(0) == ask(0) == b"png"
    assert made == ["0"]
    for number in range(picture.MOST_KEPT + 1):
        ask(number)
    ask(0)
    assert made.count("0") == 2


def test_a_process_makes_one_at_a_time_and_nobody_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "LONGEST_WAIT", 0.01)
    with picture._one_at_a_time:
        assert picture_of(words("late")) is None
    assert picture_of(words("late")) is not None
