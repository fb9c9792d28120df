"""The weights that come with the package, each file as it was shipped or not at all."""
from __future__ import annotations

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent
TABLE = 'weights.json'  # SHA-256 of each file
ONNX, SAFETENSORS = 'haze_map.onnx', 'haze_map.safetensors'  # for processors; for torch
ADVICE = 'Install mmhaze again: pip install --force-reinstall --no-deps mmhaze.'


def read_weights(name: str, folder: Path = FOLDER) -> bytes:
    """What is in the file ``ONNX`` or ``SAFETENSORS``.

    Raises:
        FileNotFoundError: it, or the table of SHA-256, is missing.
        ValueError: it is not the file that was shipped.
    """
    try:
        table = json.loads((folder / TABLE).read_text(encoding='utf-8'))
        content = (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(f'There is no {error.filename}, which comes with mmhaze. {ADVICE}') from None
    found = sha256(content)
    if found != table.get(name):
        raise ValueError(f'{folder / name} is not the file that came with mmhaze: its SHA-256 is {found}, wanted '
                         f'{table.get(name)}. {ADVICE}')
    return content


def sha256(content: bytes) -> str:
    """As ``weights.json`` has it."""
    return hashlib.sha256(content).hexdigest()
