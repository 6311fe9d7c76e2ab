"""Positions that cannot be: a device that moves faster than anything on wheels, and a stated error too large."""

from __future__ import annotations

from typing import Final

import numpy as np

from aqdaq.analysis.screen.clock import MOST_SPEED_M_S
from aqdaq.analysis.screen.findings import Finding, Judgement, by_log
from aqdaq.analysis.screen.log import Bools, Floats, Ints, Log, clock_resolution_s, medians

JUMPED: Final = "the position jumps"
INEXACT: Final = "the stated error of the position is too large"

#: Error of a fix in a street (m) where the receiver states none; two of them may lie this much apart for nothing.
SLACK_M: Final = 50.0
#: Above this share of impossible steps a track is no path (several phones under one name): it is not judged.
NO_PATH_SHARE: Final = 0.2
#: So much of a track must remain; else nobody knows which part is right.
RIGHT_SHARE: Final = 2.0 / 3.0
#: What the rows of such a track are worth.
DOUBTFUL_WEIGHT: Final = 0.3
#: Without times: a fix so far (m), and so many median steps, from neighbours that lie together.
EXCURSION_M: Final = 500.0
EXCURSION_STEPS: Final = 20.0
#: How many pieces ahead the search for the return of a track looks.
LOOK_AHEAD: Final = 5
#: A log of many short drives has leaps that cancel by chance: unless this share of the leaps does, only displaced parts
#: of so few fixes are taken for faults.
RETURN_SHARE: Final = 0.5
SHORT_FIXES: Final = 3
#: A part that leaps away and back is wrong when it is shorter than what lies around it; up to so many times longer,
#: nobody knows which is wrong.
UNCLEAR_TIMES: Final = 3

#: A stated error below the side of a pixel costs nothing; beyond 100 m the row may be of another street.
GOOD_ERROR_M: Final = 25.0
MOST_ERROR_M: Final = 100.0


def jumps(log: Log) -> list[Judgement]:
    """Return the rows at places that the device cannot have reached, log by log."""
    timed = np.isfinite(log.time_s)
    away, doubtful, no_path = (np.zeros(len(log), dtype=np.bool_) for _ in range(3))
    away[timed], doubtful[timed], no_path[timed] = _timed_jumps(log.subset(timed))
    away[~timed] = _excursions(log.subset(~timed))

    def set_aside(mask: Bools, rows: int, name: str) -> Judgement:
        what = f"{name}: {rows} rows lie where the device cannot have been at their time; they are set aside"
        figures = {"most_speed_m_s": MOST_SPEED_M_S}
        return Judgement(Finding("position jump", what, rows, "set aside", figures), log.row[mask], reason=JUMPED)

    def doubt(mask: Bools, rows: int, name: str) -> Judgement:
        what = (
            f"{name}: the position jumps and no part of the track is clearly the right one; its {rows} rows count for "
            f"{DOUBTFUL_WEIGHT:g}"
        )
        finding = Finding("position jump", what, rows, "downweighted", {"weight": DOUBTFUL_WEIGHT})
        return Judgement(finding, log.row[mask], DOUBTFUL_WEIGHT)

    def say(mask: Bools, rows: int, name: str) -> Judgement:
        what = f"{name}: the track of {rows} rows leaps and does not come back: more than one drive or device"
        return Judgement(Finding("position jump", what, rows, "said"), log.row[mask][:0])

    return [*by_log(log, away, set_aside), *by_log(log, doubtful, doubt), *by_log(log, no_path, say)]


