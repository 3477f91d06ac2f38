"""Text is split into documents, whatever their arrangement, and nothing of it is left out."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.producers import json_text
from merger.producers.json_text import split_documents
from tests.effort import examples

DOCUMENTS = [{"a": 1}, {"b": {"c": ["}", '"', "\\", "é[\n"]}}, {"d": [], "e": {}}, {"f": None}]


def split(content: bytes) -> list[tuple[int, bytes]]:
    return list(split_documents(io.BytesIO(content)))


def parsed(content: bytes) -> list[Any]:
    return [json.loads(text) for _, text in split(content)]


def arrangements(documents: list[Any]) -> dict[str, str]:
    one_by_one = [json.dumps(each) for each in documents]
    return {
        "lines": "\n".join(one_by_one),
        "lines that end with a comma": ",\n".join(one_by_one),
        "lines of another system": "\r\n".join(one_by_one) + "\r\n",
        "indented": "\n".join(json.dumps(each, indent=4) for each in documents),
        "indented by nothing": "\n".join(json.dumps(each, indent=0) for each in documents),
        "one after the other": "".join(one_by_one),
        "an array on one line": json.dumps(documents),
        "an array of lines": "[" + ",\n".join(one_by_one) + "]\n",
        "an indented array": json.dumps(documents, indent=2),
        "one behind the other": "".join(json.dumps(each) for each in documents),
        "a text sequence": "".join(f"\x1e{json.dumps(each)}\n" for each in documents),
        "lines that end in a carriage return": "\r".join(json.dumps(each) for each in documents),
        "two arrays": json.dumps(documents[:1]) + "\n" + json.dumps(documents[1:]),
    }


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a byte order mark"])
@pytest.mark.parametrize("arrangement", arrangements(DOCUMENTS))
def test_documents_are_found_in_every_arrangement(arrangement: str, mark: bytes) -> None:
    assert parsed(mark + arrangements(DOCUMENTS)[arrangement].encode()) == DOCUMENTS


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=examples(60))
@given(st.lists(st.dictionaries(st.text(max_size=4), values, min_size=1), min_size=1, max_size=4), st.integers(3, 9))
def test_documents_are_found_wherever_a_piece_ends(documents: list[Any], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_PIECE_BYTES", piece)
        for name, text in arrangements(documents).items():
            assert parsed(text.encode()) == documents, name


def test_lines_keep_their_numbers_and_blank_ones_are_skipped() -> None:
    assert split(b'{"a": 1}\n\n{"a": 2}') == [(1, b'{"a": 1}\n'), (3, b'{"a": 2}')]
    assert split(b'[\n{"a": 1},\n\n{"a":\n 2}]') == [(2, b'{"a": 1}'), (4, b'{"a":\n 2}')]


BROKEN = {
    "a line": (b'{"a": 1}\n{"b": \n{"c": 1}\n', [b'{"a": 1}', b'{"b":', b'{"c": 1}']),
    "a line with an open text": (b'{"a": "x}\n{"c": 1}\n', [b'{"a": "x}', b'{"c": 1}']),
    "the last line": (b'{"a": 1}\n{"b": {', [b'{"a": 1}', b'{"b": {']),
    "an indented document": (
        b'{\n  "a": {\n  "x": 1\n}\n{\n  "b": 1\n}\n',
        [b'{\n  "a": {\n  "x": 1\n}', b'{\n  "b": 1\n}'],
    ),
    "an element on a line of its own": (
        b'[{"a": 1},\n{"b": ,\n{"c": 1},\n{"d": 1}]',
        [b'{"a": 1}', b'{"b": ,', b'{"c": 1}', b'{"d": 1}'],
    ),
    "an indented element": (
        b'[\n  {\n    "a": "x\n  },\n  {\n    "b": 1\n  }\n]',
        [b'{\n    "a": "x\n  },', b'{\n    "b": 1\n  }'],
    ),
    "elements that are no objects": (b'[1, "a,]", [2], null]', [b"1", b'"a,]"', b"[2]", b"null"]),
    "text behind an array": (b'[{"a": 1}] and more\n{"b": 1}\n', [b'{"a": 1}', b"and more", b'{"b": 1}']),
    "an array among lines": (b'{"a": 1}\n[{"b": 1}]\n', [b'{"a": 1}', b'[{"b": 1}]']),
    "no JSON at all": (b"movie_id,title\n1,Alien\n", [b"movie_id,title", b"1,Alien"]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_text_is_passed_on_and_the_next_document_is_found(name: str) -> None:
    content, expected = BROKEN[name]
    assert [text.strip() for _, text in split(content)] == expected


@settings(max_examples=examples(400))
@given(st.text(alphabet='{}[]",:\\\n a1', max_size=40), st.integers(3, 9))
def test_no_text_is_left_out(text: str, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "_PIECE_BYTES", piece)
        found: list[tuple[int, bytes]] = []
        try:
            found.extend(split_documents(io.BytesIO(text.encode())))
        except EOFError:
            assert "[" in text
    kept = sorted(char for _, part in found for char in part.decode() if char not in "[],\n ")
    assert kept == sorted(char for char in text if char not in "[],\n ")
    assert [number for number, _ in found] == sorted(number for number, _ in found)


def test_an_array_without_an_end_is_an_error() -> None:
    stream = split_documents(io.BytesIO(b'[{"a": 1},\n'))
    assert next(stream) == (1, b'{"a": 1}')
    with pytest.raises(EOFError, match="no end"):
        next(stream)


def test_overlong_text_is_cut_off_and_the_next_document_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_DOCUMENT_BYTES", 20)
    monkeypatch.setattr(json_text, "SHOWN_BYTES", 4)
    monkeypatch.setattr(json_text, "_PIECE_BYTES", 8)
    longest = b"x" * 19 + b"\n"
    content = longest + b"y" * 77 + b'\n{"a": "' + b"z" * 50 + b'"}\n{"b":1}\nlast\n'
    assert split(content) == [
        (1, b"x" * 19 + b"\n"),
        (2, b"yyyy..."),
        (3, b'{"a"...'),
        (4, b'{"b":1}\n'),
        (5, b"last\n"),
    ]
