"""A photo without its haze, on the page."""
from __future__ import annotations

from typing import Any

from ..apis.dehaze_inferencer import DehazeInferencer
from ..apis.inferencer import HazeInferencer
from ..io.resizing import fit_within
from . import markup
from .visit import LONGEST_SIDE, Visit, compare


def clear_up(dehazer: DehazeInferencer, judge: HazeInferencer,
             visit: Visit) -> tuple[list[dict[str, Any]] | None, str]:
    """The photo before and after, as Gradio's slider takes them, and how hazy both are; or None, and why.

    It is dehazed at the size that the page shows: some networks want 1.5 GB of memory and a minute for each megapixel,
    and a telephone's photo must not end the page.

    Args:
        dehazer: what takes the haze away, without a judge of its own.
        judge: what answered for the photo, so that before and after are by the same measure.
        visit: the photo, and what is known of it already.
    """
    try:
        result = dehazer.dehaze(fit_within(visit.photo, LONGEST_SIDE), visit.name)
        after, = judge(result.dehazed, progress=False)
    except ValueError as error:  # such as that the photo is too large for the memory
        return None, markup.problem(str(error))
    return compare(visit, result.dehazed, 'dehazed.jpg'), markup.cleared_line(visit.prediction, after, result.seconds)
