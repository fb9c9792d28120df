from .network_constraint import NetworkConstraintHead

__all__ = ['NetworkConstraintHead']
