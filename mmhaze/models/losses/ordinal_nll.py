from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

# a(u) goes on as a straight line where P(y <= k) would fall below 1e-7: its exponential of an exponential would
# overflow, and one photo that is far off would outweigh all the others
STEEPEST = math.log(-math.log(1e-7))
# below, d is small enough for log(1 - e^-d) = log d - d / 2, whose next term is d^2 / 24
SMALL_LOG = -6.0
LEAST_STEP = 1e-6


def ordinal_log_probs(location: Tensor, thresholds: Tensor) -> Tensor:
    r"""The levels' log probabilities under a cumulative model with the negative log-log link.

    :math:`P(y \le k) = e^{-e^{f - \theta_k}}`: the greater f against the thresholds, the higher the level. Every term
    is a difference of two such, taken in logarithms, so that it neither cancels nor overflows, and has a gradient
    however far off a photo is.

    Args:
        location: f, (N,) float; grows with haze.
        thresholds: :math:`\theta`, (levels - 1,), ascending.

    Returns:
        (N, levels), finite.
    """
    u = location[:, None] - thresholds
    a = _softened_exp(u)  # P(y <= k) = e^-a
    steps = thresholds.diff().clamp_min(LEAST_STEP)
    log_a = torch.where(u <= STEEPEST, u, a.clamp_min(LEAST_STEP).log())
    # between two thresholds: e^-a_k - e^-a_(k-1) = e^-a_k (1 - e^-d) with d = a_(k-1) - a_k
    upper, lower = u[:, 1:], u[:, :-1]
    log_d = torch.where(lower <= STEEPEST, upper + torch.expm1(steps).log(),
                        (a[:, :-1] - a[:, 1:]).clamp_min(LEAST_STEP).log())
    return torch.cat([-a[:, :1], -a[:, 1:] + _log_complement(log_d), _log_complement(log_a[:, -1:])], dim=1)


def ordinal_nll(location: Tensor, thresholds: Tensor, levels: Tensor) -> Tensor:
    """The mean negative log likelihood of ``levels``, (N,) int, see :func:`ordinal_log_probs`; a number."""
    return F.nll_loss(ordinal_log_probs(location, thresholds), levels)


def _softened_exp(u: Tensor) -> Tensor:
    """e^u, and its tangent beyond ``STEEPEST``."""
    return u.clamp_max(STEEPEST).exp() + math.exp(STEEPEST) * (u - STEEPEST).clamp_min(0)


def _log_complement(log_d: Tensor) -> Tensor:
    """log(1 - e^-d) from log d."""
    small = log_d < SMALL_LOG
    # each side of where() sees only what it can bear: a NaN on the other one would reach the gradient
    d = log_d.clamp_min(SMALL_LOG).exp()
    return torch.where(small, log_d - log_d.clamp_max(SMALL_LOG).exp() / 2, (-torch.expm1(-d)).log())
