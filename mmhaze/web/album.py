"""Many photos on the page: a row each, and the tables that ``mmhaze haze`` would write of them."""
from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..apis.inferencer import HazeInferencer, HazePrediction
from ..apis.inputs import PhotoSource
from ..jobs.predict_job import COLUMNS, cells_of, line_of
from .inbox import Inbox, name_of

SECONDS_BETWEEN_NEWS = 0.4
BATCH_SIZE = 8  # small, as somebody watches the rows come


def go_through(uploads: Sequence[Mapping[str, Any]], inbox: Inbox,
               inferencer: HazeInferencer) -> Iterator[list[HazePrediction]]:
    """The predictions so far, now and then, and at last all of them, in the order of the uploads.

    A file that is no photo has a prediction with its ``problem``. Each file is deleted once it is read, and those that
    nobody waits for any more, too.
    """
    sources = [PhotoSource(name_of(upload), partial(inbox.read, upload)) for upload in uploads]
    found: list[HazePrediction] = []
    said = time.monotonic()
    inbox.hold(uploads)
    try:
        yield found
        for prediction in inferencer.stream_sources(sources, BATCH_SIZE, keep_going=True):
            found.append(prediction)
            if time.monotonic() - said > SECONDS_BETWEEN_NEWS and len(found) < len(sources):
                said = time.monotonic()
                yield found
        if found:
            yield found
    finally:
        for upload in uploads:
            inbox.forget(upload)


def as_csv(predictions: Sequence[HazePrediction]) -> bytes:
    """``haze.csv`` of ``mmhaze haze``: a row for each photo that could be read."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, lineterminator='\n')
    rows.writeheader()
    rows.writerows(cells_of(prediction) for prediction in predictions if not prediction.problem)
    return text.getvalue().encode('utf-8', 'surrogateescape')


def as_jsonl(predictions: Sequence[HazePrediction]) -> bytes:
    """``haze.jsonl``, likewise: an object a line, with the probabilities."""
    return ''.join(f'{line_of(prediction)}\n' for prediction in predictions if not prediction.problem).encode()
