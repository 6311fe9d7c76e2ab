"""The section that says what a run's figures were made from, and what is known not to hold: the model card."""

from __future__ import annotations

from aqdaq.model.validation import Figure, ModelCard
from aqdaq.report import html_parts as h
from aqdaq.report.html_parts import Html
from aqdaq.report.sections import Writer


def model_card(w: Writer) -> Html:
    """Return methods, data, fitted figures and limits; nothing where the run has no card."""
    card, say = w.content.card, w.say
    if card is None:
        return h.NOTHING
    parts = [h.paragraph(say("model-card-lead")), h.pairs(_data(w, card))]
    if card.methods:
        parts += [h.element("h3", h.text(say("model-card-methods"))), h.pairs(_pairs(w, card.methods))]
    if card.hyperparameters:
        parts += [h.element("h3", h.text(say("model-card-fitted"))), h.pairs(_pairs(w, card.hyperparameters))]
    if card.limits:
        items = [h.element("li", h.text(say(f"limit-{limit}"))) for limit in card.limits]
        parts += [h.element("h3", h.text(say("model-card-limits"))), h.element("ul", h.join(items))]
    return h.section("model-card", say("model-card-title"), *parts)


def _data(w: Writer, card: ModelCard) -> list[tuple[str, str]]:
    say, number, data = w.say, w.texts.number, card.data
    days = (
        say("model-card-days", begin=card.first_day, end=card.last_day) if card.first_day else say("model-card-no-days")
    )
    return [
        (say("model-card-measured"), number(data.measured)),
        (say("model-card-unheard"), number(data.unheard)),
        (say("model-card-thinned"), number(data.thinned)),
        (say("model-card-set-aside"), number(data.set_aside)),
        (say("model-card-cells"), say("model-card-cells-value", measured=data.cells, without=data.cells_without)),
        (say("model-card-sites"), number(data.sites)),
        (say("model-card-routes"), number(data.routes)),
        (say("model-card-span"), days),
    ]


def _pairs(w: Writer, figures: tuple[Figure, ...]) -> list[tuple[str, str]]:
    return [(figure.name, _value(w, figure)) for figure in figures]


def _value(w: Writer, figure: Figure) -> str:
    if isinstance(figure.value, str):
        return figure.value
    digits = 0 if figure.value.is_integer() else 3 if abs(figure.value) < 1.0 else 1
    return f"{w.texts.number(figure.value, digits)} {figure.unit}".strip()
