"""Splits a stream of text into JSON documents: one or several a line, indented over several lines, or in an array.

Nothing is left out: text that is no document is passed on as it is, for the reader to reject, up to the next line that
may begin a document.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

MAX_DOCUMENT_BYTES: Final = 40_000_000
"""Longer documents are cut off: MongoDB takes documents of 16 MB, and JSON is longer than BSON."""


SHOWN_BYTES: Final = 1000
"""Bytes of a longer document that are passed on. They are no JSON, so the reader rejects them."""


_PIECE_BYTES = 2**20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BETWEEN = re.compile(rb"[\s,\x1e]*+")  # also the separator of JSON text sequences, RFC 7464
_ANOTHER = re.compile(rb"\}\s*+\{")
_OUTSIDE_TEXT = re.compile(rb'[^"{}\[\]]*+')
_INSIDE_TEXT = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+')
_PLAIN_ELEMENT = re.compile(rb'(?:[^"\],\n]++|"(?:[^"\\\n]++|\\[^\n])*+"?)*+')
_OPENING, _CLOSING, _QUOTE = b"{[", b"}]", ord('"')


def split_documents(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yields the documents of a stream, each with the number of the line where it begins, from 1.

    Raises:
        EOFError: an array has no end.
        OSError: from the stream.
    """
    source = _Source(stream)
    in_array, had_lines = False, False
    while source.skip_blanks():
        if source.next_byte == b"[" and not in_array and not had_lines:
            in_array = True
            source.place += 1
        elif source.next_byte == b"]" and in_array:
            in_array = False
            source.place += 1
        else:
            had_lines = had_lines or not in_array
            yield source.take(in_array=in_array)
    if in_array:
        raise EOFError("the JSON array in it has no end, so its last documents may be missing")


@dataclass(slots=True)
class _Piece:
    """A line of the stream, or a part of a long one."""

    number: int
    text: bytes
    begins_line: bool

    @property
    def indentation(self) -> bytes:
        return self.text[: len(self.text) - len(self.text.lstrip(b" \t"))]

    def is_whole(self) -> bool:
        """Whether it is one whole object with fields, to judge by its ends and its braces."""
        if not self.text.endswith(b"\n") and len(self.text) >= _PIECE_BYTES:
            return False  # the line goes on
        text = self.text.rstrip(b" \t\r\n,]")
        is_balanced = text.startswith(b"{") and text.endswith(b"}") and text.count(b"{") == text.count(b"}")
        return is_balanced and text != b"{}" and _ANOTHER.search(text) is None


@dataclass(slots=True)
class _Brackets:
    """Counts the open brackets of a document, over several pieces."""

    depth: int = 0
    in_text: bool = False
    is_broken: bool = False

    def find_end(self, text: bytes, place: int) -> int | None:
        """Returns the place behind the document's last bracket; ``None``: it is not in this text."""
        while True:
            pattern = _INSIDE_TEXT if self.in_text else _OUTSIDE_TEXT
            place = pattern.match(text, place).end()  # type: ignore[union-attr]  # it also matches nothing
            if place >= len(text):
                return None
            if self.in_text and text[place] != _QUOTE:
                self.is_broken = True  # a line ends inside a text
                return None
            if text[place] == _QUOTE:
                self.in_text = not self.in_text
            else:
                self.depth += 1 if text[place] in _OPENING else -1
            place += 1
            if self.depth == 0:
                return place


