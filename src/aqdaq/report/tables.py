"""The tables of a run as frames with stable names, and as CSV. Units stand in the names of the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from aqdaq.base.errors import OutputError
from aqdaq.report import cause_rows, overlap_rows, rows, screening_rows, suspect_rows, validation_rows
from aqdaq.report.columns import file_digits, is_number
from aqdaq.report.content import ReportContent

_CLASS: Final = "class area_ha area_percent people"

#: Name of a table -> what makes its rows, and its columns.
_TABLES: Final[dict[str, tuple[Callable[[ReportContent], rows.Rows], str]]] = {
    "whitespots": (
        rows.whitespots,
        (
            "definition rank id kind area_ha total_area_ha people total_people ranked_by failing_layers "
            "worst_deficit_db lowest_probability measured_percent district lon_deg lat_deg same_place"
        ),
    ),
    "whitespot_layers": (
        rows.whitespot_layers,
        "definition rank id layer area_ha people mean_dbm deficit_db probability",
    ),
    "causes": (
        cause_rows.causes,
        (
            "definition rank id layer deficit_db deficit_probability weighted_by pixels pixels_used factor "
            "share_percent share_sd_percent determined remedies closed_percent building building_height_m "
            "building_distance_m building_relief_db lost_site lost_since lost_relief_db turned_cell azimuth_deg "
            "wanted_azimuth_deg wanted_downtilt_deg turned_relief_db missing_site missing_relief_db sentence"
        ),
    ),
    "cause_shares": (
        cause_rows.cause_shares,
        ("definition rank id layer factor part_db share_percent share_sd_percent determined probability_share_percent"),
    ),
    "small_areas": (rows.small_areas, "definition areas area_ha people"),
    "overlap": (
        overlap_rows.overlap,
        (
            "first second both_ha first_only_ha second_only_ha both_people first_only_people second_only_people "
            "jaccard_percent jaccard_people_percent same_places"
        ),
    ),
    "overlap_links": (
        overlap_rows.links,
        "first second first_id second_id shared_ha of_first_percent of_second_percent jaccard_percent same_place",
    ),
    "levels": (rows.levels, f"layer quantity from_dbm to_dbm {_CLASS}"),
    "sinr": (rows.sinr, f"layer from_db to_db {_CLASS}"),
    "evidence": (rows.evidence, "layer evidence area_ha area_percent people"),
    "probability": (rows.probability, f"definition layer probability_from probability_to {_CLASS}"),
    "models": (rows.models, "layer model from_m to_m mode pixels area_ha area_percent"),
    "unknown": (rows.unknown, "layer reason model validity pixels area_ha area_percent"),
    "districts": (
        rows.districts,
        "definition district whitespots area_ha people district_area_ha district_people",
    ),
    "calibration": (rows.calibration, "cell samples offset_db slope_db_decade residual_sd_db pooled"),
    "validation": (validation_rows.cells, "cell samples rmse_db bias_db uncalibrated_rmse_db interval_90_percent"),
    "validation_levels": (
        validation_rows.levels,
        (
            "split of name samples unheard rmse_db bias_db mae_db crps_db uncalibrated_rmse_db interval_90_percent "
            "interval_90_width_db"
        ),
    ),
    "validation_definitions": (
        validation_rows.definitions,
        (
            "split definition layer threshold_dbm places undecided weak weak_percent brier brier_skill "
            "precision_at_recall_90_percent auc"
        ),
    ),
    "reliability": (
        validation_rows.reliability,
        (
            "split definition layer from_percent to_percent places said_percent served_percent served_low_percent "
            "served_high_percent"
        ),
    ),
    "validation_pit": (validation_rows.pit, "split from_percent to_percent share_percent"),
    "model_card": (validation_rows.model_card, "part name value unit"),
    "suspects": (suspect_rows.suspects, "kind cell stated fitted error unit evidence samples blocks other toward"),
    "screening": (screening_rows.findings, "kind what rows action"),
    "device_offsets": (
        screening_rows.offsets,
        "device offset_db error_db rows places against majority",
    ),
    "assumptions": (rows.assumptions, "item value applies_to reason"),
    "set_aside_by_reason": (rows.set_aside_by_reason, "reason rows read_percent first_examples"),
    "set_aside": (rows.set_aside, "source row reason value"),
    "definitions": (
        rows.definitions,
        (
            "definition title threshold_dbm_by_technology probability probability_of environment receiver_height_m "
            "entry_model building_class entry_loss_db entry_loss_sd_db unit classes served_class minimum_area_ha "
            "measured_within_m minimum_samples cannot_predict not_stated source verified valid_from valid_to"
        ),
    ),
}

#: Endings of columns that hold numbers even where every value is missing.
_NUMERIC: Final = ("people", "_dbm", "_db", "_percent", "probability_from", "probability_to", "brier", "skill", "auc")


def tables(content: ReportContent) -> dict[str, pd.DataFrame]:
    """Return all tables of a run, each with its columns even when it has no rows.

    Areas are in hectares, shares in percent, levels in dBm; people are persons and missing where nobody knows
    them. A synthetic project adds a last column ``synthetic`` with that word to every table.

    Args:
        content: the finished run.
    """
    made = {}
    for name, (build, columns) in _TABLES.items():
        frame = pd.DataFrame(build(content), columns=columns.split())
        for column in frame.columns:
            if column.endswith(_NUMERIC):
                frame[column] = frame[column].astype("float64")
        if content.config.project.synthetic:
            frame["synthetic"] = "SYNTHETIC"
        made[name] = frame
    return made


def write_tables(frames: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each frame to ``folder/<name>.csv`` and return the paths in order.

    UTF-8, line feed, comma; numbers with the fixed decimals of their unit; a missing value is empty.

    Args:
        frames: as ``tables`` returns them.
        folder: made when it is not there.

    Raises:
        OutputError: a file cannot be written.
    """
    paths = []
    for name, frame in frames.items():
        path = folder / f"{name}.csv"
        fixed = pd.DataFrame({column: fixed_text(frame[column]) for column in frame.columns}, columns=frame.columns)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fixed.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
        except OSError as err:
            raise OutputError(f"{path}: cannot be written: {err}") from err
        paths.append(path)
    return paths


def fixed_text(column: pd.Series) -> list[str]:
    """Return the values of a column as text: whole numbers as such, others with the decimals of their unit."""
    if is_number(column) and pd.api.types.is_float_dtype(column):
        digits = file_digits(str(column.name))
        # Adding zero turns a rounded minus zero into zero.
        return ["" if pd.isna(value) else f"{round(value, digits) + 0.0:.{digits}f}" for value in column]
    if pd.api.types.is_bool_dtype(column):
        return ["true" if value else "false" for value in column]
    return ["" if pd.isna(value) else str(value) for value in column]
