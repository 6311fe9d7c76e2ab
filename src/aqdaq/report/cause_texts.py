"""Why a white spot is one, in sentences: Kazakh, Russian and English, all from the same figures."""

from __future__ import annotations

import datetime as dt
import math
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

from aqdaq.base.errors import UsageError
from aqdaq.model.cause import Factor, FactorShare, Relief, Remedy, SpotCauses
from aqdaq.report.catalogue import Catalogue

#: The languages of the sentences.
LANGUAGES: Final = ("kk", "ru", "en")
#: A factor with a smaller share is not named in a sentence; a culprit of it neither.
TOLD_SHARE: Final = 0.05
CULPRIT_SHARE: Final = 0.10
#: A deficit below this (dB) is not divided in a sentence.
LEAST_DB: Final = 0.05

_FOLDER: Final = resources.files("aqdaq.data") / "locales" / "causes"


class CauseTexts(Catalogue):
    """The sentences of one language.

    Args:
        language: ``kk``, ``ru`` or ``en``.

    Raises:
        UsageError: another language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"no causes in language {language!r}; there are: {', '.join(LANGUAGES)}")
        super().__init__(language, _FOLDER / f"{language}.ftl")

    def factor(self, factor: Factor) -> str:
        """Return the name of a factor."""
        return self.say(f"factor-{factor.replace('_', '-')}")

    def day(self, iso: str) -> str:
        """Return a day, YYYY-MM-DD, as the language writes it in figures."""
        return iso if self.language == "en" else dt.date.fromisoformat(iso).strftime("%d.%m.%Y")

    def sentences(self, one: SpotCauses) -> str:
        """Return why a layer fails in a white spot."""
        if one.deficit_db < LEAST_DB or one.main is None:
            return self.say("lead-nothing", layer=one.layer)
        told = [self.say("lead", layer=one.layer, deficit=self.number(one.deficit_db, 1))]
        if one.people is not None and round(one.people) >= 1:
            told.append(self.say("lead-people", people=round(one.people)))
        told += self._shares(one, one.main)
        told += self._culprits(one)
        told += [self._remedy(one, name, share) for name, share in one.remedies]
        return " ".join(told)

    def _shares(self, one: SpotCauses, main: FactorShare) -> list[str]:
        key = f"main-{main.factor.replace('_', '-')}"
        more = {"since": self.day(one.new_since)} if main.factor in ("old_buildings", "new_buildings") else {}
        told = [self.say(key, share=self.number(100.0 * main.share), **more)]
        points = round(100.0 * main.share_sd)
        if not main.determined:
            told.append(self.say("undetermined"))
        elif points:
            told.append(self.say("spread", points=points))
        rest = [
            self.say("part", factor=self.factor(share.factor), share=self.number(100.0 * share.share))
            for share in one.ordered[1:]
            if share.share >= TOLD_SHARE
        ]
        if rest:
            told.append(self.say("rest", parts=", ".join(rest)))
        if rest and main.determined and _nearly_equal(main, one.ordered[1]):
            told.append(self.say("close"))
        return told

    def _culprits(self, one: SpotCauses) -> list[str]:
        told = []
        buildings = one.share("old_buildings").share + one.share("new_buildings").share
        if one.building is not None and buildings >= CULPRIT_SHARE:
            told.append(
                self.say(
                    "building",
                    place="outside" if one.building.distance_m >= 0.5 else "inside",
                    building=one.building.id,
                    height=self.number(one.building.height_m),
                    distance=self.number(one.building.distance_m),
                    relief=self._db(one.building.relief),
                )
            )
        if one.lost is not None and _told(one, "lost_site"):
            lost = one.lost
            place = {"site": lost.site, "distance": self.number(lost.distance_m)}
            told.append(self.say("lost", day=self.day(lost.off_air), relief=self._db(lost.relief), **place))
        if one.azimuth is not None and _told(one, "antenna"):
            told.append(self._azimuth(one))
        if one.missing is not None and _told(one, "missing_layer"):
            place = {"site": one.missing.site, "distance": self.number(one.missing.distance_m)}
            told.append(self.say("missing", relief=self._db(one.missing.relief), **place))
        if _told(one, "power"):
            told.append(self.say("power", relief=self._db(one.power)))
        return told

    def _azimuth(self, one: SpotCauses) -> str:
        found = one.azimuth
        assert found is not None
        return self.say(
            "azimuth",
            cell=found.cell,
            distance=self.number(found.distance_m),
            azimuth=self.number(found.azimuth_deg),
            tilt=self.number(found.downtilt_deg),
            wanted=self.number(found.wanted_azimuth_deg),
            wantedtilt=self.number(found.wanted_downtilt_deg),
            relief=self._db(found.relief),
        )

    def _remedy(self, one: SpotCauses, name: Remedy, share: float) -> str:
        names: dict[str, str] = {}
        if name == "antenna" and one.azimuth is not None:
            names = {"cell": one.azimuth.cell}
        if name == "lost_site" and one.lost is not None:
            names = {"site": one.lost.site}
        if name == "missing_layer" and one.missing is not None:
            names = {"site": one.missing.site}
        key = f"remedy-{name.replace('_', '-')}"
        return self.say(key, by=one.weighted_by, share=self.number(100.0 * share), **names)

    def _db(self, relief: Relief) -> str:
        return self.number(relief.relief_db, 1)


def _nearly_equal(one: FactorShare, other: FactorShare) -> bool:
    """Return whether two shares lie nearer together than their spreads, which are taken as independent."""
    return one.share - other.share < math.hypot(one.share_sd, other.share_sd)


def _told(one: SpotCauses, factor: Literal["antenna", "power", "lost_site", "missing_layer"]) -> bool:
    """Return whether a sentence says what changing a factor would give: it matters much, or it is a remedy."""
    return one.share(factor).share >= CULPRIT_SHARE or factor in dict(one.remedies)


@lru_cache(maxsize=len(LANGUAGES))
def cause_texts(language: str) -> CauseTexts:
    """Return the sentences of a language, English where there are none in it."""
    return CauseTexts(language if language in LANGUAGES else "en")
