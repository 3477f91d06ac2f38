"""The fields of the index, and the document of a movie or a person in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import orjson
import tantivy

from search.language.names import fold_name
from search.language.terms import beginnings, name_terms, person_keys, title_keys, title_terms
from search.texts import MovieTexts
from search.traits import Traits

MOVIE_ID, YEAR, LEVEL, FILMS = "movie_id", "year", "level", "films"
TITLE, ORIGINAL, PEOPLE, KEY, PERSON_KEY = "title", "original", "people", "key", "person_key"
TITLE_BEGINNINGS, ORIGINAL_BEGINNINGS = "title_beginnings", "original_beginnings"
PEOPLE_BEGINNINGS: Final = "people_beginnings"
PERSON, WHO = "person", "who"
NAME, NAME_BEGINNINGS, NAME_KEY, NAMED = "name", "name_beginnings", "name_key", "named"
STORED, TRAITS = "stored", "traits"

_LONGEST_TEXT = 20_000
"""Letters of one text that are indexed; the rest is not found."""


def make_schema() -> tantivy.Schema:
    """Returns the schema.

    Of movies: ``title``, ``original`` and ``people`` hold terms; ``key`` and ``person_key`` whole titles and names as
    one word; ``person`` names as stored, ``who`` folded ones; fields of beginnings the first letters of terms. Of
    persons: ``name`` holds terms, ``name_key`` whole names as one word, ``named`` the folded name, ``films`` the number
    of movies. ``stored`` holds the texts to show, ``traits`` what else a movie is like.
    """
    builder = tantivy.SchemaBuilder()
    beginning = (TITLE_BEGINNINGS, ORIGINAL_BEGINNINGS, PEOPLE_BEGINNINGS, NAME_BEGINNINGS)
    for name in (TITLE, ORIGINAL, PEOPLE, NAME, *beginning):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in (KEY, PERSON_KEY, PERSON, WHO, NAME_KEY, NAMED):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(MOVIE_ID, fast=True, indexed=True)
    builder.add_unsigned_field(YEAR, indexed=True)
    builder.add_unsigned_field(FILMS, fast=True)
    # Search multiplies a score with log2(2 + value) of this field.
    builder.add_float_field(LEVEL, fast=True)
    builder.add_bytes_field(STORED, stored=True)
    builder.add_bytes_field(TRAITS, stored=True)
    return builder.build()


def movie_document(texts: MovieTexts, traits: Traits) -> tantivy.Document:
    """Returns the document of a movie."""
    document = tantivy.Document()
    # Whole numbers need this call: the keyword form makes them signed, and the writer dies.
    document.add_unsigned(MOVIE_ID, texts.movie_id)
    document.add_float(LEVEL, 2**texts.level - 2)
    if texts.year > 0:
        document.add_unsigned(YEAR, texts.year)
    title, original, people = texts.title[:_LONGEST_TEXT], texts.original_title[:_LONGEST_TEXT], _people(texts)
    _add_terms(document, TITLE, TITLE_BEGINNINGS, title_terms(title))
    if original and original != title:
        _add_terms(document, ORIGINAL, ORIGINAL_BEGINNINGS, title_terms(original))
    for key in dict.fromkeys((*title_keys(title), *title_keys(original))):
        document.add_text(KEY, key)
    _add_terms(document, PEOPLE, PEOPLE_BEGINNINGS, {term: None for name in people for term in name_terms(name)})
    for name in people:
        document.add_text(PERSON, name)
        for key in person_keys(name):
            document.add_text(PERSON_KEY, key)
    for name in dict.fromkeys(filter(None, map(fold_name, people))):
        document.add_text(WHO, name)
    document.add_bytes(STORED, orjson.dumps([title, original, list(texts.cast), list(texts.directors), texts.year]))
    document.add_bytes(TRAITS, traits.dump())
    return document


def person_document(folded: str, spellings: Sequence[str], films: int) -> tantivy.Document:
    """Returns the document of a person.

    Args:
        folded: the name, as ``fold_name`` gives it.
        spellings: as movies have the name, the usual one first.
        films: number of movies that have any of them.
    """
    document = tantivy.Document()
    _add_terms(document, NAME, NAME_BEGINNINGS, {term: None for name in spellings for term in name_terms(name)})
    for key in dict.fromkeys(key for name in spellings for key in person_keys(name)):
        document.add_text(NAME_KEY, key)
    document.add_text(NAMED, folded)
    document.add_unsigned(FILMS, films)
    document.add_bytes(STORED, orjson.dumps(list(spellings)))
    return document


def _add_terms(document: tantivy.Document, field: str, short: str, terms: Iterable[str]) -> None:
    document.add_text(field, " ".join(terms))
    document.add_text(short, " ".join(beginnings(terms)))


def _people(texts: MovieTexts) -> list[str]:
    return list(dict.fromkeys((*texts.cast, *texts.directors)))