def _timed_jumps(log: Log) -> tuple[Bools, Bools, Bools]:
    """Return the rows off the path of their track, those of tracks where the path is unclear, and of no path at all."""
    away, doubtful, no_path = (np.zeros(len(log), dtype=np.bool_) for _ in range(3))
    if len(log) < 2:
        return away, doubtful, no_path
    order = np.lexsort((log.time_s, log.track))
    slack = (
        SLACK_M
        + np.nan_to_num(log.accuracy_m)
        + clock_resolution_s(log.track, log.time_s)[log.track]
        * (
            MOST_SPEED_M_S / 2.0  # half the clock's step at either end
        )
    )
    path = np.stack([log.x_m, log.y_m, log.time_s, slack])[:, order]
    track = log.track[order]
    moved = _new_fix(track, path)
    fix = np.cumsum(moved) - 1
    fixes, of_track = path[:, moved], track[moved]
    same = of_track[1:] == of_track[:-1]
    broken = same & ~reachable(fixes[:, :-1], fixes[:, 1:])
    tracks = int(track[-1]) + 1
    breaks, steps = np.bincount(of_track[1:], broken, tracks), np.bincount(of_track[1:], same, tracks)
    lost = breaks > np.maximum(2.0, NO_PATH_SHARE * steps)
    off, unclear = np.zeros(len(of_track), dtype=np.bool_), np.zeros(len(of_track), dtype=np.bool_)
    for one in np.flatnonzero((breaks > 0) & ~lost).tolist():
        first, last = np.searchsorted(of_track, (one, one + 1))
        out, doubt, lost[one] = _judge_pieces(fixes[:, first:last], broken[first : last - 1])
        off[first:last], unclear[first:last] = out & (not doubt), doubt
    away[order], doubtful[order], no_path[order] = off[fix], unclear[fix], lost[track]
    return away, doubtful, no_path


def _new_fix(track: Ints, path: Floats) -> Bools:
    """Return where place, time or track differ from the row before."""
    changed = (np.diff(path[:3], axis=1) != 0.0).any(axis=0) | (np.diff(track) != 0)
    return np.concatenate(([True], changed))


def reachable(begin: Floats, end: Floats) -> Bools:
    """Return whether a device at one fix can be at the other in time.

    Args:
        begin: (4, n) easting (m), northing (m), time (s) and slack (m) of a fix.
        end: (4, n) the same of a later one.
    """
    far_m = np.hypot(end[0] - begin[0], end[1] - begin[1])
    reach_m = MOST_SPEED_M_S * np.maximum(end[2] - begin[2], 0.0) + begin[3] + end[3]
    return np.asarray(far_m <= reach_m)


def _judge_pieces(fixes: Floats, broken: Bools) -> tuple[Bools, bool, bool]:
    """Return the fixes of pieces that leap away and back, whether that is unclear, and whether other leaps remain.

    Pieces are what lies between impossible steps. When the leaps from one piece to a later one cancel, what lies
    between was displaced: the track went on where it had been. A piece of a single fix that fits nothing is displaced
    too. Pieces whose leaps do not cancel may be drives of their own: nothing is said of their rows.
    """
    begins = np.concatenate(([0], np.flatnonzero(broken) + 1))
    ends = np.concatenate((begins[1:], [fixes.shape[1]])) - 1
    worth = ends - begins + 1
    displaced, linked, unclear = (np.zeros(len(begins), dtype=np.bool_) for _ in range(3))
    piece, chained = 0, int(worth[0])
    steps_m = np.hypot(*np.diff(fixes[:2], axis=1))[~broken]
    usual_m = float(np.quantile(steps_m, 0.9)) if len(steps_m) else 0.0
    usual_m_s = usual_m / max(float(np.median(np.diff(fixes[2]))), 1.0)
    while piece < len(begins) - 1:
        ahead = slice(piece, piece + 2 + LOOK_AHEAD)
        back = _comes_back(fixes[:3, begins[ahead]], fixes[:3, ends[ahead]], usual_m, usual_m_s)
        after = piece + back if back else 0
        between, around = int(worth[piece + 1 : after].sum()), chained + int(worth[after])
        if after and between <= around:
            displaced[piece + 1 : after], linked[[piece, after]] = True, True
            chained = around
        else:
            unclear[piece + 1 : after] |= between <= UNCLEAR_TIMES * around
            after = piece + 1
            chained = int(worth[after])
        piece = after
    seen = displaced | unclear
    explained = 1.0 - float((~seen[1:] & ~seen[:-1]).mean())
    lone = (worth == 1) & ~linked
    if explained < RETURN_SHARE:
        return np.repeat(lone | (displaced & (worth <= SHORT_FIXES)), worth), False, True
    off = np.repeat(displaced | lone, worth)
    return off, bool(unclear.any() or off.mean() > 1.0 - RIGHT_SHARE), False


