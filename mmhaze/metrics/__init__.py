"""Scores that know that levels have an order, which of them are light haze, and how sure a network was."""
from .calibration import CalibrationError, expected_calibration_error
from .level_recall import LevelRecall
from .ordinal import OrdinalMetric, quadratic_kappa

__all__ = ['CalibrationError', 'LevelRecall', 'OrdinalMetric', 'expected_calibration_error', 'quadratic_kappa']
