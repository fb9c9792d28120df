"""CLIP by two libraries behind one interface. Neither is imported before a network is built."""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.device import get_device
from torch import Tensor

from ..io.denormals import zero_denormals
from ..io.devices import check_device
from ..io.files import read_json
from ..registry import MODELS
from .preprocess import Preprocess, read_open_clip, read_transformers
from .transformers_folder import check_folder, load_folder
from .weights import digest, find_folder, load_weights, missing


class ClipBackend(ABC):
    """Sees photos and reads texts, into one space. It never learns, and is no part of a checkpoint.

    All features are float32 of unit length, on the CPU, and may be used in what is trained. Photos are (H, W, 3) uint8
    BGR, or what :meth:`prepare` made of them; all that are given at once go through the network together.

    Attributes:
        width: C, numbers of a feature.
        source: the kind, the weights and a digest of them.
        device: where it runs.
    """

    width: int
    source: str

    def __init__(self, device: str | torch.device | None, preprocess: Preprocess) -> None:
        self.device = torch.device(get_device() if device is None else device)
        self.prepare = preprocess  # (H, W, 3) uint8 BGR -> (3, size, size) float32; may be called on threads

    def encode_text(self, prompts: Sequence[str]) -> Tensor:
        """(K, C). A ValueError names a prompt that is too long."""
        if isinstance(prompts, str) or not len(prompts):
            raise ValueError(f'encode_text wants a list of prompts, got {prompts!r}.')
        with torch.inference_mode():
            features = F.normalize(self._read(list(prompts)).float(), dim=-1).cpu()
        return features.clone()  # out of inference mode, so that what is trained may use it

    def encode_images(self, imgs: Sequence[np.ndarray | Tensor]) -> Tensor:
        """(N, C)."""
        return self.encode_tokens(imgs)[0]

    def encode_tokens(self, imgs: Sequence[np.ndarray | Tensor]) -> tuple[Tensor, Tensor]:
        """The features of the photos (N, C), and of their T places from left to right and down, (N, T, C): each went
        through the last normalisation and the projection by itself, as CALIP has it."""
        if not len(imgs):
            raise ValueError('encode_images and encode_tokens want at least one photo, got none.')
        pixels = torch.stack([img if isinstance(img, Tensor) else self.prepare(img) for img in imgs])
        with torch.inference_mode():
            features = F.normalize(self._see(pixels.to(self.device)).float(), dim=-1).cpu()
        return features[:, 0].clone(), features[:, 1:].clone()

    @abstractmethod
    def _read(self, prompts: list[str]) -> Tensor:
        """(K, C)."""

    @abstractmethod
    def _see(self, pixels: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N, 1 + T, C), that of the whole photo first."""


@MODELS.register_module()
class TransformersClip(ClipBackend):
    """CLIP by Hugging Face's transformers.

    Args:
        weights: a folder that ``save_pretrained`` wrote, of model and tokenizer, or a name on the hub. Weights must be
            safetensors: pickles can run code, and are refused.
        device: such as ``'cuda:0'``; by default the accelerator if there is one.
        download: whether a name may be downloaded. Else it must have been before; nothing is asked of the network.

    Raises:
        FileNotFoundError: there are no such weights.
        ImportError: transformers is not installed.
        ValueError: what is there is no CLIP, or damaged, or there is no such device.
    """

    def __init__(self, weights: str | Path, device: str | torch.device | None = None, download: bool = False) -> None:
        check_device(device)
        folder = find_folder(weights, ('*.json', 'merges.txt', 'model*.safetensors'), download)
        files = check_folder(folder)
        self.network, self.tokenizer = load_folder(folder)
        settings = self.network.config
        super().__init__(device, read_transformers(folder, settings.vision_config.image_size))
        self.network.to(self.device)
        self.width, self.longest = settings.projection_dim, settings.text_config.max_position_embeddings
        self.source = f'TransformersClip {_name(weights)}@{digest(files)}'

    def _read(self, prompts: list[str]) -> Tensor:
        tokens = self.tokenizer(prompts, padding=True, return_tensors='pt')
        _check_lengths(prompts, tokens.attention_mask.sum(1).tolist(), self.longest)
        text = self.network.text_model(input_ids=tokens.input_ids.to(self.device),
                                       attention_mask=tokens.attention_mask.to(self.device))
        return self.network.text_projection(text.pooler_output)

    def _see(self, pixels: Tensor) -> Tensor:
        eyes = self.network.vision_model
        places = eyes(pixel_values=pixels).last_hidden_state
        return self.network.visual_projection(eyes.post_layernorm(places))


@MODELS.register_module()
class OpenClip(ClipBackend):
    """CLIP by open_clip: its vision transformers with a class token and its own text networks.

    Args:
        arch: such as ``'ViT-B-32'``. Weights of OpenAI and some others want ``'ViT-B-32-quickgelu'``, which the weights
            do not tell; where ``open_clip_config.json`` lies beside them, it is compared.
        weights: a file, ``.safetensors`` or what open_clip trained; or a folder or a name on the hub that has
            ``open_clip_model.safetensors``.
        device, download: as for :class:`TransformersClip`.

    Raises:
        FileNotFoundError: there are no such weights.
        ImportError: open_clip is not installed.
        ValueError: there is no such ``arch``, or none of this kind; the weights are others, damaged, or could run code;
            or there is no such device.
    """

    def __init__(self, arch: str, weights: str | Path, device: str | torch.device | None = None,
                 download: bool = False) -> None:
        check_device(device)
        file = Path(weights).expanduser()
        if not file.is_file():
            folder = find_folder(weights, ('open_clip_config.json', 'open_clip_model.safetensors'), download)
            file = folder / 'open_clip_model.safetensors'
            if not file.is_file():
                raise FileNotFoundError(f'{folder} has no open_clip_model.safetensors. Give the file of the weights '
                                        'itself.')
        try:
            import open_clip
        except ImportError as error:
            raise missing('open_clip_torch', error) from error
        settings = _plain_settings(open_clip, arch)
        beside = file.with_name('open_clip_config.json')
        theirs = read_json(beside) if beside.is_file() else {}
        if 'model_cfg' in theirs and bool(theirs['model_cfg'].get('quick_gelu')) != bool(settings.get('quick_gelu')):
            other = arch.removesuffix('-quickgelu') if settings.get('quick_gelu') else f'{arch}-quickgelu'
            raise ValueError(f'The weights beside {beside} are not of {arch}, which differs in its activation. Take '
                             f'{other}.')
        self.network = open_clip.CLIP(**settings)
        try:
            self.network.load_state_dict(load_weights(file))
        except RuntimeError as error:
            raise ValueError(f'{file} has no weights of {arch}: {" ".join(str(error).splitlines()[1:2]).strip()}'
                             ) from error
        self.network.requires_grad_(False).eval()
        zero_denormals(self.network)
        self.network.visual.output_tokens = True
        self.tokenizer, self.longest = open_clip.get_tokenizer(arch), settings['text_cfg'].get('context_length', 77)
        size = self.network.visual.image_size
        if size[0] != size[1]:
            raise ValueError(f'{arch} takes photos of {size[1]}x{size[0]}, wanted a square.')
        super().__init__(device, read_open_clip(theirs.get('preprocess_cfg', {}), beside, size[0]))
        self.network.to(self.device)
        self.width = settings['embed_dim']
        self.source = f'OpenClip {arch} {_name(weights)}@{digest([file])}'

    def _read(self, prompts: list[str]) -> Tensor:
        # the two more are the begin and the end
        _check_lengths(prompts, [len(self.tokenizer.encode(prompt)) + 2 for prompt in prompts], self.longest)
        return self.network.encode_text(self.tokenizer(prompts).to(self.device))

    def _see(self, pixels: Tensor) -> Tensor:
        # of the whole photo it gives the projection, of the places what is to be projected
        image, places = self.network.visual(pixels)
        return torch.cat([image[:, None], places @ self.network.visual.proj], dim=1)


def _plain_settings(open_clip: Any, arch: str) -> dict[str, Any]:
    """open_clip's settings of an architecture that is a plain CLIP."""
    settings = None if ':' in arch else open_clip.get_model_config(arch)
    if settings is None:
        raise ValueError(f'open_clip has no architecture {arch}; wanted one such as ViT-B-32. '
                         'open_clip.list_models() gives them.')
    eyes, text = settings['vision_cfg'], settings['text_cfg']
    plain = not (settings.keys() & {'custom_text', 'multimodal_cfg'} or 'timm_model_name' in eyes
                 or isinstance(eyes.get('layers'), (list, tuple)) or eyes.get('pool_type', 'tok') != 'tok'
                 or eyes.get('attentional_pool') or eyes.get('final_ln_after_pool')
                 or text.keys() & {'hf_model_name', 'hf_tokenizer_name'})
    if not plain:
        raise ValueError(f'{arch} is none of the vision transformers with a class token that CLIP began with; wanted '
                         'one such as ViT-B-32, ViT-B-16 or ViT-L-14.')
    return settings


def _check_lengths(prompts: Sequence[str], lengths: Sequence[int], longest: int) -> None:
    for prompt, length in zip(prompts, lengths):
        if length > longest:
            raise ValueError(f'CLIP reads at most {longest} tokens, this prompt has {length}: {prompt!r}')


def _name(weights: str | Path) -> str:
    path = Path(weights).expanduser()
    return path.resolve().name if path.exists() else str(weights)