def _comes_back(begins: Floats, ends: Floats, usual_m: float, usual_m_s: float) -> int:
    """Return the nearest later piece to which the leaps from the first piece cancel, or 0.

    Args:
        begins: (3, pieces) easting (m), northing (m) and time (s) of the first fix of each piece.
        ends: (3, pieces) the same of their last fixes.
        usual_m: usual step of the track (m).
        usual_m_s: usual speed of the track (m/s).
    """
    if begins.shape[1] < 3:
        return 0
    moved = np.cumsum((ends - begins)[:2, 1:-1], axis=1)
    across = begins[:2, 2:] - ends[:2, :1] - moved
    gap_s = (begins[2, 1] - ends[2, 0]) + (begins[2, 2:] - ends[2, 1:-1])
    slack_m = 2.0 * SLACK_M + 2.0 * np.maximum(usual_m_s * gap_s, 2.0 * usual_m)
    fits = np.hypot(across[0], across[1]) <= slack_m
    return 2 + int(np.argmax(fits)) if fits.any() else 0


def _excursions(log: Log) -> Bools:
    """Return rows of tracks without times that lie far from two neighbours that lie together."""
    found = np.zeros(len(log), dtype=np.bool_)
    if len(log) < 3:
        return found
    path = np.stack([log.x_m, log.y_m, np.zeros(len(log))])
    moved = _new_fix(log.track, path)
    fix = np.cumsum(moved) - 1
    x_m, y_m, track = log.x_m[moved], log.y_m[moved], log.track[moved]
    if len(track) < 3:
        return found
    same = track[1:] == track[:-1]
    step_m = np.hypot(np.diff(x_m), np.diff(y_m))
    usual_m = medians(track[1:][same], step_m[same], int(track[-1]) + 1)
    limit_m = np.maximum(EXCURSION_M, EXCURSION_STEPS * usual_m[track[1:-1]])
    across_m = np.hypot(x_m[2:] - x_m[:-2], y_m[2:] - y_m[:-2])
    out = same[1:] & same[:-1] & (step_m[:-1] > limit_m) & (step_m[1:] > limit_m) & (across_m < limit_m / 2.0)
    found[:] = np.concatenate(([False], out, [False]))[fix]
    return found


def position_errors(log: Log, good_m: float = GOOD_ERROR_M, most_m: float = MOST_ERROR_M) -> list[Judgement]:
    """Return the rows whose receiver states a large error of its position.

    Args:
        log: rows.
        good_m: an error up to here costs nothing (m).
        most_m: beyond it rows are set aside (m); between the two they count for ``good_m`` over the error.
    """
    error_m = np.nan_to_num(log.accuracy_m, nan=0.0)

    def set_aside(mask: Bools, rows: int, name: str) -> Judgement:
        what = f"{name}: {rows} rows state a position error of more than {most_m:g} m; they are set aside"
        figures = {"largest_m": float(error_m[mask].max())}
        return Judgement(Finding("position error", what, rows, "set aside", figures), log.row[mask], reason=INEXACT)

    def downweight(mask: Bools, rows: int, name: str) -> Judgement:
        weight = good_m / error_m[mask]
        what = (
            f"{name}: {rows} rows state a position error of {good_m:g} to {most_m:g} m; they count for {good_m:g} m "
            "over the error"
        )
        figures = {"median_m": float(np.median(error_m[mask])), "least_weight": float(weight.min())}
        return Judgement(Finding("position error", what, rows, "downweighted", figures), log.row[mask], weight)

    poor = (error_m > good_m) & (error_m <= most_m)
    return [*by_log(log, error_m > most_m, set_aside), *by_log(log, poor, downweight)]
