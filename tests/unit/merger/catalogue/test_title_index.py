"""The title index finds the same titles, ranks and order as a scan over all of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from merger.catalogue.title_index import UNMATCHED, TitleIndex
from merger.catalogue.title_text import EXACT, PREFIX, WORDS, join_words, normalise_words, title_matcher
from tests.effort import examples

_TITLES = st.lists(
    st.one_of(
        st.lists(
            st.sampled_from(["a", "ab", "abc", "b", "ba", "\u00c9a", "\U0001d400b", "\uffff", "!", "\ud800"]),
            max_size=4,
        ).map(" ".join),
        st.text(max_size=8),
    ),
    max_size=25,
)
_QUERIES = st.one_of(st.text("ab ", max_size=6), st.text(max_size=3))


@settings(max_examples=examples(300), deadline=None)
@given(_TITLES, _QUERIES)
def test_index_ranks_each_title_as_the_matcher_does(titles: list[str], query: str) -> None:
    words = normalise_words(query)
    rank = title_matcher(words)
    expected = [UNMATCHED if (found := rank(join_words(normalise_words(title)))) is None else found for title in titles]
    assert TitleIndex.of(titles).match(words).tolist() == expected


@settings(deadline=None)
@given(_TITLES)
def test_places_sort_by_normalised_title_then_title(titles: list[str]) -> None:
    keys = [(" ".join(normalise_words(title)), title) for title in titles]
    distinct = sorted(set(keys))
    assert TitleIndex.of(titles).place.tolist() == [distinct.index(key) for key in keys]


def test_many_titles_sorted_in_pieces_have_one_order() -> None:
    titles = [f"Movie {number % 977} of {number % 13}" for number in range(9_000)]
    index = TitleIndex.of(titles)
    keys = [(" ".join(normalise_words(title)), title) for title in titles]
    distinct = {key: place for place, key in enumerate(sorted(set(keys)))}
    assert index.place.tolist() == [distinct[key] for key in keys]
    ranks = index.match(("movie", "97"))
    assert {titles[row].split()[1] for row in (ranks == PREFIX).nonzero()[0]} == {
        str(number) for number in range(977) if str(number).startswith("97")
    }
    assert (index.match(("of", "movie")) == WORDS).sum() == len(titles)
    assert (index.match(("movie", "5", "of", "5")) == EXACT).sum() == titles.count("Movie 5 of 5")


def test_query_without_words_matches_nothing() -> None:
    assert TitleIndex.of(["!", "a"]).match(()).tolist() == [UNMATCHED, UNMATCHED]
    assert TitleIndex.of([]).match(("a",)).tolist() == []
