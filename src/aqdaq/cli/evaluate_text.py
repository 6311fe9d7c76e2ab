"""The model card as text for a terminal: one block of tables a split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aqdaq.model.suspect import Suspect
from aqdaq.model.validation import ALL, DefinitionScore, LevelScore, ModelCard, SplitScore
from aqdaq.report.suspects import sentence
from aqdaq.report.texts import Texts
from aqdaq.report.validation import group_label, split_words, whole_scores

_LEVELS = (
    f"{'':<44} {'heard':>7} {'unheard':>8} {'RMSE dB':>8} {'bias dB':>8} {'MAE dB':>7} {'CRPS dB':>8} {'in 90 %':>8} "
    f"{'width dB':>9} {'uncalibrated RMSE dB':>21}"
)
_DEFINITIONS = (
    f"{'':<44} {'dBm':>7} {'places':>8} {'undecided':>9} {'weak':>7} {'Brier':>7} {'skill':>7} "
    f"{'precision at 90 % recall':>25} {'AUC':>6}"
)
_BINS = f"{'said':>15} {'places':>8} {'mean said':>10} {'served':>8} {'95 % interval':>18}"


def card_lines(card: ModelCard, texts: Texts) -> Iterator[str]:
    """Yield the lines of a card.

    Args:
        card: with its scores.
        texts: the language of the sentences.
    """
    data = card.data
    yield (
        f"Measurements: {data.measured} with a level, {data.unheard} not heard; cells {data.cells}, "
        f"sites {data.sites}, routes {data.routes}; merged {data.thinned}, set aside {data.set_aside}."
    )
    for split in card.splits:
        yield ""
        yield from _split(split, texts)
    yield ""
    yield "Known limits:"
    yield from (f"- {texts.say(f'limit-{limit}')}" for limit in card.limits)


def suspect_lines(found: Sequence[Suspect], texts: Texts) -> Iterator[str]:
    """Yield what the measurements contradict in the tables.

    Args:
        found: site data that does not fit.
        texts: the language of the sentences.
    """
    yield ""
    yield f"{texts.say('suspects-title')}:"
    yield from (f"- {sentence(one, texts)}" for one in found)
    if not found:
        yield f"- {texts.say('suspects-none')}"


def _split(split: SplitScore, texts: Texts) -> Iterator[str]:
    title = texts.say(f"split-{split.split}")
    yield from (title, "=" * len(title), split_words(split, texts), "")
    if split.cells:
        yield from _level_table("cell", split.cells, texts)
        yield from _level_table("kind of place", split.groups, texts)
        yield from _level_table("best server", split.best, texts)
    judged = [score for score in split.definitions if score.places or score.undecided]
    if judged:
        yield "probability of service" + _DEFINITIONS[22:]
        yield from (_definition(score) for score in judged)
        yield ""
    for score in whole_scores(split):
        if score.places:
            yield f"{score.definition}: when it says so, is it so?"
            yield from _bins(score)
            yield ""
    if split.unscored:
        yield f"{split.unscored} measurements not scored. {texts.say(f'note-{split.note}')}"


def _level_table(head: str, rows: Sequence[LevelScore], texts: Texts) -> Iterator[str]:
    if not rows:
        return
    yield head + _LEVELS[len(head) :]
    for s in rows:
        yield (
            f"{_name(s.name, texts):<44} {s.samples:>7} {s.unheard:>8} {_figure(s.rmse_db):>8} {_figure(s.bias_db):>8} "
            f"{_figure(s.mae_db):>7} {_figure(s.crps_db):>8} {_share(s.interval_90_coverage):>8} "
            f"{_figure(s.interval_90_width_db, 1):>9} {_figure(s.uncalibrated_rmse_db):>21}"
        )
    yield ""


def _name(name: str, texts: Texts) -> str:
    return ALL if name == ALL else group_label(name, texts)


def _definition(s: DefinitionScore) -> str:
    threshold = "" if s.threshold_dbm is None else f"{s.threshold_dbm:g}"
    return (
        f"{f'{s.definition}, {s.layer}':<44} {threshold:>7} {s.places:>8} {s.undecided:>9} {_share(s.weak_share):>7} "
        f"{_figure(s.brier, 3):>7} {_figure(s.brier_skill):>7} {_share(s.precision_at_recall_90):>25} "
        f"{_figure(s.auc):>6}"
    )


def _bins(score: DefinitionScore) -> Iterator[str]:
    yield _BINS
    for b in score.reliability:
        if b.count:
            said, ends = f"{b.low:.0%} to {b.high:.0%}", f"{b.observed_low:.1%} to {b.observed_high:.1%}"
            yield f"{said:>15} {b.count:>8} {_share(b.forecast):>10} {_share(b.observed):>8} {ends:>18}"


def _figure(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value + 0.0:.{digits}f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
