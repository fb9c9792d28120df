"""Makes a checkpoint of mmhaze out of one that the authors of MixDehazeNet, gUNet or AOD-Net published.

    python tools/model_converters/published_dehazer.py PUBLISHED.pth OURS.pth

tools/dehaze.py takes published checkpoints as they are; this is for training on, as load_from of a config.
"""
from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('published', type=Path, metavar='PUBLISHED', help='the checkpoint of the authors')
    parser.add_argument('out', type=Path, metavar='OURS', help='the file to write')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    import torch

    from mmhaze.io.files import write_whole
    from mmhaze.models.dehazers.published import convert_published
    from mmhaze.runtime.checkpoints import load_checkpoint

    try:
        state = load_checkpoint(args.published)
        network, weights = convert_published(state.get('state_dict', state))
        content = io.BytesIO()
        torch.save(dict(state_dict=weights, meta=dict(published=args.published.name)), content)
        write_whole(args.out, content.getvalue())
    except (ValueError, OSError) as error:
        print(f'published_dehazer: {error}', file=sys.stderr)
        return 2
    print(f'{args.out} holds {network}, {sum(weight.numel() for weight in weights.values()):,} numbers.')
    return 0


if __name__ == '__main__':
    sys.exit(main())
