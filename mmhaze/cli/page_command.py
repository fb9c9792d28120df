"""Serves a web page on this computer, to drop photos on.

    mmhaze page
    mmhaze page --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth

The page tells how hazy photos are, and shows where. Open http://127.0.0.1:7860 in a browser. A photo gets its level and
the chance of each, the visibility where the data set of a model defines it, and the haze to slide over it. It
is shown without its haze, too, and how hazy it is then: by the network in the box, or by the dehazer that is given.
Many photos get a table, the same as of `mmhaze haze`, to download. Ctrl-C ends the page.

Only this computer can open it, unless --host says otherwise. Photos are read into memory and their files deleted at
once; nothing is sent to anybody. It needs Gradio: pip install 'mmhaze[web]', on Python 3.10 or newer.
"""
from __future__ import annotations

import argparse
import socket
from pathlib import Path

from .arguments import add_classifier, add_dehazer, add_device, check_classifier, check_dehazer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The networks, and where the page is."""
    add_classifier(parser)
    add_dehazer(parser)
    add_device(parser)
    parser.add_argument('--host', default='127.0.0.1',
                        help='0.0.0.0 lets everybody in who reaches this computer, without a password '
                             '(default: %(default)s, this computer alone)')
    parser.add_argument('--port', type=port_number, default=7860, help='(default: %(default)s)')
    parser.add_argument('--max-mb', type=megabytes, default=20.0, metavar='N',
                        help='what a photo may have at most (default: %(default)g)')


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


def run(args: argparse.Namespace) -> int:
    """Serves the page until it is stopped."""
    check_classifier(args)
    check_dehazer(args)
    try:
        with socket.create_server((args.host, args.port), family=socket.AF_INET6 if ':' in args.host else
                                  socket.AF_INET):
            pass
    except OSError as error:
        raise OSError(f'the page cannot be served at {args.host}:{args.port}. If another program has the port, choose '
                      f'one with --port. ({error})') from error
    # only now, as they take seconds
    from ..apis import DehazeInferencer, HazeInferencer
    from ..web.server import serve_until_stopped

    inferencer = HazeInferencer(args.model, args.device, checkpoint=args.checkpoint)
    dehazer = DehazeInferencer(args.dehazer, args.device, checkpoint=args.dehazer_checkpoint)
    title = Path(args.model).stem if args.model else 'the network in the box'
    if args.dehazer is not None:
        title += f' · haze taken away by {Path(args.dehazer).stem}'
    serve_until_stopped(inferencer, title, args.host, args.port, args.max_mb, dehazer)
    return 0
