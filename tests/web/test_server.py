from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from mmhaze.web.server import CALLS, FOLDERS, PAGES, OnlyThePage, is_of_the_page

GRADIOS_PATHS = '''
from mmhaze.web.toolkit import gr
from gradio.routes import App
with gr.Blocks() as page:
    gr.Image()
print(*App.create_app(page).openapi()['paths'])
'''


def ask(path: str) -> list[dict]:
    async def app(scope, receive, send):
        await send(dict(type='http.response.start', status=200, headers=[(b'x-own', b'1')]))
        await send(dict(type='http.response.body', body=b'inside'))

    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    asyncio.run(OnlyThePage(app)(dict(type='http', path=path), None, send))
    return sent


@pytest.mark.parametrize('path', [
    '/', '/theme.css', '/assets/index.js', '/gradio_api/upload', '/gradio_api/queue/join', '/gradio_api/heartbeat/abc'])
def test_what_the_page_needs_is_answered_and_bound_to_this_server(path):
    start, body = ask(path)
    headers = dict(start['headers'])
    assert start['status'] == 200 and body['body'] == b'inside' and headers[b'x-own'] == b'1'
    policy = headers[b'content-security-policy'].decode()
    assert policy.startswith("default-src 'self';") and 'http' not in policy and '*' not in policy


@pytest.mark.parametrize('path', [
    '/gradio_api/file=/etc/passwd', '/gradio_api/file=https://example.org/a.png', '/gradio_api/proxy=https://a.hf.space/',
    '/gradio_api/run/predict', '/gradio_api/call/redraw', '/gradio_api/api/x', '/gradio_api/openapi.json',
    '/gradio_api/uploads', '/gradio_api/vibe-edit', '/gradio_api/runs', '/monitoring', '/docs', '/login',
    '/gradio_api', '/gradio_api/'])
def test_all_else_is_shut_off(path):
    assert not is_of_the_page(path)
    assert [message.get('status') for message in ask(path)] == [404, None]


@pytest.mark.slow
def test_every_path_that_is_open_is_one_that_gradio_serves():
    pytest.importorskip('gradio')
    # in a process of its own, as Gradio leaves files and loops open behind
    served = set(subprocess.check_output([sys.executable, '-c', GRADIOS_PATHS], text=True).split())
    calls = [f'/gradio_api/{call}' for call in CALLS]
    exact = {*PAGES, *(call for call in calls if not call.endswith('/'))}
    assert exact <= served
    for folder in (*FOLDERS, *(call for call in calls if call.endswith('/'))):
        assert any(path.startswith(f'{folder}{{') for path in served), folder
    assert len(served) > 2 * sum(map(is_of_the_page, served))


@pytest.mark.slow
def test_the_pages_parts_do_without_gradio():
    code = ('import sys, mmhaze.apis, mmhaze.web.album, mmhaze.web.cams, mmhaze.web.clearing, '
            'mmhaze.web.inbox, mmhaze.web.server, mmhaze.web.markup; sys.exit("gradio" in sys.modules)')
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0
