"""The sentences: the same in all three languages, and right in each."""

from __future__ import annotations

import re
import string

import pytest

from aqdaq.base.errors import UsageError
from aqdaq.model.cause import FACTORS, REMEDIES, FactorShare
from aqdaq.report.cause_texts import LANGUAGES, CauseTexts, cause_texts
from tests.unit.cause_made import causes, every_cause, shares
from tests.unit.fluent_parts import parts

KAZAKH = set("әғқңөұүһі")


class TestCatalogues:
    def test_the_same_messages_with_the_same_arguments(self) -> None:
        english = {key: parts(m).arguments for key, m in CauseTexts("en").messages.items()}
        assert len(english) > 30
        for language in LANGUAGES:
            own = {key: parts(m).arguments for key, m in CauseTexts(language).messages.items()}
            assert own == english, language

    def test_every_factor_and_remedy_has_its_words(self) -> None:
        wanted = {f"{kind}-{f.replace('_', '-')}" for kind in ("factor", "main") for f in FACTORS}
        wanted |= {f"remedy-{r.replace('_', '-')}" for r in REMEDIES}
        assert wanted <= set(CauseTexts("en").messages)

    @pytest.mark.parametrize("language", ["kk", "ru"])
    def test_no_word_is_left_in_latin_letters(self, language: str) -> None:
        for key, message in CauseTexts(language).messages.items():
            for text in parts(message).words:
                assert not set(text) & set(string.ascii_letters), f"{key}: {text}"

    def test_kazakh_is_not_russian(self) -> None:
        said = {key: "".join(parts(m).words) for key, m in CauseTexts("kk").messages.items()}
        russian = {key: "".join(parts(m).words) for key, m in CauseTexts("ru").messages.items()}
        whole = {key for key, words in said.items() if len(words.split()) > 3}
        assert len(whole) > 20
        for key in whole:
            assert said[key] != russian[key], key
            assert set(said[key].lower()) & KAZAKH, key

    def test_no_letter_of_kazakh_stands_in_russian(self) -> None:
        for key, message in CauseTexts("ru").messages.items():
            assert not set("".join(parts(message).words).lower()) & KAZAKH, key

    def test_every_message_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: set[str] = set()
        say = CauseTexts.say

        def listen(self: CauseTexts, key: str, **args: str | int) -> str:
            asked.add(key)
            return say(self, key, **args)

        monkeypatch.setattr(CauseTexts, "say", listen)
        texts = CauseTexts("kk")
        for one in every_cause():
            texts.sentences(one)
        for factor in FACTORS:
            texts.factor(factor)
        assert asked == set(texts.messages)


