"""The picture of one answered path; apart from ``paths``, so that only those who want a picture load the drawing."""

from __future__ import annotations

from aqdaq.base.errors import Fault, InputError
from aqdaq.engine.clearance import clearance
from aqdaq.engine.p1812.parameters import median_k
from aqdaq.engine.registry import PathInput, PropagationModel
from aqdaq.model.body import Body, Sphere
from aqdaq.pipeline.paths import Answer, id_text
from aqdaq.report.path_picture import PathScene, PictureKind, draw_path
from aqdaq.report.texts import Texts


def draw(one: Answer, model: PropagationModel, body: Body, kind: PictureKind, language: str) -> bytes:
    """Return the picture of an answered path.

    Args:
        one: the answer; it has a result.
        model: that gave it.
        body: on which the path lies.
        kind: ``png`` or ``svg``.
        language: of the words.

    Raises:
        InputError: the line could not be used.
    """
    if one.path is None or one.result is None:
        raise InputError([Fault(fault.where, f"no picture: {fault.what}", fault.mend) for fault in one.faults])
    k = drawn_k(one.path, model, body.sphere)
    seen = clearance(one.path, k * body.sphere.radius_m)
    scene = PathScene(id_text(one.line.id), one.path, one.result.loss_db, model.title, body.name, k, seen)
    return draw_path(scene, Texts(language), kind)


def drawn_k(path: PathInput, model: PropagationModel, sphere: Sphere) -> float:
    """Return the effective-radius factor of a picture: of the model's own median refraction where it asks for that."""
    if "delta_n" in model.used(path, sphere):
        return median_k(path.delta_n, sphere.radius_m)
    return sphere.k
