"""Classic measures of haze, and classifiers without a network: plain NumPy and OpenCV, and scikit-learn to fit SVMs."""
from .classifier import LevelClassifier
from .dark_channel import dark_channel_ratio, filter_frames
from .features import haze_features, mean_transmission, rms_contrast, spectrum_slope
from .fog_blocks import fog_block_share, fog_blocks
from .haze_factor import haze_factor
from .row_trees import RowTrees, row_features
from .saturation import mean_saturation, saturation
from .svm import FeatureSVM
from .threshold import SCORES, ThresholdClassifier

__all__ = ['SCORES', 'FeatureSVM', 'LevelClassifier', 'RowTrees', 'ThresholdClassifier', 'dark_channel_ratio',
           'filter_frames', 'fog_block_share', 'fog_blocks', 'haze_factor', 'haze_features', 'mean_saturation',
           'mean_transmission', 'rms_contrast', 'row_features', 'saturation', 'spectrum_slope']
