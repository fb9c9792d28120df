"""A folder with a CLIP of transformers: whether all of it is there, and loading it."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..io.denormals import zero_denormals
from ..io.files import read_json
from .weights import missing

CONVERT = "python -c \"from transformers import CLIPModel as C; C.from_pretrained('{0}').save_pretrained('{0}')\""


def check_folder(folder: Path) -> list[Path]:
    """The files of the weights.

    Raises:
        FileNotFoundError: something that is needed is not there.
        ValueError: the weights are a pickle, or it is no CLIP.
    """
    files = sorted(folder.glob('model*.safetensors'))
    if not files and list(folder.glob('pytorch_model*.bin')):
        raise ValueError(f'{folder} has its weights as a pickle alone, which can run foreign code. Nothing was run. '
                         'Take a folder with model.safetensors, or, if you trust it, convert it once: '
                         + CONVERT.format(folder))
    tokenizer = (folder / 'tokenizer.json').is_file() or all((folder / name).is_file()
                                                             for name in ('vocab.json', 'merges.txt'))
    lacks = [name for name, there in (('config.json', (folder / 'config.json').is_file()),
                                      ('model.safetensors', files), ('tokenizer.json', tokenizer)) if not there]
    if lacks:
        raise FileNotFoundError(f'{folder} has no {" and no ".join(lacks)}. Wanted a folder with what save_pretrained '
                                "of transformers' CLIPModel and CLIPTokenizer writes; where there is a network: "
                                'hf download OWNER/NAME --local-dir FOLDER')
    kind = read_json(folder / 'config.json').get('model_type')
    if kind != 'clip':
        raise ValueError(f'{folder} holds a network of the type {kind}, wanted clip.')
    return files


def load_folder(folder: Path) -> tuple[Any, Any]:
    """The network, in evaluation mode, and its tokenizer.

    Raises:
        ImportError: transformers is not installed.
        ValueError: they are damaged, or do not make a CLIP.
    """
    try:
        from transformers import AutoTokenizer, CLIPModel
    except ImportError as error:
        raise missing('transformers', error) from error
    try:
        with _without_bars():
            network, report = CLIPModel.from_pretrained(folder, use_safetensors=True, local_files_only=True,
                                                        output_loading_info=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # damaged files end in errors of several packages
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(f'{folder} cannot be loaded as a CLIP: {reason[0]} Copy it again.') from error
    if report['missing_keys']:  # they would be random
        names = sorted(report['missing_keys'])
        raise ValueError(f'{folder} lacks {len(names)} weights of a CLIP, such as {names[0]}. Wanted what a CLIPModel '
                         'saved, with both of its networks.')
    if len(tokenizer) > network.config.text_config.vocab_size:
        raise ValueError(f'The tokenizer of {folder} has {len(tokenizer)} words, the network '
                         f'{network.config.text_config.vocab_size}. Take both from one place.')
    network = network.float().requires_grad_(False).eval()
    zero_denormals(network)
    return network, tokenizer


@contextmanager
def _without_bars() -> Iterator[None]:
    """Transformers without its bar for each file that it loads."""
    from transformers.utils import logging
    before = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if before:
            logging.enable_progress_bar()
