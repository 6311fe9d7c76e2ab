"""``aqdaq run --dry-run``: what a run would do."""

from __future__ import annotations

from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.run import RunPlan, run_id
from aqdaq.pipeline.stages import STAGES


def dry_run(plan: RunPlan) -> list[str]:
    """Return the steps of a run in words, after reading and checking the inputs; nothing is written.

    Raises:
        InputError: as the run itself would.
    """
    inputs = read_inputs(plan.project, plan.date)
    name = run_id(plan.project, plan.date)
    target = plan.project.runs / name
    lines = [
        f"run {name} at {plan.date} into {target}" + (" (finished already)" if target.exists() else ""),
        (
            f"read: {len(inputs.network.cells)} cells on {len(inputs.network.sites)} sites, "
            f"{len(inputs.measurements)} of {inputs.rows_read} measurements usable, "
            f"grid {inputs.grid.rows} x {inputs.grid.cols} of {inputs.grid.resolution_m:g} m"
        ),
    ]
    what = {
        "predict": (
            f"{len(inputs.network.sites)} sites to {plan.project.config.prediction.radius_m:g} m, "
            f"{tasks_in_words(plan, inputs)}"
        ),
        "calibrate": f"{len(inputs.measurements)} measurements",
        "fuse": f"{len(inputs.network.layers())} layers: {', '.join(map(str, inputs.network.layers()))}",
        "whitespots": ", ".join(d.id for d in inputs.definitions),
        "causes": _causes_in_words(plan),
        "report": "tables, pictures, report",
    }
    for stage in STAGES[1:]:
        if plan.reaches(stage):
            again = " (anew)" if plan.fresh(stage) else ""
            lines.append(f"{stage}{again}: {what[stage]}")
    return lines


def _causes_in_words(plan: RunPlan) -> str:
    section = plan.project.config.causes
    return f"up to {section.most} white spots a definition" if section.enabled else "not asked for"


def tasks_in_words(plan: RunPlan, inputs: Inputs) -> str:
    """Return how many tasks the prediction has, how large their windows are, and what computes them."""
    radius_m = plan.project.config.prediction.radius_m
    windows = [inputs.grid.window_around(site.x_m, site.y_m, radius_m) for site in inputs.network.sites]
    sizes = [window.shape for window in windows if not window.empty]
    where = "this process" if plan.scheduler is None else f"Dask at {plan.scheduler}"
    if not sizes:
        return f"no task in {where}"
    rows, cols = max(sizes, key=lambda size: size[0] * size[1])
    return f"{len(sizes)} task{'s' if len(sizes) > 1 else ''} of up to {rows} x {cols} pixels in {where}"
