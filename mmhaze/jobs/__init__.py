"""What a user runs over photos, videos and cameras: each job writes a folder with a table and pictures."""
from .dehaze import DehazeJob, DehazeSummary, dehaze_photos, dehaze_video
from .predict import PredictJob, PredictSummary, predict_photos, predict_video
from .segment import Summary, UcmJob, run_photos, run_sweep
from .segment_video import run_video

__all__ = ['DehazeJob', 'DehazeSummary', 'PredictJob', 'PredictSummary', 'Summary', 'UcmJob', 'dehaze_photos',
           'dehaze_video', 'predict_photos', 'predict_video', 'run_photos', 'run_sweep', 'run_video']
