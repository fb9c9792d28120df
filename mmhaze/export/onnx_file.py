"""A trained network as an ONNX file that says what it takes and gives, and was seen to answer as PyTorch does."""
from __future__ import annotations

import inspect
import os
import warnings
from pathlib import Path

import numpy as np
import torch

from ..io.onnx import load_onnxruntime
from ..models.trained import LevelModel
from ..synthesis.drawn_photos import draw_photos
from .description import describe
from .modules import CHANNELS, FromChannels, FromPhoto
from .operators import teach_exporter

OPSET = 17  # the newest that the oldest torch writes
TOLERANCE = 1e-4
# how many photos, and their height and width, pixels
CHECKED = ((1, 240, 320), (2, 333, 201), (5, 150, 150))


def export_onnx(model: LevelModel, path: str | Path, *, with_ucm: bool = False) -> float:
    """Writes a network as ONNX; there is no new file unless onnxruntime answers with it as PyTorch does.

    Args:
        model: what to write; of Network Constraint that is the task channel alone.
        path: the file.
        with_ucm: whether it takes photos as they are and prepares them in the graph, rather than what
            :meth:`LevelModel.prepare` makes of them.

    Returns:
        By how much the probabilities differ, at most.

    Raises:
        ImportError: onnx or onnxruntime is missing.
        ValueError: the config prepares photos in a way that has no graph, or the answers differ.
        OSError: it cannot be written.
    """
    _require_onnx()
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f'.{path.name}.{os.getpid()}.part')
    try:
        _write(model, part, with_ucm)
        difference = _largest_difference(model, part, with_ucm)
        if not difference <= TOLERANCE:  # NaN is no agreement
            raise ValueError(f'{path} is not written: the probabilities of onnxruntime and PyTorch differ by '
                             f'{difference:.2g}, wanted at most {TOLERANCE:g}. A part of the network has no equal in '
                             'ONNX.')
        try:
            part.replace(path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return difference


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401

        load_onnxruntime()
    except ImportError as error:
        raise ImportError(f"ONNX files are made and checked with {error.name}: pip install 'mmhaze[onnx]'.") from error


def _write(model: LevelModel, path: Path, with_ucm: bool) -> None:
    import onnx

    photos = draw_photos(2, *CHECKED[0][1:])
    dual = isinstance(model.prepare(photos[0], 'a drawn photo')['inputs'], dict)
    module: torch.nn.Module = FromChannels(model.network, dual)
    outputs = ['probabilities']
    if with_ucm:
        module = FromPhoto(module, model.steps)
        outputs += ['haze_mask'] if module.magnifier else []
    inputs = _inputs(model, photos, with_ucm)
    axes = {name: {0: 'photos'} for name in (*inputs, *outputs)}
    for name in axes.keys() & {'photo', 'haze_mask'}:
        axes[name].update({1: 'height', 2: 'width'})
    # the newer exporter is there from torch 2.5, takes 18 s in place of 1 s, and leaves the weights in a second file
    older = dict(dynamo=False) if 'dynamo' in inspect.signature(torch.onnx.export).parameters else {}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')  # about what the trace takes for constant: the answers are compared afterwards
        teach_exporter(OPSET)
        torch.onnx.export(module.eval(), tuple(map(torch.from_numpy, inputs.values())), str(path), opset_version=OPSET,
                          input_names=list(inputs), output_names=outputs, dynamic_axes=axes, **older)
    graph = onnx.load(str(path))
    onnx.helper.set_model_props(graph, describe(model, inputs, outputs))
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def _inputs(model: LevelModel, photos: np.ndarray, with_ucm: bool) -> dict[str, np.ndarray]:
    """What the file takes of photos, by the names of its inputs."""
    if with_ucm:
        return dict(photo=photos)
    prepared = [model.prepare(photo, 'a drawn photo')['inputs'] for photo in photos]
    if not isinstance(prepared[0], dict):
        return dict(task=torch.stack(prepared).numpy())
    return {name: torch.stack([channels[name] for channels in prepared]).numpy()
            for name in CHANNELS if name in prepared[0]}


def _largest_difference(model: LevelModel, path: Path, with_ucm: bool) -> float:
    """Between the probabilities of onnxruntime and those of :meth:`LevelModel.predict`."""
    session = load_onnxruntime().InferenceSession(str(path), providers=['CPUExecutionProvider'])
    differences = []
    for size in CHECKED:
        photos = draw_photos(*size)
        expected = model.predict([model.prepare(photo, 'a drawn photo') for photo in photos])
        found, = session.run(['probabilities'], _inputs(model, photos, with_ucm))
        differences.append(np.abs(found - expected).max())
    return float(np.max(differences))
