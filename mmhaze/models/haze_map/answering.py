"""The network that sees haze as it is used: with plain numbers for an answer, and with the weights that are shipped."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from .haze_map_net import LOG_SPREADS, HazeMapNet


class Answering(nn.Module):
    """(N, 3, H, W) RGB in [0, 1] -> the fields of :class:`mmhaze.haze_map.haze_network.Answers`, in their order."""

    def __init__(self, network: HazeMapNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, photos: Tensor) -> tuple[Tensor, ...]:
        seen = self.network.see(photos)
        return (seen.transmission.sigmoid(), seen.sky.sigmoid(), seen.spread.clamp(*LOG_SPREADS).exp(),
                seen.airlight.sigmoid(), seen.doubt.clamp(*LOG_SPREADS).exp())


def load_answering(weights: bytes, device: str) -> Callable[[np.ndarray], list[np.ndarray]]:
    """The network with weights in the format safetensors, on a device of torch.

    Returns:
        A function of (N, 3, H, W) float32 RGB in [0, 1], sides multiples of 16.
    """
    from safetensors.torch import load

    network = HazeMapNet()
    network.load_state_dict({name: weight.float() for name, weight in load(weights).items()})
    answering = Answering(network).eval().to(device)

    def see(photos: np.ndarray) -> list[np.ndarray]:
        with torch.inference_mode():
            return [each.cpu().numpy() for each in answering(torch.from_numpy(photos).to(device))]

    return see
