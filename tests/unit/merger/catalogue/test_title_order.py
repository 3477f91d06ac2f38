"""The places of titles sort them as one sort of all would."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from merger.catalogue.title_order import rank_titles
from merger.catalogue.title_text import normalise_words

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


@settings(deadline=None)
@given(_TITLES)
def test_places_sort_by_normalised_title_then_title(titles: list[str]) -> None:
    keys = [(" ".join(normalise_words(title)), title) for title in titles]
    distinct = sorted(set(keys))
    assert rank_titles(titles).tolist() == [distinct.index(key) for key in keys]


def test_many_titles_sorted_in_pieces_have_one_order() -> None:
    titles = [f"Movie {number % 977} of {number % 13}" for number in range(9_000)]
    keys = [(" ".join(normalise_words(title)), title) for title in titles]
    distinct = {key: place for place, key in enumerate(sorted(set(keys)))}
    assert rank_titles(titles).tolist() == [distinct[key] for key in keys]
