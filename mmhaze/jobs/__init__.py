"""What a user runs over photos, videos and cameras: each job writes a folder of tables and pictures."""
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dehaze_job import DehazeJob, DehazeTally
    from .job import Answer, Job, Summary, Tally
    from .predict_job import PredictJob, PredictTally
    from .runner import run_job
    from .segment_job import SegmentJob, SegmentTally, SweepJob, UcmRow

# a job brings what it needs alone: UCM no network
_HOMES = dict(
    Answer='job', DehazeJob='dehaze_job', DehazeTally='dehaze_job', Job='job', PredictJob='predict_job',
    PredictTally='predict_job', SegmentJob='segment_job', SegmentTally='segment_job', Summary='job',
    SweepJob='segment_job', Tally='job', UcmRow='segment_job', run_job='runner')

__all__ = ['Answer', 'DehazeJob', 'DehazeTally', 'Job', 'PredictJob', 'PredictTally', 'SegmentJob', 'SegmentTally',
           'Summary', 'SweepJob', 'Tally', 'UcmRow', 'run_job']


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
