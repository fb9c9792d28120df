"""The physics of haze, each law in one place: the scattering model, the dark channel, airlight, the guided filter."""
from .scattering import (
    CONTRAST_AT_VISIBILITY,
    T_MIN,
    add_haze,
    beta_to_visibility,
    remove_haze,
    transmission,
    visibility_to_beta,
)

__all__ = ['CONTRAST_AT_VISIBILITY', 'T_MIN', 'add_haze', 'beta_to_visibility', 'remove_haze', 'transmission',
           'visibility_to_beta']
