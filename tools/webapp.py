"""A web page on this computer that tells how hazy photos are, and shows where.

    python tools/webapp.py
    python tools/webapp.py --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth
    python tools/webapp.py --dehazer dcp

Then open http://127.0.0.1:7860 in a browser. A photo gets its level and the chance of each, the visibility where the
data set defines it, and the haze to slide over it; without a model there is an estimate. With a dehazer it is shown
without its haze, too, and how hazy it is then; dcp is the dark channel prior, which needs no training. Many photos get
a table, the same as of tools/predict.py, to download. Ctrl-C ends the page.

Only this computer can open it, unless --host says otherwise. Photos are read into memory and their files deleted at
once; nothing is sent to anybody. It needs Gradio: pip install 'mmhaze[web]', on Python 3.10 or newer.
"""
from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', metavar='CONFIG', help='a config file, or the name of one in configs/')
    parser.add_argument('--checkpoint', type=Path, metavar='FILE', help='what was trained with it')
    parser.add_argument('--dehazer', metavar='CONFIG',
                        help='what takes the haze away: a config file, or the name of one in configs/dehazing such as '
                             'dcp')
    parser.add_argument('--dehazer-checkpoint', type=Path, metavar='FILE',
                        help='what was trained with it; dcp needs none')
    parser.add_argument('--device', help='such as cuda:0 (default: the accelerator if there is one)')
    parser.add_argument('--host', default='127.0.0.1',
                        help='0.0.0.0 lets everybody in who reaches this computer, without a password '
                             '(default: %(default)s, this computer alone)')
    parser.add_argument('--port', type=port_number, default=7860, help='(default: %(default)s)')
    parser.add_argument('--max-mb', type=megabytes, default=20.0, metavar='N',
                        help='what a photo may have at most (default: %(default)g)')
    args = parser.parse_args(argv)
    if (args.model is None) != (args.checkpoint is None):
        parser.error('--model and --checkpoint go together; leave out both for an estimate without training')
    if args.dehazer_checkpoint is not None and args.dehazer is None:
        parser.error('--dehazer-checkpoint wants --dehazer, the config that it was trained with')
    return args


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f'wanted a whole number from 1 to 65535, got {text!r}')
    return int(text)


def megabytes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f'wanted a number of megabytes above 0, got {text!r}')
    return value


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        with socket.create_server((args.host, args.port), family=socket.AF_INET6 if ':' in args.host else
                                  socket.AF_INET):
            pass
    except OSError as error:
        print(f'webapp: the page cannot be served at {args.host}:{args.port}. If another program has the port, choose '
              f'one with --port. ({error})', file=sys.stderr)
        return 1
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    from mmhaze.apis import DehazeInferencer, HazeInferencer
    from mmhaze.web.server import serve_until_stopped

    try:
        inferencer = HazeInferencer(args.model, args.device, checkpoint=args.checkpoint)
        dehazer = None if args.dehazer is None else \
            DehazeInferencer(args.dehazer, args.device, checkpoint=args.dehazer_checkpoint)
        title = Path(args.model).stem if args.model else 'without a network: an estimate'
        if args.dehazer is not None:
            title += f' · haze taken away by {Path(args.dehazer).stem}'
        serve_until_stopped(inferencer, title, args.host, args.port, args.max_mb, dehazer)
    except (ValueError, FileNotFoundError, ImportError) as error:
        print(f'webapp: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
