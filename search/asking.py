"""Turns readings of a question into queries of the index.

Every score is a sum of constants, so that the order of kinds is fixed: the exact title, whole words, beginnings,
errors. The index multiplies it with the level of the movie's votes, which is at most twice the lowest.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum

import tantivy
from tantivy import Occur, Query

from search.language.terms import ARTICLES, LONGEST_BEGINNING, question_keys, run_terms
from search.language.words import is_unspaced
from search.question import (
    CONNECTORS,
    FILLERS,
    KINDS,
    SHORTEST_BEGINNING,
    Question,
    Reading,
    Unit,
    allowed_errors,
    may_begin_with_error,
)
from search.schema import (
    KEY,
    ORIGINAL,
    ORIGINAL_BEGINNINGS,
    PEOPLE,
    PEOPLE_BEGINNINGS,
    PERSON_KEY,
    TITLE,
    TITLE_BEGINNINGS,
    YEAR,
)

_FIELDS = ((TITLE, 1.0), (ORIGINAL, 0.98), (PEOPLE, 0.5))
_BEGINNINGS = {TITLE: TITLE_BEGINNINGS, ORIGINAL: ORIGINAL_BEGINNINGS, PEOPLE: PEOPLE_BEGINNINGS}
_WHOLE, _BEGINNING, _ONE_ERROR, _TWO_ERRORS = 1.0, 0.3, 0.4, 0.2
_YEAR = 0.8
_EXACT, _NEARLY_EXACT, _STARTS, _PERSON = 2.0, 1.0, 0.4, 1.0
"""Added once per word of the question, for a whole title, one with errors, a title that begins so, and a whole name."""

_STARTS_WITH_WORD = 0.15
"""In place of ``_STARTS`` where the question is one word: with ``_BEGINNING`` less than half of a whole word."""

_LONGEST_KEY = 100
_MOST_CORRECTED = 6
"""Words of a question that may have errors, the rarest ones. Finding them costs a hundred times as much as others."""

_SAYS_LITTLE = 0.4
"""Weight of numbers and of words of two letters where half of the words suffice."""

_LIGHT = ARTICLES | CONNECTORS | FILLERS | {"vs", "v", "part"}


class Strictness(Enum):
    """How far a movie may be from the question; the next one is tried only where the one before finds nothing."""

    AS_IT_IS = 1
    WITHOUT_FILLERS = 2
    WITH_ERRORS = 3
    IN_PART = 4


def steps(question: Question) -> list[Strictness]:
    """How strictly a question is asked, in turn."""
    if not question.words:
        return [Strictness.AS_IT_IS]
    units = question.first_reading()
    has_fillers = len(_needed(units, Strictness.WITHOUT_FILLERS)) < len(_needed(units, Strictness.AS_IT_IS))
    return [each for each in Strictness if has_fillers or each is not Strictness.WITHOUT_FILLERS]


@dataclass(frozen=True, slots=True)
class Asker:
    """Makes queries for one state of the index.

    Args:
        schema: of the index.
        searcher: knows its terms.
    """

    schema: tantivy.Schema
    searcher: tantivy.Searcher

    def knows(self, word: str) -> bool:
        """Whether any title or person has a term."""
        return any(self.searcher.doc_freq(field, word) for field, _ in _FIELDS)

    def query(self, question: Question, strictness: Strictness) -> Query:
        """Returns the query of a question."""
        if not question.words:
            return self._term(KEY, question.key, _EXACT)
        fallible = frozenset(sorted(dict.fromkeys(question.words), key=self._frequency)[:_MOST_CORRECTED])
        if strictness is Strictness.WITH_ERRORS:
            all_of = self._all_of(question.first_reading(), fallible, strictness)
            near = ((KEY, _NEARLY_EXACT), (PERSON_KEY, _PERSON * _ONE_ERROR))
            found = Query.disjunction_max_query([all_of, *self._errors(question.key, near)])
        elif strictness is Strictness.IN_PART:
            found = self._most_of(question.first_reading(), fallible)
        else:
            # A word with errors is looked for in every reading.
            unknown = sum(unit.word in fallible and not self._is_found(unit) for unit in question.first_reading())
            readings = question.readings(self.knows)[: 2 * _MOST_CORRECTED // max(1, unknown)]
            found = Query.disjunction_max_query([self._all_of(each, fallible, strictness) for each in readings])
        whole = self._whole(question, strictness)
        return Query.boolean_query([(Occur.Must, found), *((Occur.Should, each) for each in whole)])

    def near_titles(self, question: Question) -> Query:
        """Returns the query of the movies whose whole title a question is but for one typing error."""
        keys = question_keys(question.words)
        return Query.disjunction_max_query([each for key in keys for each in self._errors(key, ((KEY, 1.0),), most=1)])

    def _whole(self, question: Question, strictness: Strictness) -> list[Query]:
        """What raises movies whose whole title the question is or begins, and those of the persons whom it names."""
        number, key, words = len(question.words), question.key, question.words
        telling = [unit.word for unit in _needed(question.first_reading(), strictness)]
        keys = [self._term(KEY, key, _EXACT * len(some)) for some in (words, telling) for key in question_keys(some)]
        result = [Query.disjunction_max_query(keys)]
        if len(key) > 1:
            result.append(self._beginning(KEY, key, _STARTS * number if number > 1 else _STARTS_WITH_WORD))
        if not all(map(self._is_found, question.first_reading())):
            result += self._errors(key, ((KEY, _NEARLY_EXACT * number / _ONE_ERROR),))
        if number > 1:
            result.append(self._beginning(PERSON_KEY, key, _STARTS * number))
        for length in range(2, min(4, number) + 1):
            for start in range(number - length + 1):
                name = "".join(words[start : start + length])
                if self.searcher.doc_freq(PERSON_KEY, name):
                    result.append(self._term(PERSON_KEY, name, _PERSON * length))
        return result

    def _frequency(self, word: str) -> int:
        return sum(self.searcher.doc_freq(field, word) for field, _ in _FIELDS)

    def _all_of(self, reading: Reading, fallible: AbstractSet[str], strictness: Strictness) -> Query:
        units, with_errors = _once(reading), strictness is Strictness.WITH_ERRORS
        needed = _needed(units, strictness)
        return Query.boolean_query(
            [
                (Occur.Must if unit in needed else Occur.Should, self._unit(unit, fallible, with_errors=with_errors))
                for unit in units
            ]
        )

    def _most_of(self, reading: Reading, fallible: AbstractSet[str]) -> Query:
        needed = _needed(_once(reading), Strictness.IN_PART)
        parts = {unit: self._unit(unit, fallible, with_errors=False) for unit in needed}
        half = Query.boolean_query(
            [
                (Occur.Should, part if _says_much(unit) else Query.boost_query(part, _SAYS_LITTLE))
                for unit, part in parts.items()
            ],
            minimum_number_should_match=max(1, (len(parts) + 1) // 2),
        )
        telling = [part for unit, part in parts.items() if _says_much(unit)]
        # A number or two letters in common, such as the "4" of "rocky 4", make no movie the one that was meant.
        must = [Query.const_score_query(Query.disjunction_max_query(telling), 0.0)] if telling else []
        return Query.boolean_query([(Occur.Must, each) for each in (half, *must)])

    def _unit(self, unit: Unit, fallible: AbstractSet[str], *, with_errors: bool) -> Query:
        """A word in any field and form; the best one counts."""
        if is_unspaced(unit.word):
            return self._run(unit.word)
        found = [self._term(field, form, weight * _WHOLE) for field, weight in _FIELDS for form in unit.forms]
        if unit.word.isdigit() and len(unit.word) == 4:
            year = Query.term_query(self.schema, YEAR, int(unit.word))
            found.append(Query.const_score_query(year, _YEAR))
        if unit.is_last or (with_errors and len(unit.word) >= SHORTEST_BEGINNING):
            found += [self._word_beginning(field, unit.word, weight * _BEGINNING) for field, weight in _FIELDS]
        if unit.word in fallible and (with_errors or not self._is_found(unit)):
            found += self._errors(unit.word, _FIELDS, is_beginning=unit.is_last and with_errors)
        return Query.disjunction_max_query(found)

    def _is_found(self, unit: Unit) -> bool:
        if any(map(self.knows, unit.forms)):
            return True
        return unit.is_last and any(self.searcher.terms_with_prefix(field, unit.word, None, 1) for field, _ in _FIELDS)

    def _errors(
        self, word: str, fields: Sequence[tuple[str, float]], *, is_beginning: bool = False, most: int = 2
    ) -> list[Query]:
        most, result = min(most, allowed_errors(word)), []
        for errors, score in ((1, _ONE_ERROR), (2, _TWO_ERRORS)):
            if errors <= most:
                for field, weight in fields:
                    may_go_on = is_beginning and errors == 1 and may_begin_with_error(word)
                    fuzzy = Query.fuzzy_term_query(self.schema, field, word, errors, True, may_go_on)
                    result.append(Query.const_score_query(fuzzy, weight * score))
        return result

    def _run(self, word: str) -> Query:
        """A run of letters without blanks from any place of a title or name."""
        return Query.disjunction_max_query(
            [
                Query.const_score_query(
                    Query.boolean_query(
                        [(Occur.Must, Query.term_query(self.schema, field, term, "basic")) for term in run_terms(word)]
                    ),
                    weight,
                )
                for field, weight in _FIELDS
            ]
        )

    def _term(self, field: str, text: str, score: float) -> Query:
        return Query.const_score_query(Query.term_query(self.schema, field, text, "basic"), score)

    def _word_beginning(self, field: str, text: str, score: float) -> Query:
        if len(text) <= LONGEST_BEGINNING:
            return self._term(_BEGINNINGS[field], text, score)
        return self._beginning(field, text, score)

    def _beginning(self, field: str, text: str, score: float) -> Query:
        found = Query.fuzzy_term_query(self.schema, field, text[:_LONGEST_KEY], 0, True, True)
        return Query.const_score_query(found, score)


def _once(reading: Reading) -> list[Unit]:
    """The units of a reading without those that come again."""
    return list({unit.word: unit for unit in reading}.values())


def _needed(units: Sequence[Unit], strictness: Strictness) -> Sequence[Unit]:
    """The units that a movie must have: all but those that say little, unless there are no others."""
    telling = [unit for unit in units if unit.word not in _LIGHT]
    if strictness is Strictness.AS_IT_IS and telling:
        return [unit for unit in units if unit.word not in CONNECTORS | KINDS]
    if strictness in (Strictness.WITHOUT_FILLERS, Strictness.WITH_ERRORS):
        # The 4 of "shrek 4" may count what no title counts.
        telling = [unit for unit in telling if not _is_number(unit)] or telling
    return telling or [unit for unit in units if unit.word not in CONNECTORS] or units


def _is_number(unit: Unit) -> bool:
    return any(form.isdigit() for form in unit.forms)


def _says_much(unit: Unit) -> bool:
    return is_unspaced(unit.word) or not (_is_number(unit) or len(unit.word) <= 2)
