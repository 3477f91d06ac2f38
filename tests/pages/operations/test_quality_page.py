"""The quality page over real stores."""

from __future__ import annotations

from merger import configuration, wiring
from merger.core.windows import DAY
from merger.drift.quality import Tally
from tests.pages.reader import Reader, Tables

LOST = Tally(answers=20, different=20, incomplete=3, batch=1000, missing=100)
TWICE = Tally(answers=20, different=20, batch=1000, extra=1000)
PATH = "/quality/"


def day_before() -> str:
    return (configuration.utc_now() - DAY).date().isoformat()


def test_page_says_that_nothing_was_compared_yet(reader: Reader) -> None:
    text = reader.get(PATH)
    assert "No answer has been compared yet." in text
    assert "What is compared" in text


def test_page_shows_a_loss_with_its_sign_and_the_objective_missed(reader: Reader) -> None:
    wiring.shared_answers().add({(day_before(), "1h"): LOST})
    text = reader.get(PATH)
    assert '<p class="big">−10.0 %</p>' in text
    assert "Answers had too few reviews." in text
    assert "The objective is missed:" in text
    assert "100 of 1,000" in text
    tables = Tables(text).by_id
    assert tables["quality-by-age"][1] == ["less than an hour", "-0.1", "0.1", "0.0", "1.0", "20"]
    assert tables["quality-by-day"][1][0] == day_before()


def test_page_shows_a_double_count_with_its_sign(reader: Reader) -> None:
    wiring.shared_answers().add({(day_before(), "older"): TWICE})
    text = reader.get(PATH)
    assert '<p class="big">+100.0 %</p>' in text
    assert "Answers had too many reviews." in text


def test_page_says_that_answers_were_right(reader: Reader) -> None:
    wiring.shared_answers().add({(day_before(), "6h"): Tally(answers=20, batch=1000)})
    text = reader.get(PATH)
    assert '<p class="big">+0.0 %</p>' in text
    assert "exactly the reviews that the batch counted" in text
    assert "The objective is met:" in text


def test_only_answers_that_said_what_they_lacked_show_no_error(reader: Reader) -> None:
    wiring.shared_answers().add({(day_before(), "6h"): Tally(incomplete=4)})
    text = reader.get(PATH)
    assert "4 more answers" in text
    assert 'class="big"' not in text
