"""The network on a processor or on an accelerator; both take and give NumPy arrays, and the same numbers to 1e-3."""
from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

import numpy as np

from ..io.devices import check_device
from ..io.onnx import load_onnxruntime
from .weight_files import ONNX, SAFETENSORS, read_weights


class Answers(NamedTuple):
    """What the network says of N photos of (h, w); all float32, all but the errors in [0, 1].

    Attributes:
        transmission: (N, 1, h/2, w/2).
        sky: the share of the light that is clear sky, (N, 1, h/2, w/2).
        spread: the mean error expected of the transmission, (N, 1, h/2, w/2).
        airlight: (N, 3), RGB.
        doubt: the mean error expected of the share of haze, (N, 1).
    """

    transmission: np.ndarray
    sky: np.ndarray
    spread: np.ndarray
    airlight: np.ndarray
    doubt: np.ndarray


Network = Callable[[np.ndarray], Answers]  # of (N, 3, h, w) float32 RGB in [0, 1], sides multiples of 16


def load_network(device: str = 'cpu', threads: int = 1) -> Network:
    """The network with its weights, once a process; for arguments and errors see :class:`HazeEstimator`."""
    check_device(device)
    return _load_onnx(threads) if str(device) in ('cpu', 'cpu:0') else _load_torch(str(device))


@lru_cache(maxsize=4)
def _load_onnx(threads: int) -> Network:
    onnxruntime = load_onnxruntime()  # a fifth of a second, not before it is needed
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(read_weights(ONNX), options, providers=['CPUExecutionProvider'])
    return lambda photos: Answers(*session.run(list(Answers._fields), {'photos': photos}))


@lru_cache(maxsize=4)
def _load_torch(device: str) -> Network:
    # by its name: the network is built on the host, and nothing here may need that
    module = import_module('mmhaze.models.haze_map.answering')
    see = module.load_answering(read_weights(SAFETENSORS), device)
    return lambda photos: Answers(*see(photos))
