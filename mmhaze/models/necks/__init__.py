from .feature_enhancement import FeatureEnhancement

__all__ = ['FeatureEnhancement']
