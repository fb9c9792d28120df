"""Makes a small CLIP that knows a few words, for trials of dehazing with words where no trained weights are at hand.

    python -m benchmarks.studies.small_clip --out work_dirs/small-clip

It is built from a config, a hundredth of a real one, and learns from the training photos of
``configs/_base_/datasets/dehaze_mixture.py`` whether each is ``a photo of a indoor`` or ``a photo of a outdoor``, and,
of the photos outdoors, whether it is ``a photo in clear air``, ``in light haze`` or ``in dense haze``: by the photos'
half of CLIP's loss, over the captions of each kind. Then it says how often it is right about what is held out, and
what CALIP makes of it. OUT is a folder as ``save_pretrained`` writes it, for ``tools/clip_domains.py --clip OUT``.

It knows no other words, and nothing of the world: it stands in for CLIP, it is none.
"""
from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmhaze.clip import CalipClassifier, TransformersClip
from mmhaze.clip.preprocess import MEAN, STD, Preprocess
from mmhaze.io.photo import read_photo
from mmhaze.io.progress import show_progress

DATA = Path('data')
PLACES, HAZES = ('outdoor', 'indoor'), ('clear air', 'light haze', 'dense haze')
CAPTIONS = [f'a photo of a {place}' for place in PLACES] + [f'a photo in {haze}' for haze in HAZES]
UNKNOWN = -100  # as cross entropy leaves out
DENSE = 5       # level from which haze is dense, of levels to 8 or 9
SIDE, MARGIN = 64, 16  # pixels that the network sees, and that crops are shifted by
ROOMS = 12      # that are trained on
ENDS = ['<|startoftext|>', '<|endoftext|>']

Photo = tuple[Path, int, int]  # with the numbers of its place and of its haze


def build_clip(folder: Path, words: dict[str, int] | None = None, merges: str = '#version: 0.2\n', side: int = SIDE,
               width: int = 128, layers: int = 4, heads: int = 4, projection: int = 64) -> Any:
    """A CLIP with random weights, and its tokenizer in ``folder``; by default every letter is a word."""
    import transformers
    from tokenizers.pre_tokenizers import ByteLevel

    letters = sorted(ByteLevel.alphabet())
    words = words or {word: place for place, word in enumerate(letters + [f'{each}</w>' for each in letters] + ENDS)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'vocab.json').write_text(json.dumps(words), encoding='utf-8')
    (folder / 'merges.txt').write_text(merges, encoding='utf-8')
    transformers.CLIPTokenizer.from_pretrained(folder).save_pretrained(folder)
    size = dict(hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers, num_attention_heads=heads)
    text = dict(size, vocab_size=len(words), max_position_embeddings=77, bos_token_id=words[ENDS[0]],
                eos_token_id=words[ENDS[1]], pad_token_id=words[ENDS[1]])
    return transformers.CLIPModel(transformers.CLIPConfig(
        text_config=text, vision_config=dict(size, image_size=side, patch_size=8), projection_dim=projection))


def list_photos(data: Path, part: str, step: int) -> list[Photo]:
    """The photos of a part of the mixture, each with its place and its haze; of the hazy ones every ``step``-th."""
    photos: dict[Path, tuple[int, int]] = {}
    for name, column in (('hazel-level', 'split_scene'), ('haze-wild', 'split')):
        with (data / name / 'pairs.csv').open(newline='', encoding='utf-8') as lines:
            rows = [row for row in csv.DictReader(lines) if row[column] == part]
        photos |= {data / name / row['clear']: (0, 0) for row in rows}
        photos |= {data / name / row['hazy']: (0, 1 + (int(row['level']) >= DENSE)) for row in rows[::step]}
    for folder in ('hazy', 'gt'):
        rooms = sorted((data / 'sots-indoor' / folder).iterdir())
        photos |= {path: (1, UNKNOWN) for path in (rooms[:ROOMS] if part == 'train' else rooms[ROOMS:])
                   if path.suffix == '.png'}
    return [(path, *which) for path, which in photos.items()]


def train(network: Any, tokens: dict[str, Tensor], photos: list[Photo], steps: int, batch: int) -> None:
    """Trains on crops of the photos, as many of each place."""
    prepare = Preprocess(SIDE + MARGIN, MEAN, STD)
    pixels = torch.stack([prepare(read_photo(path)) for path, _, _ in photos])
    places, hazes = (torch.tensor(numbers) for numbers in list(zip(*photos))[1:])
    weights = 1.0 / torch.bincount(places)[places]
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-4, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=steps)
    network.train()
    with show_progress(steps, label='Training', unit='steps') as advance:
        for _ in range(steps):
            drawn = torch.multinomial(weights, batch, replacement=True)
            top, left = (int(torch.randint(MARGIN + 1, ())) for _ in range(2))
            crops = pixels[drawn, :, top:top + SIDE, left:left + SIDE]
            crops = torch.where(torch.rand(batch, 1, 1, 1) < 0.5, crops, crops.flip(-1))
            logits = network(pixel_values=crops, **tokens).logits_per_image
            loss = F.cross_entropy(logits[:, :len(PLACES)], places[drawn]) \
                + F.cross_entropy(logits[:, len(PLACES):], hazes[drawn])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            advance(1)
    network.eval()


def say_how_right(clip: TransformersClip, photos: list[Photo]) -> None:
    """Prints the share of right places, and of right hazes, among photos held out."""
    for kind, captions in enumerate((CAPTIONS[:len(PLACES)], CAPTIONS[len(PLACES):])):
        asked = [photo for photo in photos if photo[1 + kind] != UNKNOWN]
        truth = np.array([photo[1 + kind] for photo in asked])
        for name, betas in (('CLIP', (1.0, 0.0, 0.0)), ('CALIP', (1.0, 1.0, 0.05))):
            right = CalipClassifier(clip, captions, betas).predict(read_photo(path) for path, *_ in asked) == truth
            for number, caption in enumerate(captions):
                print(f'{name}, {caption}: {right[truth == number].mean():.3f} of {(truth == number).sum()} are right')


def main(argv: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, default=DATA, help='folder of hazel-level, haze-wild and sots-indoor')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/small-clip'))
    parser.add_argument('--steps', type=int, default=600)
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--width', type=int, default=128, help='of both networks')
    parser.add_argument('--every', type=int, default=4, metavar='N', help='take each N-th hazy photo')
    args = parser.parse_args(argv)
    torch.manual_seed(0)
    network = build_clip(args.out, width=args.width)
    import transformers
    tokens = dict(transformers.CLIPTokenizer.from_pretrained(args.out)(CAPTIONS, padding=True, return_tensors='pt'))
    train(network, tokens, list_photos(args.data, 'train', args.every), args.steps, args.batch)
    network.save_pretrained(args.out)
    say_how_right(TransformersClip(args.out, 'cpu'), list_photos(args.data, 'test', args.every))
    return 0


if __name__ == '__main__':
    sys.exit(main())
