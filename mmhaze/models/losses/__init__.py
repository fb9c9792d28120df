from .dehaze_l1 import DehazeL1Loss
from .feature_kl import FeatureKLLoss, feature_kl
from .feature_l2 import FeatureL2Loss, feature_l2
from .ordinal_nll import ordinal_log_probs, ordinal_nll

__all__ = ['DehazeL1Loss', 'FeatureKLLoss', 'FeatureL2Loss', 'feature_kl', 'feature_l2', 'ordinal_log_probs',
           'ordinal_nll']
