from .dehaze_l1 import DehazeL1Loss
from .feature_kl import FeatureKLLoss, feature_kl
from .feature_l2 import FeatureL2Loss, feature_l2
from .inter_contrast import ContrastRegularization, InterContrastiveLoss
from .intra_contrast import IntraContrastiveLoss
from .ordinal_nll import ordinal_log_probs, ordinal_nll
from .visibility import visibility_loss

__all__ = ['ContrastRegularization', 'DehazeL1Loss', 'FeatureKLLoss', 'FeatureL2Loss', 'InterContrastiveLoss',
           'IntraContrastiveLoss', 'feature_kl', 'feature_l2', 'ordinal_log_probs', 'ordinal_nll',
           'visibility_loss']
