from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def visibility_loss(log_visibility: Tensor, measured: Tensor, *, limit: float, beta: float = 0.1) -> Tensor:
    r"""How far logarithms of visibility are from what an instrument measured that sees no farther than ``limit``.

    With :math:`d = f - \ln \min(V, L)` the mean of :math:`\ell(d)`, and of :math:`\ell(\min(d, 0))` where
    :math:`V \ge L`: such a measurement says "at least L", and a prediction above it is as good as another.
    :math:`\ell(d) = d^2 / 2 \beta` for :math:`|d| < \beta`, else :math:`|d| - \beta / 2` (smooth L1).

    It is the Tobit model [tobin1958]_ with Laplace noise in the place of Gaussian: a label that is wrong by a factor of
    ten, a wet lens or a cloud that passes the instrument alone, pulls no harder than one that is wrong by a fifth.
    Below the limit the likelihood of a censored measurement, :math:`e^{d / b} / 2`, is this loss but for a constant.
    Within a factor of :math:`e^\beta`, about what instruments agree to, the pull fades, and training settles.

    Args:
        log_visibility: f, the predicted natural logarithm of metres, (N,) float.
        measured: V, metres above 0, (N,) float; may be infinite.
        limit: L, metres.
        beta: where the square ends; 0 is plain L1.

    Returns:
        A number, at least 0.

    .. [tobin1958] J. Tobin, "Estimation of Relationships for Limited Dependent Variables", Econometrica 26(1), 1958.
    """
    off = log_visibility - measured.clamp_max(limit).log()
    off = torch.where(measured >= limit, off.clamp_max(0), off)
    return F.smooth_l1_loss(off, torch.zeros_like(off), beta=beta)
