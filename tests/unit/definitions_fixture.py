"""Reports under several definitions, which together have every part that a definition can have."""

from __future__ import annotations

from aqdaq.analysis.overlap import Overlap, Part, SpotLink
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.definition_parts import ServiceClass, Throughput, Unit
from aqdaq.report.content import ReportContent
from tests.unit import report_fixture as made


def many() -> tuple[ServiceDefinition, ...]:
    """Return definitions that together have every part, the last of which judges no map."""
    rates = Throughput(5.0, 1.0, 10.0, 0.6, -10.0, 4.4, "TR 36.942")
    walls = {"environment": "indoor", "entry_model": "p2109"}
    return (
        made.definition(),
        made.definition("walls", **walls, building_class="mixed", efficient_share=0.3, throughput=rates),
        made.definition("old", **walls, building_class="traditional", probability_of="cell-edge"),
        made.definition(
            "classes",
            title="Classes only",
            probability=None,
            classes=(ServiceClass("good", {"LTE": -95.0}), ServiceClass("none")),
            served_class="good",
            throughput=Throughput(5.0),
            unit=Unit("square", 100.0),
            not_stated=("receiver_height_m",),
        ),
    )


def side_by_side() -> list[ReportContent]:
    """Return a run whose definitions share white ground, and one where they share none and nobody knows the people."""
    link = SpotLink("WS-0001", "WS-0002", 400.0, 0.5, 1.0, 0.5)
    pair = Overlap("kz-4g-outdoor", "walls", Part(400.0, 3.0), Part(400.0, 2.0), Part(0.0, 0.0), 0.5, 0.6, (link,))
    nobody = Overlap("kz-4g-outdoor", "walls", *(Part(0.0, None) for _ in range(3)), None, None, ())
    return [
        made.small_content(definitions=many(), overlaps=(pair,)),
        made.small_content(definitions=many(), overlaps=(nobody,), knows_people=False),
    ]
