"""Scores of levels, which have an order, and of dehazed photos."""
from .calibration import CalibrationError, expected_calibration_error
from .image_quality import DehazeMetric, psnr, ssim
from .level_after import LevelAfterDehazing
from .level_recall import LevelRecall
from .ordinal import OrdinalMetric, quadratic_kappa

__all__ = ['CalibrationError', 'DehazeMetric', 'LevelAfterDehazing', 'LevelRecall', 'OrdinalMetric',
           'expected_calibration_error', 'psnr', 'quadratic_kappa', 'ssim']
