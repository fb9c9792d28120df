from .feature_kl import FeatureKLLoss, feature_kl
from .feature_l2 import FeatureL2Loss, feature_l2

__all__ = ['FeatureKLLoss', 'FeatureL2Loss', 'feature_kl', 'feature_l2']
