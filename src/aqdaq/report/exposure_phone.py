"""The phone in the hand, without and with a site: the table of an evidence pack, its formula and what it assumes."""

from __future__ import annotations

from typing import Final

from aqdaq.report.exposure_content import HandsetRow, HandsetTerms, Pack
from aqdaq.report.exposure_document import PackSection, PackTable
from aqdaq.report.exposure_texts import ExposureTexts
from aqdaq.report.exposure_words import building_words

_FORMULA: Final = "P = max(Pmin, min(Pmax, P₀ + α · PL + 10 log₁₀(2^μ · M))), PL = EIRP − G − RSRP"
_SOURCE: Final = "3GPP TS 36.213, 5.1.1.1 (LTE); TS 38.213, 7.1.1 (NR)"
#: Changes that round to nothing in the table (dB).
_NOTHING_DB: Final = 0.05


def handset_section(pack: Pack, texts: ExposureTexts) -> PackSection:
    """Return what phones send before and after, as an estimate with its formula.

    Args:
        pack: what it says.
        texts: the language.
    """
    say, terms = texts.say, pack.handset_terms
    if not pack.handset or terms is None:
        return PackSection(say("section-handset"), (say("handset-none"),))
    keys = ("building", "operator", "before", "after", "change", "places-less", "phone-unknown")
    table = PackTable(
        say("table-handset"), tuple(say(f"head-{key}") for key in keys),
        tuple(_row(pack, row, texts) for row in pack.handset), note=say("handset-table-note"),
        widths=(1.8, 1.5, 2.6, 2.6, 2.8, 2.6, 2.0),
    )  # fmt: skip
    words = say("handset-note", formula=_FORMULA, source=_SOURCE), say("handset-both-ways")
    return PackSection(say("section-handset"), words, _terms(terms, texts), tables=(table,))


def _row(pack: Pack, row: HandsetRow, texts: ExposureTexts) -> tuple[str, ...]:
    known = row.lower + row.same + row.higher
    shares = " / ".join(texts.number(100.0 * n / known) for n in (row.lower, row.same, row.higher)) if known else "–"
    return (
        building_words(pack, row.building, texts), row.operator, _power(row.before_dbm, texts),
        _power(row.after_dbm, texts), _change(row, texts), shares, texts.number(row.unknown),
    )  # fmt: skip


def _power(power_dbm: float | None, texts: ExposureTexts) -> str:
    if power_dbm is None:
        return texts.say("not-known")
    milliwatts = texts.figure(10.0 ** (power_dbm / 10.0))
    return texts.say("handset-power", dbm=texts.number(power_dbm, 1), mw=milliwatts)


def _change(row: HandsetRow, texts: ExposureTexts) -> str:
    if row.before_dbm is None or row.after_dbm is None:
        return texts.say("not-known")
    change_db = row.after_dbm - row.before_dbm
    if abs(change_db) < _NOTHING_DB:
        return texts.say("handset-same")
    key = "handset-less" if change_db < 0.0 else "handset-more"
    return texts.say(key, db=texts.number(change_db, 1), times=texts.number(10.0 ** (abs(change_db) / 10.0), 1))


def _terms(terms: HandsetTerms, texts: ExposureTexts) -> tuple[str, ...]:
    """Return every symbol of the formula with its value, where phones are, and whose phones are not in the table."""
    say = texts.say

    def item(key: str, symbol: str, name: str, value: str) -> str:
        words = say(f"handset-{key}", symbol=symbol, value=value)
        return f"{words} {say('handset-assumed')}" if name in terms.assumed else words

    entry = [f"{texts.number(loss_db, 1)}" for loss_db in terms.entry_db]
    found = [
        say("handset-loss", symbol="PL"),
        item("p0", "P₀", "p0_dbm", texts.number(terms.p0_dbm, 1)),
        item("alpha", "α", "alpha", texts.figure(terms.alpha)),
        item("blocks", "M", "blocks", texts.number(terms.blocks)),
        say("handset-mu", symbol="μ"),
        item("most", "Pmax", "max_dbm", texts.number(terms.max_dbm, 1)),
        say("handset-least", symbol="Pmin", value=texts.number(terms.least_dbm, 1)),
        item("gain", "G", "gain_dbi", texts.number(terms.gain_dbi, 1)),
        say("handset-indoors", value=" – ".join(entry)) if entry else say("handset-window"),
    ]
    if terms.closed:
        found.append(say("handset-closed", layers=texts.listed(terms.closed)))
    if terms.others:
        found.append(say("handset-others", layers=texts.listed(terms.others)))
    return tuple(found)
