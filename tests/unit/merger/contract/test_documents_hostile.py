"""Documents of arbitrary content are read or skipped; they never raise an error or change other documents."""

from __future__ import annotations

import json
import re
from datetime import UTC, timedelta, timezone

from bson import Decimal128
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.core.windows import Granularity, parse_span
from movies.details import movie_details
from movies.sentiment import movie_sentiment
from tests.effort import examples
from tests.unit.merger.documents import MOVIE, Raw, bucket, total, view_inputs
from tests.unit.merger.examples import BAD_VALUES, EXAMPLES, NOW, RUN

_KEYS = sorted(
    {"movie_id", "view_type", "data_type", "hour", "data", "stats", "computed_at", "covers_until", "synced_at"}
    | {"version", "batch_run_id", "name", "$where"}
    | {key for fields in (*VIEWS.values(), *SPEED_TYPES.values()) for key in fields}
)
_KIND = re.compile(
    rf"(batch|speed|{'|'.join({**VIEWS, **SPEED_TYPES})})\.({'|'.join(key for key in _KEYS if key[0] != '$')})"
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))))),
    st.integers(-(10**20), 10**20).map(lambda whole: Decimal128(str(whole))),
    st.sampled_from((*VIEWS, *SPEED_TYPES, *BAD_VALUES)),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=5)), inner)
    ),
    max_leaves=8,
)
garbage = st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=5)), anything, max_size=8)


@settings(max_examples=examples(100))
@given(st.lists(garbage, max_size=2), st.lists(garbage, max_size=2))
def test_any_content_is_read_or_skipped(batch: list[Raw], speed: list[Raw]) -> None:
    read = Contract().read(batch, speed)
    # Parts of one hour become one document.
    assert len(batch) <= len(read.batch) + len(read.speed) + len(read.skipped) <= len(batch) + len(speed)
    for skip in read.skipped:
        assert _KIND.fullmatch(skip.kind), skip.kind
        assert len(skip.reason) < 1000


@settings(max_examples=examples(250))
@given(st.sampled_from(EXAMPLES), st.data())
def test_a_strange_value_skips_the_document_or_leaves_the_answer_valid_json(example: Raw, data: st.DataObject) -> None:
    paths = [(key,) for key in example] + [("data", key) for key in example["data"]]
    path = data.draw(st.sampled_from(paths))
    value = data.draw(anything)
    changed = {**example, path[0]: value if len(path) == 1 else {**example["data"], path[1]: value}}
    batch, speed = ([changed], []) if "computed_at" in example else ([], [changed])
    inputs = view_inputs(NOW, [total(7, RUN), *batch], [bucket(RUN, 2), *speed])
    assert len(inputs.documents.skipped) <= 1
    for result in (movie_sentiment(MOVIE, parse_span("all"), Granularity.DAY, inputs), movie_details(MOVIE, inputs)):
        shown = result and {**result.body, "freshness": result.freshness.as_dict()}
        json.dumps(shown, allow_nan=False)
