"""What a user calls: whole jobs over photos and videos."""
from .inferencer import HazeInferencer, HazePrediction
from .ucm_report import Summary, UcmJob, run_photos, run_sweep
from .ucm_video import run_video

__all__ = ['HazeInferencer', 'HazePrediction', 'Summary', 'UcmJob', 'run_photos', 'run_sweep', 'run_video']
