"""Environment variables about what the pages show, apart from the numbers; a part of ``variables.VARIABLES``."""

from __future__ import annotations

from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import ImageAddress, image_address, text

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
POSTER_URL: Variable[ImageAddress | None] = Variable(
    "POSTER_URL",
    image_address(),
    None,
    "Where real posters are: an address to which a movie's `poster_path` is added, or one that holds `{poster_path}` "
    "(put in without its first slash) or `{movie_id}`. Browsers load posters from there; movies without one keep "
    "their title card.",
)
