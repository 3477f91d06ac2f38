"""The fields of a form and the places of their faults."""

from __future__ import annotations

from django.template import Context, Template

from pages.frame.entries import Fault

FAULT = Fault("No “<b>”.", (("A&B", "?g=A%26B"), ("C", "?g=C")))


def render(text: str, **faults: tuple[Fault, ...]) -> str:
    return Template("{% load entries %}" + text).render(Context({"faults": faults}))


def test_field_points_to_the_place_of_its_faults_and_is_invalid_only_with_one() -> None:
    assert render('{% field "q" %}') == 'id="field-q" name="q" aria-describedby="fault-q"'
    assert render('{% field "q" %}', q=(FAULT,)).endswith(' aria-invalid="true"')


def test_faults_are_escaped_and_offer_similar_names() -> None:
    assert render('{% fault "q" %}') == '<span class="errorlist" id="fault-q" aria-live="polite"></span>'
    text = render('{% fault "q" swap=True %}', q=(FAULT, Fault("Two.")))
    assert 'hx-swap-oob="innerHTML">No “&lt;b&gt;”. Did you mean' in text
    assert '<a href="?g=A%26B">A&amp;B</a> or <a href="?g=C">C</a>? Two.</span>' in text
