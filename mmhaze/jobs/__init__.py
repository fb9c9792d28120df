"""What a user runs over photos, videos and cameras: each job writes a folder of tables and pictures."""
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dehaze import DehazeJob, DehazeTally
    from .job import Answer, Job, Summary, Tally
    from .predict import PredictJob, PredictTally
    from .runner import run_job
    from .segment import SegmentJob, SegmentTally, SweepJob, UcmRow

# a job brings what it needs alone: UCM no network
_HOMES = dict(
    Answer='job', DehazeJob='dehaze', DehazeTally='dehaze', Job='job', PredictJob='predict', PredictTally='predict',
    SegmentJob='segment', SegmentTally='segment', Summary='job', SweepJob='segment', Tally='job', UcmRow='segment',
    run_job='runner')

__all__ = ['Answer', 'DehazeJob', 'DehazeTally', 'Job', 'PredictJob', 'PredictTally', 'SegmentJob', 'SegmentTally',
           'Summary', 'SweepJob', 'Tally', 'UcmRow', 'run_job']


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
