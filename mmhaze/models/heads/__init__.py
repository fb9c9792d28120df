from .network_constraint import NetworkConstraintHead
from .ordinal_nll import OrdinalNLLHead

__all__ = ['NetworkConstraintHead', 'OrdinalNLLHead']
