"""What a layer of a plan is, by its name: English, Russian, Kazakh and German words."""

from __future__ import annotations

import re
from typing import Final

#: Beginnings of words, the more telling kinds first: ``reserved sites`` is no boundary of a site.
_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "reserved_site",
        ("reserved", "antenna", "mast", "резерв", "мачт", "антенн", "вышк", "діңгек", "funkmast", "antenne"),
    ),
    ("lamp", ("lamp", "streetlight", "luminaire", "фонар", "светильник", "освещен", "шам", "жарық", "leuchte",
              "laterne")),
    ("duct", ("duct", "conduit", "канализация_связи", "кабель", "арна", "leerrohr", "kabel")),
    ("power", ("power", "electric", "substation", "электр", "подстанц", "лэп", "қуат", "strom", "umspann", "trafo")),
    ("building", ("building", "house", "здани", "дом", "дома", "строени", "застройк", "ғимарат", "үйлер", "gebäude",
                  "gebaeude", "bauten", "bldg")),
    ("block", ("block", "квартал", "микрорайон", "орам", "baufeld", "baufenster", "baublock")),
    ("zone", ("zone", "zoning", "landuse", "zoningelement", "зона", "зоны", "зонирован", "аймақ", "baugebiet",
              "flächennutzung", "nutzung")),
    ("road", ("road", "street", "дорог", "улиц", "жол", "жолдар", "көше", "straße", "strasse", "verkehr")),
    ("boundary", ("boundary", "border", "extent", "границ", "шекара", "grenze", "geltungsbereich", "spatialplan")),
)  # fmt: skip

#: Two words that mean what neither means alone.
_PAIRS: Final = {
    "land use": "zone",
    "street lamp": "lamp",
    "street light": "lamp",
    "канализация связи": "duct",
    "линии электропередач": "power",
    "красные линии": None,
}


def kind_of_name(name: str) -> str | None:
    """Return the kind that the name of a layer means, or None when it means none."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", name).casefold())
    text = " ".join(words)
    for pair, kind in _PAIRS.items():
        if pair in text:
            return kind
    for kind, stems in _WORDS:
        if any(word.startswith(stems) for word in words):
            return kind
    return None
