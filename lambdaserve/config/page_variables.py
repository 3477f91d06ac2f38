"""Environment variables about what the pages show, apart from the numbers; a part of ``variables.VARIABLES``."""

from __future__ import annotations

from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import text

DATA_NOTICE = Variable(
    "DATA_NOTICE",
    text(),
    "",
    "What visitors should know about the data; every page shows it.",
)
DATA_CREDIT = Variable(
    "DATA_CREDIT",
    text(),
    "",
    "Whom the data is from, as its licence asks for it; it stands at the foot of every page.",
)
