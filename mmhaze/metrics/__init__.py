"""Scores of levels, which have an order, of metres of visibility, of dehazed photos and of maps of haze."""
from .calibration import CalibrationError, expected_calibration_error
from .image_quality import DehazeMetric, psnr, ssim
from .level_after import LevelAfterDehazing
from .level_recall import LevelRecall
from .ordinal import OrdinalMetric, quadratic_kappa
from .transmission_error import TransmissionError
from .visibility_error import VisibilityError

__all__ = ['CalibrationError', 'DehazeMetric', 'LevelAfterDehazing', 'LevelRecall', 'OrdinalMetric',
           'TransmissionError', 'VisibilityError', 'expected_calibration_error', 'psnr', 'quadratic_kappa', 'ssim']
