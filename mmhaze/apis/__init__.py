"""What a user calls: whole jobs over photos and videos."""
from .dehaze_inferencer import DehazeInferencer, DehazeResult
from .dehaze_report import DehazeJob, DehazeSummary, dehaze_photos, dehaze_video
from .inferencer import HazeInferencer, HazePrediction
from .predict_report import PredictJob, PredictSummary, predict_photos, predict_video
from .ucm_report import Summary, UcmJob, run_photos, run_sweep
from .ucm_video import run_video

__all__ = ['DehazeInferencer', 'DehazeJob', 'DehazeResult', 'DehazeSummary', 'HazeInferencer', 'HazePrediction',
           'PredictJob', 'PredictSummary', 'Summary', 'UcmJob', 'dehaze_photos', 'dehaze_video', 'predict_photos',
           'predict_video', 'run_photos', 'run_sweep', 'run_video']
