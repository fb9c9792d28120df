"""Scores that know that levels have an order."""
from .ordinal import OrdinalMetric

__all__ = ['OrdinalMetric']
