"""Where the weights of a CLIP lie: in a folder, or under a name of the Hugging Face hub."""
from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..runtime.checkpoints import CHECKS_CONTENT, load_checkpoint, weights_of

_HUB_NAME = re.compile(r'[\w-][\w.-]*/[\w-][\w.-]*')


def find_folder(weights: str | Path, patterns: Sequence[str], download: bool) -> Path:
    """The folder of ``weights``.

    Args:
        weights: a folder, or a name on the Hugging Face hub, OWNER/NAME.
        patterns: the files of it that are of use, for a name.
        download: whether a name may be downloaded; else it is looked for among what was downloaded before, and no
            connection is made.

    Raises:
        FileNotFoundError: there is none; it says what was looked for, and how to get it.
        ImportError: a name is given, and nothing is installed that knows of the hub.
    """
    folder = Path(weights).expanduser()
    if folder.is_dir():
        return folder
    name = str(weights)
    if not _HUB_NAME.fullmatch(name):
        raise FileNotFoundError(f'There is no folder {name} with the weights of a CLIP. Give one, or a name on the '
                                'Hugging Face hub, OWNER/NAME. Where there is a network, this makes a folder of a '
                                'name: hf download OWNER/NAME --local-dir FOLDER')
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise missing('huggingface_hub', error) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(patterns), local_files_only=not download))
    except Exception as error:  # which ones, changes with the versions of the package
        if download:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise FileNotFoundError(f'{name} cannot be downloaded from the Hugging Face hub: {reason[0]}') from error
        raise FileNotFoundError(f'There is no folder {name}, and that name was never downloaded from the Hugging Face '
                                f'hub to here. Where there is a network: hf download {name} --local-dir FOLDER, then '
                                'give FOLDER; or allow the download: download=True, in the tools --download.'
                                ) from error


def load_weights(file: Path) -> dict[str, Any]:
    """Names and tensors of a file, ``.safetensors`` or what ``torch.save`` wrote.

    Raises:
        ValueError: it is damaged, or loading it could run foreign code; nothing of it was run.
    """
    if file.suffix == '.safetensors':
        from safetensors.torch import load_file
        try:
            return load_file(file)
        except Exception as error:  # SafetensorError is no ValueError
            raise ValueError(f'{file} is damaged or no safetensors file ({error}). Copy it again.') from error
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if any(name.endswith('/constants.pkl') for name in archive.namelist()):
                raise ValueError(f'{file} is a TorchScript archive, as OpenAI published CLIP: a program, which is not '
                                 'run. Take the same weights as safetensors from the Hugging Face hub.')
    if not CHECKS_CONTENT:
        raise ValueError(f'{file} is a pickle, and torch before 2.6 cannot make sure that it carries no code. Take a '
                         '.safetensors file or a newer torch.')
    weights = weights_of(load_checkpoint(file, 'what open_clip published or trained'))
    return {name.removeprefix('module.'): weight for name, weight in weights.items()}


def digest(files: Iterable[Path]) -> str:
    """12 digits that tell weights apart: of the SHA-256 of the files, one after the other."""
    sha = hashlib.sha256()
    for file in files:
        with file.open('rb') as stream:
            while block := stream.read(1 << 22):
                sha.update(block)
    return sha.hexdigest()[:12]


def missing(package: str, error: ImportError) -> ImportError:
    """What to raise where a package of the extra cannot be imported."""
    return ImportError(f"CLIP needs {package}, which cannot be imported ({error}): pip install 'mmhaze[clip]'")
