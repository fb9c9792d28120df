"""Serving the page: who may ask it, what may be asked, and its end."""
from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import contextmanager
from typing import Any

from ..apis.dehaze_inferencer import DehazeInferencer
from ..apis.inferencer import HazeInferencer
from .inbox import Inbox

LOOPBACK = ('127.0.0.1', 'localhost', '::1')
ENDS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, 'SIGHUP') else []))
# visitors at once whose photos are kept in memory
MOST_VISITORS = 32
# what the page asks for. All else that Gradio serves is shut off: uploads, which only the page itself reads, interfaces
# for programs, and what it would fetch from elsewhere for them.
PAGES = ('/', '/config', '/theme.css', '/favicon.ico', '/manifest.json', '/robots.txt')
FOLDERS = ('/assets/', '/static/', '/svelte/')
CALLS = ('theme.css', 'info', 'app_id', 'startup-events', 'heartbeat/', 'queue/join', 'queue/data', 'upload',
         'upload_progress', 'cancel', 'reset')
# the browser itself holds the page to it that it asks nobody else; Gradio's HTML needs 'unsafe-eval'
HEADERS = {
    'Content-Security-Policy':
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
}
Scope = MutableMapping[str, Any]


class OnlyThePage:
    """ASGI middleware: answers what the page needs, and tells the browser to ask nobody else."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Callable, send: Callable) -> None:
        if scope['type'] == 'http' and not is_of_the_page(scope['path']):
            await send(dict(type='http.response.start', status=404, headers=[(b'content-type', b'text/plain')]))
            await send(dict(type='http.response.body', body=b'There is nothing here.'))
            return

        async def send_guarded(message: Scope) -> None:
            if message['type'] == 'http.response.start':
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, 'headers': [*message.get('headers', ()), *added]}
            await send(message)

        await self.app(scope, receive, send_guarded)


def is_of_the_page(path: str) -> bool:
    """Whether the page asks for ``path``."""
    if path in PAGES or path.startswith(FOLDERS):
        return True
    call = path.removeprefix('/gradio_api/')
    return call != path and any(call == known or (known[-1] == '/' and call.startswith(known)) for known in CALLS)


@contextmanager
def serve(inferencer: HazeInferencer, title: str, host: str = '127.0.0.1', port: int = 7860, max_mb: float = 20,
          dehazer: DehazeInferencer | None = None):
    """Serves the page as long as the context lasts, and gives its address; then nothing of a visitor is left on disk.

    Args:
        inferencer: what answers.
        title: what answers, in a few words.
        host: who can open the page: this computer alone, or with ``'0.0.0.0'`` whoever reaches it.
        port: where.
        max_mb: what one upload may have, megabytes.
        dehazer: what takes the haze away; None shows no photo without it.

    Raises:
        ImportError: Gradio is missing.
        OSError: it cannot be served there.
    """
    with Inbox() as inbox:
        os.environ['GRADIO_TEMP_DIR'] = str(inbox.folder)  # read when the page is built
        from .blocks import build_page
        from .theme import CSS, HEAD, make_theme
        from .toolkit import Middleware

        page = build_page(inferencer, inbox, title, dehazer)
        # a photo at a time, as each takes all cores; many photos beside it, so that they do not hold up one
        page.queue(default_concurrency_limit=1, max_size=MOST_VISITORS)
        try:
            _, address, _ = page.launch(
                server_name=host, server_port=port, share=False, inbrowser=False, prevent_thread_lock=True, quiet=True,
                show_error=False, max_file_size=round(max_mb * 2**20), allowed_paths=[], footer_links=[],
                ssr_mode=False, pwa=False, mcp_server=False, enable_monitoring=False,
                state_session_capacity=MOST_VISITORS, app_kwargs=dict(middleware=[Middleware(OnlyThePage)]),
                theme=make_theme(), css=CSS, head=HEAD)
            yield address
        finally:
            _close(page)


def _close(page: Any) -> None:
    if not getattr(page, 'server', None):
        return
    page.server.force_exit = True  # open pages hold a connection each, and would be waited for
    log = logging.getLogger('uvicorn.error')
    level = log.level
    log.setLevel(logging.CRITICAL)  # that they are cut off is no error
    page.close(verbose=False)
    log.setLevel(level)


def serve_until_stopped(inferencer: HazeInferencer, title: str, host: str, port: int, max_mb: float,
                        dehazer: DehazeInferencer | None = None) -> None:
    """:func:`serve` until Ctrl-C, the system's word to end, or the end of its terminal."""
    warnings.filterwarnings('ignore', module='PIL')  # about photos that can be read all the same
    if host not in LOOPBACK:
        print(f'webapp: whoever reaches this computer can open the page, as it listens on {host}, and there is no '
              'password and no encryption.', file=sys.stderr, flush=True)
    stopped = threading.Event()
    ends = [name for name in ENDS if signal.getsignal(name) != signal.SIG_IGN]  # nohup has it outlive its terminal
    before = {name: signal.signal(name, lambda *_: stopped.set()) for name in ends}
    try:
        with serve(inferencer, title, host, port, max_mb, dehazer) as address:
            print(f'The page is at {address}  Ctrl-C ends it.', flush=True)
            while not stopped.wait(1):
                pass
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
