"""What a user calls from Python: how hazy photos are, and photos without their haze."""
from .dehaze_inferencer import DehazeInferencer, DehazeResult
from .inferencer import HazeInferencer, HazePrediction

__all__ = ['DehazeInferencer', 'DehazeResult', 'HazeInferencer', 'HazePrediction']
