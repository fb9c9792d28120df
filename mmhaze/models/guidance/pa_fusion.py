r"""The parametric attention of MixCLDehazeNet [ho2024]_, in its published form and in a closed one.

Each pixel of the photo asks the D numbers of a text vector t, one token each: with query q(x), keys :math:`w_k t_j` and
values :math:`w_v t_j + b_v`, the bias of the keys cancels in the softmax over j, and all that is left of the attention
is one number a pixel,

.. math:: m(s) = \sum_j t_j e^{s t_j} / \sum_j e^{s t_j}, \qquad s(x) = q(x) \cdot w_k / \sqrt{d}.

So the three planes that it gives are three lines through one plane. The long form keeps H W D numbers, 0.6 GB for a
photo of 620x460, and as much again in training; the closed form some H W.

.. [ho2024] https://github.com/DanielHo-BS/MixCLDehazeNet, its module PA_Fusion.
"""
from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from ...registry import MODELS
from .words import Fusion, Words

FORMS = ('closed', 'long')
CHUNK = 1 << 21  # numbers that are held at once


@MODELS.register_module()
class PAFusion(Fusion):
    """Three planes beside the colours, from the attention of pixels to a text vector; 53 parameters by default.

    The published module has 58: the bias of the keys, which cancels, gets no gradient and is left out.

    Args:
        channels, width, domains: those of :class:`Fusion`.
        dim: d, of queries, keys and values.
        form: ``'closed'``, or ``'long'`` as published; they give the same.
    """

    planes = 3

    def __init__(self, channels: int, width: int, domains: int, dim: int = 5, form: str = 'closed') -> None:
        super().__init__(channels, width, domains)
        if form not in FORMS:
            raise ValueError(f'form is one of {", ".join(FORMS)}, got {form!r}.')
        self.form, self.dim = form, dim
        self.query = nn.Conv2d(3, dim, 1)
        self.key = nn.Linear(1, dim, bias=False)
        self.value = nn.Linear(1, dim)
        self.post = nn.Conv2d(dim, 3, 1)

    def planes_of(self, photos: Tensor, words: Words) -> Tensor:
        """(N, 3, H, W) RGB in [-1, 1] -> (N, 3, H, W)."""
        query, text = self.query(photos), words.chosen
        if self.form == 'long':
            keys, values = self.key(text[..., None]), self.value(text[..., None])  # (N, D, d)
            scores = query.flatten(2).transpose(1, 2) @ keys.transpose(1, 2) / math.sqrt(self.dim)
            found = (scores.softmax(-1) @ values).transpose(1, 2).unflatten(2, query.shape[2:])
        else:
            steepness = torch.einsum('nchw,c->nhw', query, self.key.weight[:, 0]) / math.sqrt(self.dim)
            mean = TiltedMean.apply(steepness.flatten(1), text).view_as(steepness)
            found = self.value(mean[..., None]).permute(0, 3, 1, 2)
        return self.post(found)


class TiltedMean(torch.autograd.Function):
    r"""m(s): the mean of the numbers of t, each weighed by :math:`e^{s t_j}`, for each s.

    (N, P) and (N, D) -> (N, P). What is kept for the gradients is as large as s; the rest is worked out again, some
    of s at a time: :math:`\partial m / \partial s = \sum_j p_j t_j^2 - m^2` and
    :math:`\partial m / \partial t_j = p_j (1 + s (t_j - m))` with the weights p.
    """

    @staticmethod
    def forward(ctx: Any, steepness: Tensor, text: Tensor) -> Tensor:
        mean, slope = torch.empty_like(steepness), torch.empty_like(steepness)
        for place in _chunks(steepness, text):
            weights = (steepness[:, place, None] * text[:, None]).softmax(-1)  # (N, some, D)
            mean[:, place] = (weights * text[:, None]).sum(-1)
            slope[:, place] = (weights * text[:, None].square()).sum(-1) - mean[:, place].square()
        ctx.save_for_backward(steepness, text, mean, slope)
        return mean

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        steepness, text, mean, slope = ctx.saved_tensors
        gradient, = gradients
        for_text = None
        if ctx.needs_input_grad[1]:
            for_text = torch.zeros_like(text)
            for place in _chunks(steepness, text):
                some = steepness[:, place, None]
                weights = (some * text[:, None]).softmax(-1)
                each = weights * (1 + some * (text[:, None] - mean[:, place, None]))
                for_text += (gradient[:, place, None] * each).sum(1)
        return gradient * slope, for_text


def _chunks(steepness: Tensor, text: Tensor) -> list[slice]:
    size = max(CHUNK // text.numel(), 1)
    return [slice(start, start + size) for start in range(0, steepness.shape[1], size)]
