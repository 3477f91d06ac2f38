"""Questions to the search that nobody asks in good faith, by kind."""

from __future__ import annotations

from typing import Final

_FREQUENT = "the of and a in to man love on my me you with for day night"
_MISSPELT = (
    "inceptoin interstelar gladaitor terminatr trainspoting braveheartt shawshnak godfatherr sciphoeric predatorr"
)
_MADE_UP = "dorkmaestu bliprontha fegumkotro gnostrebik hulmaptrek jirpotsnad kromdiblen lontrigesp mokrudlent"

QUESTIONS: Final = {
    "ten thousand letters": "a" * 10_000,
    "letters up to the limit": "a" * 200,
    "words by the thousand": "ab " * 5_000,
    "only signs": "!?*~^\"'()[]{}\\/:+-|&" * 9,
    "a sign": "*",
    "control characters": "".join(map(chr, range(1, 32))) * 6,
    "null": "mat\x00rix",
    "escape sequence": "\x1b[31mmatrix\x1b[0m",
    "lone surrogates": "\ud800matrix\udfff" * 9,
    "marks of direction": "\u202e\u2066matrix\u2069\u202c\u200f",
    "nothing visible": "\ufeff\u200b\u200d\u2060" * 9,
    "joiners": "m\u200da\u200ct\u200dr\u200di\u200dx",
    "combining marks": "e" + "\u0301\u0316" * 5_000,
    "combining marks within the limit": "e\u0301\u0316\u0489" * 50,
    "combining marks alone": "\u0301" * 150,
    "marks of Devanagari": "क" + "\u093f" * 150,
    "marks of Arabic": "م" + "\u064b" * 150,
    "one letter that folds to eighteen": "\ufdfa" * 200,
    "ligatures": "ﬃ" * 200,
    "field": "title:matrix AND (",
    "all": "*:*",
    "phrase": '"the matrix"~3',
    "open phrase": '"the matrix',
    "range": "[a TO z] {* TO *} year:[1990 TO 2000}",
    "boost": "matrix^2 ^2 ^1e999",
    "fuzzy": "matrix~2 ~",
    "set": "title: IN [matrix alien]",
    "booleans": "NOT matrix OR +alien -fight AND",
    "regular expression": "(a+)+$ /.*/ ^(([a-z])+.)+[A-Z]([a-z])+$",
    "brackets": "((((((((((" * 19,
    "backslashes": "\\" * 200,
    "operator of MongoDB": '{"$where": "sleep(1000)"}',
    "script": "<script>alert(1)</script>",
    "escapes": "%00%ff%ed%a0%80 &#0; \\u0000",
    "sixteen very short words": "a b c d e f g h i j k l m n o p",
    "the same short words": "a e i o " * 25,
    "a frequent letter": "a",
    "frequent words": _FREQUENT,
    "a frequent word again and again": "the " * 50,
    "misspelt words": _MISSPELT,
    "words of nothing": _MADE_UP + " nuprektosk",
    "long words of nothing": " ".join(word * 4 for word in _MADE_UP.split()[:5]),
    "a word of two letters": "ab" * 100,
    "words that join and split": "themanofthedaylovenightstarmoon " * 6,
    "known words that join beside others": "star wars spider man wall e x men iron man ant man zqwkrtplmn xvkrtz",
    "numbers": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    "numbers in words": "one hundred thousand " * 9,
    "Roman numerals": "i v x ii iv vi ix xi " * 9,
    "years": "1990 1991 1992 1993 1994 1995 1996 1997 1998 1999 2000",
    "Chinese": "千" * 200,
    "Chinese, all different": "".join(map(chr, range(0x4E00, 0x4E00 + 200))),
    "Japanese words": "千と千尋の神隠し " * 20,
    "Hangul": "올드보이" * 50,
    "Thai": "ต้มยำกุ้ง" * 22,
    "emoji": "🤖" * 200,
    "flags and skins": "🇩🇪👩🏽‍🚀" * 30,
}
