"""What a user calls: whole jobs over photos and videos."""
from .inferencer import HazeInferencer, HazePrediction
from .predict_report import PredictJob, PredictSummary, predict_photos, predict_video
from .ucm_report import Summary, UcmJob, run_photos, run_sweep
from .ucm_video import run_video

__all__ = ['HazeInferencer', 'HazePrediction', 'PredictJob', 'PredictSummary', 'Summary', 'UcmJob', 'predict_photos',
           'predict_video', 'run_photos', 'run_sweep', 'run_video']
