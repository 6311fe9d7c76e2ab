"""``aqdaq run --dry-run``: what a run would do."""

from __future__ import annotations

from aqdaq.pipeline.inputs import read_inputs
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
        "predict": f"{len(inputs.network.sites)} sites to {plan.project.config.prediction.radius_m:g} m",
        "calibrate": f"{len(inputs.measurements)} measurements",
        "fuse": f"{len(inputs.network.layers())} layers: {', '.join(map(str, inputs.network.layers()))}",
        "whitespots": ", ".join(d.id for d in inputs.definitions),
        "report": "tables, pictures, report",
    }
    for stage in STAGES[1:]:
        if plan.reaches(stage):
            again = " (anew)" if plan.fresh(stage) else ""
            lines.append(f"{stage}{again}: {what[stage]}")
    return lines
