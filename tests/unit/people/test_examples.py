"""The example answers agree with themselves."""

from __future__ import annotations

from people import examples


def test_means_of_the_example_follow_from_its_movies() -> None:
    (movie,) = examples.PERSON["movies"]
    rating = examples.PERSON["mean_rating"]
    assert (rating["value"], rating["votes"]) == (movie["vote_average"], movie["vote_count"])
    assert examples.PERSON["trending"][0]["movie_id"] == movie["movie_id"]


def test_example_of_a_batch_answer_names_no_speed_layer() -> None:
    assert examples.PEOPLE["data_source"] == "batch"
    assert examples.PEOPLE["freshness"]["speed_as_of"] is None
