"""Links to pages whose address holds a name."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse


def person_url(name: str) -> str:
    """Returns the address of a person's page; without a name, of the page that finds people.

    A name may hold anything: a slash, a line's end, or halves of letters, which are replaced.
    """
    quoted = quote(" ".join(name.split()), safe="", errors="replace")
    return reverse("pages-people") + (f"{quoted}/" if quoted else "")


def api_url(name: str) -> str:
    """Returns the address of the API's answer about a person."""
    return f"{reverse('people')}/{quote(' '.join(name.split()), safe='', errors='replace')}"


def genre_url(name: str) -> str:
    """Returns the address of a genre's page; a genre may hold anything, as a person's name."""
    return f"{reverse('pages-genres')}{quote(name, safe='', errors='replace')}/"


def decade_url(decade: int) -> str:
    """Returns the address of a decade's page."""
    return reverse("pages-decade", args=[decade])
