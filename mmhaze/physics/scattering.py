r"""The scattering model, written once: :math:`I = J t + A (1 - t)` with :math:`t = e^{-\beta d}`.

J is the clear scene, I the hazy photo, A the airlight, t the transmission, d the depth in metres and :math:`\beta` the
scattering coefficient in 1/metre [koschmieder1924]_.

The model stands here in two forms, :math:`J t + A (1 - t)` and :math:`(J - A) t + A`. They round differently, and
trained networks use both, so that their answers stay the same to the bit.

.. [koschmieder1924] H. Koschmieder, "Theorie der horizontalen Sichtweite", Beiträge zur Physik der freien Atmosphäre
   12, 1924.
"""
from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

Values = TypeVar('Values', bound=Any)  # arrays of NumPy, or tensors of torch

# V and beta are bound by the contrast at which an object is lost, 5 %: -ln(0.05) = 2.996. FRIDA's own pixels follow 3
# exactly (its fog at 80 m has beta = 0.0375), so 3 it is.
CONTRAST_AT_VISIBILITY = 3.0
T_MIN = 0.1  # the least transmission to divide by: less would show the sensor's noise, not the scene


def visibility_to_beta(visibility: float) -> float:
    r"""The scattering coefficient, 1/metre, at which one sees ``visibility`` metres far: :math:`\beta = 3 / V`."""
    if not visibility > 0:
        raise ValueError(f'visibility is a distance in metres above 0, got {visibility}.')
    return CONTRAST_AT_VISIBILITY / visibility


def beta_to_visibility(beta: float) -> float:
    r"""How far one sees, metres, through haze of ``beta`` 1/metre: :math:`V = 3 / \beta`; infinity where beta is 0."""
    if not beta >= 0:
        raise ValueError(f'beta is a scattering coefficient in 1/metre, at least 0, got {beta}.')
    return CONTRAST_AT_VISIBILITY / beta if beta else float('inf')


def transmission(depth: np.ndarray, beta: float | np.ndarray) -> np.ndarray:
    r"""The share of a point's light that reaches the camera: :math:`t = e^{-\beta d}`.

    Args:
        depth: d, metres, (H, W) float, at least 0; infinity is the sky.
        beta: scattering coefficient, 1/metre, at least 0; a number, or (H, W) for haze that is thicker in places.

    Returns:
        t, (H, W), in [0, 1], float32 for float32 depth and float64 otherwise.

    Raises:
        ValueError: depth or beta is negative or NaN, or their shapes differ.
    """
    depth = _as_float(depth)
    beta = np.asarray(beta, depth.dtype)
    for name, value in (('depth', depth), ('beta', beta)):
        # min() is NaN if any element is, and NaN >= 0 is False: one comparison catches both faults
        if value.size and not value.min() >= 0:
            raise ValueError(f'{name} must be at least 0 everywhere, got {_describe_faults(value)}.')
    if beta.ndim and beta.shape != depth.shape:
        raise ValueError(f'beta is a number or has the shape of depth {depth.shape}, got {beta.shape}.')
    with np.errstate(invalid='ignore'):
        optical_depth = beta * depth
    # no haze (beta 0) before the sky (depth infinity) scatters nothing, where 0 * infinity would be NaN
    return np.exp(-np.where(np.isnan(optical_depth), 0, optical_depth))


def add_haze(clear: np.ndarray, depth: np.ndarray, beta: float | np.ndarray,
             airlight: float | np.ndarray) -> np.ndarray:
    r"""Renders haze over a clear image: :math:`I = J t + A (1 - t)`, :math:`t = e^{-\beta d}` [koschmieder1924]_.

    Args:
        clear: J, (H, W, 3) float in [0, 1].
        depth: d, metres, (H, W) float, at least 0; infinity is the sky.
        beta: scattering coefficient, 1/metre, a number or (H, W); 0 gives ``clear`` back.
        airlight: A, the brightness of the haze itself, in [0, 1]: a number, one value a channel (3,), or a map
            (H, W) or (H, W, 3).

    Returns:
        I, (H, W, 3) in [0, 1], with the dtype of ``clear``; the inputs are not modified.

    Raises:
        ValueError: a shape does not fit, ``clear`` is not float in [0, 1], or a value is out of range or NaN.
    """
    clear, depth = np.asarray(clear), np.asarray(depth)
    if clear.ndim != 3 or clear.shape[2] != 3 or not np.issubdtype(clear.dtype, np.floating):
        raise ValueError(f'clear must be (H, W, 3) float in [0, 1], got {clear.shape} {clear.dtype}. '
                         'For a uint8 image pass img / 255.')
    if depth.shape != clear.shape[:2]:
        raise ValueError(f'depth must have the size of the image, {clear.shape[:2]}, got {depth.shape}.')
    _check_unit_range('clear', clear, hint=' For values of 0 to 255 pass img / 255.')
    airlight = np.asarray(airlight, clear.dtype)
    _check_unit_range('airlight', airlight)
    if airlight.shape == depth.shape:
        airlight = airlight[..., None]
    elif airlight.shape not in ((), (3,), clear.shape):
        raise ValueError(f'airlight is a number, one value a channel, or a map of {depth.shape} or {clear.shape}, '
                         f'got {airlight.shape}.')
    t = transmission(depth.astype(clear.dtype, copy=False), beta)[..., None]
    return (clear * t + airlight * (1 - t)).astype(clear.dtype, copy=False)


def remove_haze(hazy: Values, transmission: Values, airlight: Values) -> Values:
    r"""The model solved for the clear photo, :math:`J = (I - A (1 - t)) / t`, of arrays or tensors that broadcast.

    Args:
        hazy: I, such as (N, 3, H, W), in [0, 1].
        transmission: t, such as (N, 1, H, W), in (0, 1].
        airlight: A, such as (N, 3, 1, 1), in [0, 1].

    Returns:
        J; beyond [0, 1] where t or A do not fit.
    """
    return (hazy - airlight * (1 - transmission)) / transmission


def fade_contrast(clear: np.ndarray, transmission: np.ndarray, airlight: float | np.ndarray) -> np.ndarray:
    r"""The form :math:`I = (J - A) t + A`, which works in place: a channel of a photo takes a fifth of the time.

    Args:
        clear: J, on the scale of ``airlight``, such as 0 to 255; not modified.
        transmission: t, in [0, 1], that broadcasts against ``clear``, as ``airlight`` does.
    """
    hazy = clear - airlight
    hazy *= transmission
    hazy += airlight
    return hazy


def restore_contrast(hazy: np.ndarray, transmission: np.ndarray, airlight: np.ndarray) -> np.ndarray:
    """The form :math:`J = (I - A) / t + A` [he2011]_, the inverse of :func:`fade_contrast`; arguments as there."""
    clear = hazy - airlight
    clear /= transmission
    clear += airlight
    return clear


def _as_float(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


def _check_unit_range(name: str, values: np.ndarray, hint: str = '') -> None:
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError(f'{name} must lie in [0, 1], got {values.min()} to {values.max()}.{hint}')


def _describe_faults(values: np.ndarray) -> str:
    nans = int(np.isnan(values).sum())
    return f'{nans} NaN of {values.size} values' if nans else f'a minimum of {values.min()}'
