"""Makes the files that come with mmhaze of a training's checkpoint: the haze map's network as ONNX and as safetensors.

    python -m mmhaze.models.haze_map.ship CHECKPOINT

There are no new files unless onnxruntime answers with the one, and PyTorch with the other, as PyTorch does with the
checkpoint. Large kernels are kept in 16 bits, as many as change no answer by more than 5e-4. Small ones stay in 32:
those of the first layers cost little and change most.
"""
from __future__ import annotations

import argparse
import inspect
import json
import os
import warnings
from pathlib import Path

import numpy as np
import torch

from ...haze_map.haze_network import Answers
from ...haze_map.weight_files import FOLDER, ONNX, SAFETENSORS, TABLE, sha256
from ...io.onnx import load_onnxruntime
from ...io.photo import to_unit_rgb
from ...runtime.checkpoints import load_checkpoint, weights_of
from ...synthesis.drawn_photos import draw_photos
from .answering import Answering, load_answering
from .haze_map_net import HazeMapNet

OPSET = 17  # the newest that the oldest torch writes
TOLERANCE = 5e-4  # so that the two files agree to 1e-3
# kernels of so many weights or more are kept in 16 bits; the first that is within the tolerance, and at last none
LARGE = (2**10, 2**13, 2**14, 2**15, 2**31)
CHECKED = ((1, 192, 256), (3, 256, 192), (1, 48, 1024), (2, 224, 224))  # photos, and their height and width
BETAS = (0.0, 0.003, 0.01, 0.03)  # 1/metre


def ship(checkpoint: str | Path, out: str | Path = FOLDER) -> dict[str, float]:
    """Writes the two files and the table of their SHA-256 into the folder ``out``.

    Args:
        checkpoint: of a training of :class:`HazeMapNet`. Where it kept a moving average of the weights, that is what
            is shipped: mmengine's EMAHook swaps the two as it saves, so that the average is the ``state_dict``.

    Returns:
        By how much the answers of each file differ from the checkpoint's at most, by the file's name.

    Raises:
        FileNotFoundError, ValueError: there is no such checkpoint, it is of another network, or the answers of a file
            differ by more than ``TOLERANCE``.
        ImportError: onnx is missing.
    """
    network = load_network(checkpoint)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    parts = {name: out / f'.{name}.{os.getpid()}.part' for name in (ONNX, SAFETENSORS, TABLE)}
    try:
        differences = {}
        for name, write, answer in ((ONNX, write_onnx, _answer_onnx),
                                    (SAFETENSORS, write_safetensors, _answer_safetensors)):
            for large in LARGE:
                write(network, parts[name], large)
                differences[name] = _largest_difference(network, answer(parts[name]))
                if differences[name] <= TOLERANCE:
                    break
            else:
                raise ValueError(f'{name} is not written: its answers and those of PyTorch differ by '
                                 f'{differences[name]:.2g}, wanted at most {TOLERANCE:g}.')
        table = {name: sha256(parts[name].read_bytes()) for name in (ONNX, SAFETENSORS)}
        parts[TABLE].write_text(json.dumps(table, indent=2) + '\n', encoding='utf-8')
        for name, part in parts.items():
            part.replace(out / name)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return differences


def load_network(checkpoint: str | Path) -> HazeMapNet:
    """The network of a checkpoint, in its state for answering.

    Raises:
        FileNotFoundError, ValueError: see :func:`ship`.
    """
    network = HazeMapNet()
    weights = dict(weights_of(load_checkpoint(checkpoint, 'a checkpoint of a training of haze-map_drawn')))
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f'{checkpoint} has no weights of HazeMapNet: {str(error).splitlines()[1].strip()}') from None
    if lost := [name for name, weight in weights.items() if not weight.isfinite().all()]:
        raise ValueError(f'{checkpoint} has weights that are not finite: {lost[0]}. Take the one before it.')
    return network.eval()


def write_onnx(network: HazeMapNet, path: Path, large: int) -> None:
    """Writes the graph: ``photos``, (N, 3, H, W) -> the fields of :class:`Answers`; any N, sides multiples of 16."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError("ONNX files are made with onnx: pip install 'mmhaze[onnx]'.") from error
    from .onnx_graph import halve, simplify

    names = list(Answers._fields)
    axes = {'photos': {0: 'n', 2: 'height', 3: 'width'}, 'airlight': {0: 'n'}, 'doubt': {0: 'n'}}
    axes |= {name: {0: 'n', 2: 'half_height', 3: 'half_width'} for name in names[:3]}
    # the newer exporter is there from torch 2.5 alone
    older = dict(dynamo=False) if 'dynamo' in inspect.signature(torch.onnx.export).parameters else {}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')  # about the trace: the answers are compared in several sizes afterwards
        torch.onnx.export(Answering(network).eval(), (torch.rand(2, 3, 64, 96),), str(path), opset_version=OPSET,
                          input_names=['photos'], output_names=names, dynamic_axes=axes, **older)
    model = onnx.load(str(path))
    simplify(model.graph)
    halve(model.graph, large)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_safetensors(network: HazeMapNet, path: Path, large: int) -> None:
    """Writes the weights by their names in the network."""
    from safetensors.torch import save

    weights = {name: weight.half() if weight.numel() >= large else weight
               for name, weight in network.state_dict().items()}
    path.write_bytes(save({name: weight.contiguous() for name, weight in weights.items()}))


def _answer_onnx(path: Path):
    session = load_onnxruntime().InferenceSession(str(path), providers=['CPUExecutionProvider'])
    return lambda photos: session.run(list(Answers._fields), {'photos': photos})


def _answer_safetensors(path: Path):
    return load_answering(path.read_bytes(), 'cpu')


def _largest_difference(network: HazeMapNet, answer) -> float:
    answering = Answering(network).eval()
    differences = [0.0]
    for size in CHECKED:
        photos = np.stack([to_unit_rgb(photo) for photo in draw_photos(*size, BETAS)])
        with torch.inference_mode():
            wanted = [each.numpy() for each in answering(torch.from_numpy(photos))]
        differences += [float(np.abs(one - other).max()) for one, other in zip(wanted, answer(photos))]
    return float(np.max(differences))  # NaN is no agreement


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog='python -m mmhaze.models.haze_map.ship', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', help='of a training of haze-map_drawn or haze-map_drawn-photos')
    parser.add_argument('--out', default=str(FOLDER), metavar='FOLDER', help='by default where mmhaze looks for them')
    args = parser.parse_args(argv)
    for name, difference in ship(args.checkpoint, args.out).items():
        file = Path(args.out, name)
        print(f'{file}: {file.stat().st_size / 1e6:.2f} MB, its answers differ by at most {difference:.1e}')


if __name__ == '__main__':
    main()
