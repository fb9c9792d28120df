"""Classic measures of haze, and classifiers without a network: plain NumPy and OpenCV, and scikit-learn to fit SVMs."""
from .classifier import LevelClassifier
from .dark_channel_ratio import dark_channel_ratio, filter_frames
from .features import haze_features, mean_transmission, rms_contrast, spectrum_slope
from .fog_blocks import fog_block_share, fog_blocks
from .haze_factor import haze_factor
from .road import FRIDA2_CAMERA, RoadCamera, column_sums, road_bands
from .road_trees import RoadTrees, road_features
from .row_trees import RowTrees, row_features
from .saturation import mean_saturation, saturation
from .svm import FeatureSVM
from .threshold import SCORES, ThresholdClassifier

__all__ = ['FRIDA2_CAMERA', 'SCORES', 'FeatureSVM', 'LevelClassifier', 'RoadCamera', 'RoadTrees', 'RowTrees',
           'ThresholdClassifier', 'column_sums', 'dark_channel_ratio', 'filter_frames', 'fog_block_share', 'fog_blocks',
           'haze_factor', 'haze_features', 'mean_saturation', 'mean_transmission', 'rms_contrast',
           'road_bands', 'road_features', 'row_features', 'saturation', 'spectrum_slope']