class _Source:
    """The text of a stream, piece by piece.

    Attributes:
        place: where the text that is not taken yet begins, in the present piece.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._waiting: deque[_Piece] = deque()
        self._last = self._piece = _Piece(0, b"\n", begins_line=True)
        self.place = 1

    @property
    def next_byte(self) -> bytes:
        """The first byte that is not taken yet; empty at the end of the piece."""
        return self._piece.text[self.place : self.place + 1]

    def skip_blanks(self) -> bool:
        """Goes on to the next byte that is no blank and no comma; whether there is one."""
        while True:
            self.place = _BETWEEN.match(self._piece.text, self.place).end()  # type: ignore[union-attr]
            if self.place < len(self._piece.text):
                return True
            if not self._advance():
                return False

    def take(self, *, in_array: bool) -> tuple[int, bytes]:
        """Takes the next document, or what stands in its place."""
        piece, start = self._piece, self.place
        if self.next_byte == b"{" or (in_array and self.next_byte == b"["):
            if not in_array and start == 0 and piece.is_whole() and piece.text.rstrip().endswith(b"}"):
                self.place = len(piece.text)
                return piece.number, piece.text
            return self._take_brackets()
        end = len(piece.text)
        if in_array:
            end = max(start + 1, _PLAIN_ELEMENT.match(piece.text, start).end())  # type: ignore[union-attr]
        self.place = end
        text = piece.text[start:end]
        if len(text) > MAX_DOCUMENT_BYTES or not (in_array or text.endswith(b"\n")):
            return piece.number, self._cut(text)
        return piece.number, text

    def _take_brackets(self) -> tuple[int, bytes]:
        first, start = self._piece, self.place
        brackets = _Brackets()
        end = brackets.find_end(first.text, start)
        taken, size = [first], len(first.text) - start
        while end is None and size <= MAX_DOCUMENT_BYTES and self._advance():
            piece = self._piece
            if piece.begins_line and (piece.is_whole() or (brackets.is_broken and _begins_like(piece, first))):
                self._waiting.appendleft(piece)
                break
            taken.append(piece)
            size += len(piece.text)
            end = None if brackets.is_broken else brackets.find_end(piece.text, 0)
        if end is None:
            return self._give_up(taken, start)
        self.place = end
        if len(taken) == 1:
            return first.number, first.text[start:end]
        between = b"".join(each.text for each in taken[1:-1])
        return first.number, first.text[start:] + between + taken[-1].text[:end]

    def _give_up(self, taken: list[_Piece], start: int) -> tuple[int, bytes]:
        """Returns text that is no document: up to the next line that begins as the first one does, with a brace."""
        first = taken[0]
        again = (n for n, each in enumerate(taken) if n and each.begins_line and _begins_like(each, first))
        number = next(again, len(taken))
        self._waiting.extendleft(reversed(taken[number:]))
        text = first.text[start:] + b"".join(each.text for each in taken[1:number])
        self._piece, self.place = taken[number - 1], len(taken[number - 1].text)
        return first.number, self._cut(text)

    def _cut(self, text: bytes) -> bytes:
        """Goes on to the end of the line; cuts text off if that is too long."""
        is_long = len(text) > MAX_DOCUMENT_BYTES
        while not self._piece.text.endswith(b"\n") and self._advance_in_line():
            self.place = len(self._piece.text)
            if not is_long:
                text += self._piece.text
                is_long = len(text) > MAX_DOCUMENT_BYTES
        return text[:SHOWN_BYTES] + b"..." if is_long else text

    def _advance_in_line(self) -> bool:
        if not self._advance():
            return False
        if self._piece.begins_line:
            self._waiting.appendleft(self._piece)
            return False
        return True

    def _advance(self) -> bool:
        """Goes on to the next piece; whether there is one."""
        if self._waiting:
            self._piece, self.place = self._waiting.popleft(), 0
            return True
        text = self._stream.readline(_PIECE_BYTES)
        while text.endswith(b"\\") and (more := self._stream.readline(1)):
            text += more  # a piece does not end within an escape
        if not text:
            return False
        begins_line = self._last.text.endswith(b"\n")
        number = self._last.number + begins_line
        if number == 1 and begins_line:
            text = text.removeprefix(_BYTE_ORDER_MARK) or b"\n"
        self._last = self._piece = _Piece(number, text, begins_line)
        self.place = 0
        return True


def _begins_like(piece: _Piece, first: _Piece) -> bool:
    """Whether a line begins with a brace that stands as far to the right as the first line's text."""
    return piece.text.startswith(first.indentation + b"{")
