"""Makes the questions of ``by_rule.csv`` from the sample catalogue, with a seed: the same questions each time.

``python -m tests.unit.search.questions.rules`` writes the file.
"""

from __future__ import annotations

import csv
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sample_data.facts import Movie, load_movies

FILE = Path(__file__).with_name("by_rule.csv")
COLUMNS = ("kind", "question", "movie_ids", "about")
_SEED, _EACH, _FEWEST_VOTES = 22, 22, 300

Rule = Callable[[Movie, Sequence[Movie], random.Random], tuple[str, list[int]] | None]


def make_questions() -> Iterator[tuple[str, str, str, str]]:
    """Yields kind, question, ids of the right movies, and a right title."""
    movies = load_movies()
    known = [movie for movie in movies if movie.vote_count >= _FEWEST_VOTES]
    for kind, rule in _RULES.items():
        dice = random.Random(f"{_SEED}:{kind}")
        made = 0
        while made < _EACH:
            movie = dice.choice(known)
            question = rule(movie, movies, dice)
            if question is not None:
                text, ids = question
                yield kind, text, " ".join(map(str, sorted(ids))), movie.title
                made += 1


def _exact(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    return movie.title.lower(), _titled(movie.title, movies)


def _typo(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    """One error in the longest word of a title of six letters or more."""
    words = _plain(movie.title).split()
    longest = max(words, key=len, default="")
    if len(longest) < 6:
        return None
    place = dice.randrange(1, len(longest) - 1)
    wrong = dice.choice(
        (
            longest[:place] + longest[place + 1 :],
            longest[:place] + longest[place] + longest[place:],
            longest[:place] + longest[place + 1] + longest[place] + longest[place + 2 :],
            longest[:place] + dice.choice("aeiourst") + longest[place + 1 :],
        )
    )
    return " ".join(wrong if word == longest else word for word in words), _titled(movie.title, movies)


def _person(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    people = movie.cast[:3] + movie.directors
    if not people:
        return None
    name = dice.choice(people)
    return _plain(name), [each.movie_id for each in movies if name in each.cast + each.directors]


def _person_and_title(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    """The last name of a director or actor, and the title."""
    people = movie.cast[:2] + movie.directors[:1]
    if not people:
        return None
    name = dice.choice(people)
    words = [_plain(movie.title), _plain(name).split()[-1]]
    dice.shuffle(words)
    ids = [each.movie_id for each in movies if each.title == movie.title and name in each.cast + each.directors]
    return " ".join(words), ids


def _year(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    year = movie.release_date[:4]
    right = [each.movie_id for each in movies if each.title == movie.title and each.release_date[:4] == year]
    return f"{_plain(movie.title)} {year}", right


def _joined(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    """Two neighbouring words of a title as one."""
    words = _plain(movie.title).split()
    if len(words) < 2:
        return None
    place = dice.randrange(len(words) - 1)
    return " ".join([*words[:place], words[place] + words[place + 1], *words[place + 2 :]]), _titled(
        movie.title, movies
    )


def _beginning(movie: Movie, movies: Sequence[Movie], dice: random.Random) -> tuple[str, list[int]] | None:
    """A title without the end of its last word; any title that begins so is right."""
    text = _plain(movie.title)
    last = text.split()[-1] if text else ""
    if len(last) < 4 or len(text) < 8:
        return None
    cut = text[: len(text) - dice.randrange(1, len(last) - 2)]
    return cut, [each.movie_id for each in movies if _plain(each.title).startswith(cut)]


_RULES: dict[str, Rule] = {
    "exact": _exact,
    "typo": _typo,
    "person": _person,
    "person+title": _person_and_title,
    "year": _year,
    "joined": _joined,
    "beginning": _beginning,
}


def _plain(text: str) -> str:
    """A text as many people type it: small letters without accents, apostrophes and signs."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+", bare.lower().replace("'", "").replace("’", "")))


def _titled(title: str, movies: Sequence[Movie]) -> list[int]:
    return [movie.movie_id for movie in movies if _plain(movie.title) == _plain(title)]


def main() -> None:
    """Writes the file."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(make_questions())


if __name__ == "__main__":
    main()