class TestSentences:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_branch_ends_as_a_sentence_and_leaves_no_gap(self, language: str) -> None:
        for one in every_cause():
            text = CauseTexts(language).sentences(one)
            assert text.endswith(".")
            assert not re.search(r"[{}$]|  |\bnan\b|None", text), text
            assert text[0].isupper()

    def test_english(self) -> None:
        text = CauseTexts("en").sentences(causes())
        assert "The signal of A/LTE is on average 8.0 dB weaker here than needed. 1,251 people are affected." in text
        assert "62 % of the deficit is the shadow of buildings built since 2024-06-01." in text
        assert "Next: distance 21 %, antenna pointing 13 %." in text  # power has 4 %: not worth a word
        assert "tower-7, 57 m high, 120 m away: without it the deficit would be 4.1 dB smaller." in text
        assert "Cell S1-2, 480 m away, looks to 120° with a tilt of 4°: turned to 235° with a tilt of 3°" in text
        assert "off the air" not in text  # the lost site has no share and is no remedy
        assert "Site S4 of the same operator, 310 m away, does not carry this layer" in text  # a remedy
        assert "Turning the antenna of S1-2 alone would close the white spot for 60 % of its people." in text

    def test_russian(self) -> None:
        text = CauseTexts("ru").sentences(causes())
        assert "Сигнал A/LTE здесь в среднем на 8,0 дБ слабее необходимого." in text
        assert "62 % нехватки объясняется тенью зданий, построенных с 01.06.2024." in text
        assert "Далее: удалённость — 21 %, направление антенн — 13 %." in text
        assert "здание tower-7 высотой 57 м в 120 м отсюда: без него нехватка была бы на 4,1 дБ меньше." in text

    def test_kazakh(self) -> None:
        text = CauseTexts("kk").sentences(causes())
        assert "Мұнда A/LTE сигналы орта есеппен қажетті деңгейден 8,0 дБ төмен." in text
        assert "Тапшылықтың 62 %-ы — 01.06.2024 күнінен бері салынған ғимараттардың көлеңкесі." in text
        assert "Одан кейінгілері: қашықтық — 21 %, антенналардың бағыты — 13 %." in text

    @pytest.mark.parametrize(
        ("people", "english", "russian"),
        [
            (1, "1 person is affected", "касается 1 человека."),
            (2, "2 people are affected", "касается 2 человек."),
            (5, "5 people are affected", "касается 5 человек."),
            (11, "11 people are affected", "касается 11 человек."),
            (21, "21 people are affected", "касается 21 человека."),
            (112, "112 people are affected", "касается 112 человек."),
        ],
    )
    def test_plurals(self, people: int, english: str, russian: str) -> None:
        one = causes(people=float(people))
        assert english in CauseTexts("en").sentences(one)
        assert russian in CauseTexts("ru").sentences(one)
        assert f"Бұл {people} адамға қатысты." in CauseTexts("kk").sentences(one)

    @pytest.mark.parametrize("people", [None, 0.0, 0.3])
    def test_where_nobody_lives_nobody_is_affected(self, people: float | None) -> None:
        assert "affected" not in CauseTexts("en").sentences(causes(people=people))

    def test_the_spread_of_the_largest_share_is_told(self) -> None:
        sure = tuple(FactorShare(s.factor, s.part_db, s.share, 0.08, s.probability_share) for s in shares(terrain=0.6))
        assert "uncertain by 8 percentage points" in CauseTexts("en").sentences(causes(shares=sure))
        assert "8 процентных пунктов" in CauseTexts("ru").sentences(causes(shares=sure))
        assert "8 пайыздық пункт" in CauseTexts("kk").sentences(causes(shares=sure))

    @pytest.mark.parametrize(("other", "near"), [(0.45, True), (0.30, False)])
    def test_two_shares_nearer_than_their_spreads_are_called_nearly_equal(self, other: float, near: bool) -> None:
        given = shares(terrain=0.5, distance=other)
        told = tuple(FactorShare(s.factor, s.part_db, s.share, 0.1, s.probability_share) for s in given)
        assert ("nearly equal" in CauseTexts("en").sentences(causes(shares=told))) == near

    def test_a_share_below_its_spread_is_called_not_determined(self) -> None:
        unsure = tuple(FactorShare(s.factor, s.part_db, s.share, 0.7, s.probability_share) for s in shares(terrain=0.6))
        assert "not determined" in CauseTexts("en").sentences(causes(shares=unsure))
        assert "не определена" in CauseTexts("ru").sentences(causes(shares=unsure))
        assert "анықталмаған" in CauseTexts("kk").sentences(causes(shares=unsure))
        assert "not determined" not in CauseTexts("en").sentences(causes())

    def test_only_a_new_site(self) -> None:
        one = causes(remedies=(("new_site", 0.83),), weighted_by="area")
        assert "Only a new site would close it" in CauseTexts("en").sentences(one)
        assert "83 % of its area without service" in CauseTexts("en").sentences(one)
        assert "только новая базовая станция" in CauseTexts("ru").sentences(one)
        assert "жаңа базалық станция ғана" in CauseTexts("kk").sentences(one)

    def test_a_building_in_the_white_spot_has_no_distance(self) -> None:
        inside = next(one for one in every_cause() if one.building is not None and one.building.distance_m == 0.0)
        assert "in the white spot itself" in CauseTexts("en").sentences(inside)


def test_an_unknown_language_is_refused_and_a_report_falls_back_to_english() -> None:
    with pytest.raises(UsageError, match=r"'de'.*kk, ru, en"):
        CauseTexts("de")
    assert cause_texts("de").language == "en"
    with pytest.raises(KeyError, match="no-such"):
        CauseTexts("kk").say("no-such")
    with pytest.raises(ValueError, match="lead"):
        CauseTexts("kk").say("lead", layer="A/LTE")
