"""The page in a real browser, and its door."""
from __future__ import annotations

import base64
import csv
import importlib.util
import io
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

import mmhaze
from mmhaze.io.photo import read_photo
from mmhaze.jobs.predict_job import level_of
from mmhaze.ucm import segment_haze
from mmhaze.visualization import overlay_haze
from mmhaze.web.server import ENDS
from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.conftest import ROOT
from tests.ucm.photos import wall

from .calling import command

page, haze = command('page'), command('haze')

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
DRIVER = shutil.which('chromedriver')
needs_gradio = pytest.mark.skipif(not importlib.util.find_spec('gradio'), reason='Gradio is not installed')
needs_browser = pytest.mark.skipif(not (CHROMIUM and DRIVER and importlib.util.find_spec('selenium')),
                                   reason='there is no Chromium with chromedriver and selenium')


def free_port() -> str:
    with socket.create_server(('127.0.0.1', 0)) as other:
        return str(other.getsockname()[1])


@pytest.mark.parametrize(('arguments', 'says'), [
    (['--model', BASE], 'go together'), (['--port', '0'], 'from 1 to 65535'), (['--port', 'x'], 'from 1 to 65535'),
    (['--max-mb', '-1'], 'megabytes above 0'), (['--max-mb', 'nan'], 'megabytes above 0'),
    (['--dehazer-checkpoint', 'a.pth'], 'wants --dehazer'),
])
def test_wrong_usage_is_said(arguments, says, capsys):
    with pytest.raises(SystemExit):
        page(arguments)
    assert says in capsys.readouterr().err


def test_a_missing_checkpoint_is_said_in_a_line(capsys):
    assert page(['--port', free_port(), '--model', BASE, '--checkpoint', 'nowhere.pth']) == 2
    assert capsys.readouterr().err.startswith('mmhaze page: There is no checkpoint nowhere.pth')


@pytest.mark.parametrize(('options', 'says'), [
    (['--dehazer', 'aodnet_haze-wild'], 'aodnet_haze-wild.py wants a checkpoint'),
    (['--dehazer', BASE], 'not the config of a dehazer'),
    (['--dehazer', 'nothing'], 'There is no config nothing'),
])
def test_a_dehazer_that_is_none_is_said_in_a_line(options, says, capsys):
    assert page(['--port', free_port(), *options]) == 2
    said = capsys.readouterr().err
    assert said.startswith('mmhaze page: ') and says in said and said.count('\n') == 1


def test_a_port_that_is_taken_is_said_before_anything_is_loaded(capsys):
    with socket.create_server(('127.0.0.1', 0)) as other:
        port = other.getsockname()[1]
        assert page(['--port', str(port), '--model', 'nothing', '--checkpoint', 'nowhere.pth']) == 1
    said = capsys.readouterr().err
    assert f'cannot be served at 127.0.0.1:{port}.' in said and 'Address already in use' in said


def test_where_gradio_is_missing_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    for name in ('toolkit', 'theme', 'blocks'):
        monkeypatch.delitem(sys.modules, f'mmhaze.web.{name}', raising=False)
    before = [signal.getsignal(name) for name in ENDS]
    assert page(['--port', free_port()]) == 2
    assert "pip install 'mmhaze[web]'" in capsys.readouterr().err
    assert [signal.getsignal(name) for name in ENDS] == before


@dataclass
class Site:
    """A page that is served, by the command line, with its temporary folder."""
    address: str
    process: subprocess.Popen
    temp: Path

    def uploads(self) -> list[Path]:
        # an older torch writes a program of its own there as it is imported
        return [path for path in self.temp.rglob('*')
                if path.is_file() and path.name != '_remote_module_non_scriptable.py']


def open_site(temp: Path, *options: str) -> Site:
    temp.mkdir()
    port = free_port()
    with (temp.parent / f'{temp.name}.log').open('w') as log:
        process = subprocess.Popen([sys.executable, str(ROOT / 'tools' / 'webapp.py'), '--port', port, *options],
                                   stdout=subprocess.PIPE, stderr=log, text=True, cwd=temp,
                                   env=dict(os.environ, TMPDIR=str(temp), OMP_NUM_THREADS='1'))
    return Site(f'http://127.0.0.1:{port}/', process, temp)


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory) -> Path:
    return save_checkpoint(BASE, tmp_path_factory.mktemp('weights') / 'base.pth')


@pytest.fixture(scope='module')
def sites(tmp_path_factory, checkpoint) -> Iterator[dict[str, Site]]:
    """Both pages: with nothing, and with a network, a dehazer, and uploads of a megabyte at most."""
    top = tmp_path_factory.mktemp('sites')
    sites = dict(box=open_site(top / 'box'),
                 trained=open_site(top / 'trained', '--model', BASE, '--checkpoint', str(checkpoint), '--max-mb', '1',
                                   '--dehazer', 'dcp'))
    try:
        for name, site in sites.items():
            line = site.process.stdout.readline()
            assert line.startswith(f'The page is at {site.address}'), (top / f'{name}.log').read_text()
        yield sites
    finally:
        for site in sites.values():
            site.process.kill()
            site.process.communicate()


class Browser:
    """Chromium, as far as these tests need it."""

    def __init__(self, profile: Path) -> None:
        from selenium.webdriver import Chrome, ChromeOptions, ChromeService
        options = ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in ('headless=new', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-sync',
                     'disable-background-networking', 'disable-component-update', 'disable-dev-shm-usage',
                     'window-size=1280,1000', f'user-data-dir={profile}'):
            options.add_argument(f'--{flag}')
        options.set_capability('goog:loggingPrefs', dict(performance='ALL'))
        self.driver = Chrome(options=options, service=ChromeService(DRIVER))
        self.driver.get('about:blank')
        self.driver.get_log('performance')  # what Chromium's own first page asks for

    def open(self, site: Site) -> None:
        self.driver.get(site.address)
        self.until(lambda: self.all('#drop input[type=file]') and 'Give the page a photo' in self.text('#answer'))

    def all(self, selector: str) -> list:
        return self.driver.find_elements('css selector', selector)

    def text(self, selector: str) -> str:
        return self.driver.execute_script('return document.querySelector(arguments[0])?.innerText ?? ""', selector)

    def attribute(self, selector: str, name: str) -> str | None:
        return self.driver.execute_script('return document.querySelector(arguments[0])?.getAttribute(arguments[1])',
                                          selector, name)

    def number(self, selector: str, name: str) -> float:
        return float(self.attribute(selector, name))

    def until(self, holds: Callable[[], Any], seconds: float = 30) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := holds():
                return found
            time.sleep(0.05)
        raise AssertionError(f'It did not come. The page says: {self.text("body")}')

    def give(self, selector: str, *photos: Path) -> None:
        field = self.until(lambda: self.all(f'{selector} input[type=file]'))[0]
        field.send_keys('\n'.join(map(str, photos)))

    def answer_to(self, photo: Path) -> str:
        self.give('#drop', photo)
        return self.until(lambda: photo.name in self.text('#answer') and self.text('#answer'))

    def pictures(self, selector: str) -> list[np.ndarray]:
        """The photos that the page shows there, from the addresses that hold them."""
        shown = self.driver.execute_script(
            'return [...document.querySelectorAll(arguments[0])].map(image => image.src)', f'{selector} img')
        return [cv2.imdecode(np.frombuffer(base64.b64decode(address.split(',')[1]), np.uint8), cv2.IMREAD_COLOR)
                for address in shown if address.startswith('data:image/jpeg')]

    def shows_haze(self, photo: np.ndarray, **settings: Any) -> bool:
        """Whether the slider has the photo on one side and its haze with these settings on the other."""
        return self.shows('#slider', photo, overlay_haze(photo, segment_haze(photo, **settings)))

    def shows(self, selector: str, *expected: np.ndarray) -> bool:
        """Whether a slider has these two pictures."""
        shown = self.pictures(selector)
        # JPEG is off by a little everywhere; a pixel that is tinted and should not be, or the reverse, is off by more
        return len(shown) == 2 and all(
            one.shape == other.shape and (np.abs(one.astype(int) - other).max(axis=2) > 40).mean() < 0.004
            for one, other in zip(shown, expected))

    def requests(self) -> list[str]:
        """The addresses that were asked over the network since the last time, but those that its policy forbade."""
        messages = [json.loads(entry['message'])['message'] for entry in self.driver.get_log('performance')]
        forbidden = {message['params']['requestId'] for message in messages
                     if message['method'] == 'Network.loadingFailed'
                     and message['params'].get('blockedReason') == 'csp'}
        asked = [message['params']['request']['url'] for message in messages
                 if message['method'] == 'Network.requestWillBeSent'
                 and message['params']['requestId'] not in forbidden]
        return [address for address in asked if urlsplit(address).scheme not in ('data', 'blob', 'chrome')]


@pytest.fixture(scope='module')
def browser(tmp_path_factory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp('profile'))
    yield browser
    browser.driver.quit()


@pytest.fixture
def photo(tmp_path) -> Path:
    """A smooth photo, as JPEG keeps, that lies on its side."""
    from PIL import Image
    image = Image.fromarray(cv2.GaussianBlur(wall(0.1), (0, 0), 2)[..., ::-1])
    exif = image.getexif()
    exif[274] = 6  # to be turned by a quarter
    image.save(tmp_path / 'a street.jpg', quality=95, exif=exif)
    return tmp_path / 'a street.jpg'


@pytest.mark.slow  # its tests follow one another on one page
@needs_gradio
@needs_browser
class TestPage:
    """Of the tests below each goes on with the page as it is."""

    @pytest.mark.slow
    def test_a_photo_gets_its_level_and_its_haze(self, sites, browser, photo, checkpoint):
        browser.open(sites['trained'])
        browser.answer_to(photo)
        expected, = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)(photo)
        assert browser.attribute('.mmh-answer', 'data-level') == str(expected.level)
        assert f'Level {expected.level} of 0 to 8' in browser.text('.mmh-level')
        shown = [browser.number(f'[data-key=level-{level}]', 'data-value') for level in range(9)]
        assert shown == pytest.approx(expected.probabilities, abs=1e-6)
        for name in ('expected_level', 'visibility', 'mask_share'):
            value = browser.number(f'[data-{name.replace("_", "-")}]', f'data-{name.replace("_", "-")}')
            assert value == pytest.approx(getattr(expected, name), abs=1e-6)
        img = read_photo(photo)
        assert img.shape == (320, 240, 3)
        browser.until(lambda: browser.shows_haze(img))
        assert f'{segment_haze(img).ratio:.0%} of the photo is haze' in browser.text('#line')
        assert not sites['trained'].uploads()
        browser.until(lambda: browser.pictures('#cams') or 'mmhaze[pictures]' in browser.text('#cams'))

    def test_the_photo_is_shown_without_its_haze(self, sites, browser, photo, checkpoint):
        img = read_photo(photo)
        dehazed = mmhaze.DehazeInferencer('dcp')(photo)[0].dehazed
        browser.until(lambda: browser.shows('#clear-slider', img, dehazed))
        assert not browser.shows('#clear-slider', img, img)
        judge = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)
        before, after = judge([img, dehazed], progress=False)
        assert before.expected_level != pytest.approx(after.expected_level, abs=1e-4)
        assert (f'The network says {level_of(before)} before, {level_of(after)} after.'
                in ' '.join(browser.text('#clear-line').split()))
        for name, seen in (('data-before', before), ('data-after', after)):
            assert browser.number('#clear-line .mmh-line', name) == pytest.approx(seen.expected_level, abs=1e-6)
        assert not sites['trained'].uploads()

    @pytest.mark.slow
    def test_the_next_photo_does_not_wait_for_the_last_one_without_haze(self, sites, browser, photo, tmp_path):
        large = cv2.resize(cv2.GaussianBlur(wall(0.1), (0, 0), 2), (1600, 1200))
        cv2.imwrite(str(tmp_path / 'large.jpg'), large)
        browser.answer_to(tmp_path / 'large.jpg')
        assert 'on its way' in browser.text('#clear-line')
        browser.answer_to(photo)
        seen = [(320, 240, 3)]
        browser.until(lambda: seen.extend(each.shape for each in browser.pictures('#clear-slider')) or len(seen) > 2)
        assert set(seen) == {(320, 240, 3)}
        browser.until(lambda: browser.shows_haze(read_photo(photo)))

    @pytest.mark.slow
    def test_a_setting_changes_the_mask_at_once(self, sites, browser, photo):
        from selenium.webdriver.common.keys import Keys
        img = read_photo(photo)
        browser.all('#mask input[type=range]')[0].send_keys(Keys.ARROW_LEFT * 50)
        browser.until(lambda: browser.shows_haze(img, mask_ratio=1 / 20))
        assert not browser.shows_haze(img) and not browser.shows_haze(img, mask_ratio=1 / 30)
        browser.until(lambda: browser.number('.mmh-line', 'data-ratio') == segment_haze(img, mask_ratio=1 / 20).ratio)
        assert browser.all('#automatic input')[0].is_selected()
        browser.all('#gray input[type=range]')[0].send_keys(Keys.ARROW_RIGHT * 150)
        browser.until(lambda: browser.shows_haze(img, mask_ratio=1 / 20, gray_threshold=250))
        browser.until(lambda: not browser.all('#automatic input')[0].is_selected())
        browser.all('#reset')[0].click()
        browser.until(lambda: browser.shows_haze(img))
        browser.until(lambda: browser.all('#automatic input')[0].is_selected())

    @pytest.mark.slow
    def test_what_is_no_photo_is_said_and_the_next_one_is_taken(self, sites, browser, tmp_path, photo):
        (tmp_path / 'broken.jpg').write_bytes(b'no photo')
        browser.give('#drop', tmp_path / 'broken.jpg')
        browser.until(lambda: 'broken.jpg cannot be read as a photo' in browser.text('.mmh-problem'))
        assert str(sites['trained'].temp) not in browser.text('body') and 'Traceback' not in browser.text('body')
        assert not browser.all('#slider, #clear-slider, #clear-line')
        (tmp_path / 'letter.txt').write_bytes(b'Dear all')
        browser.give('#drop', tmp_path / 'letter.txt')
        browser.until(lambda: 'Invalid file type: letter.txt' in browser.text('body'))
        (tmp_path / 'large.png').write_bytes(bytes(2**20 + 1))
        browser.give('#drop', tmp_path / 'large.png')
        browser.until(lambda: 'maximum allowed size of 1.0 Mb' in browser.text('body'))
        assert 'Level' in browser.answer_to(photo)
        assert not sites['trained'].uploads()

    @pytest.mark.slow
    def test_many_photos_give_the_table_of_the_command_line(self, sites, browser, checkpoint, tmp_path):
        (tmp_path / 'album').mkdir()
        for index in range(5):
            cv2.imwrite(str(tmp_path / 'album' / f'{index}.png'), wall(0.1 * index))
        (tmp_path / 'album' / '3.png').write_bytes(b'no photo')
        browser.all('button[role=tab]')[1].click()
        browser.give('#drop-many', *sorted((tmp_path / 'album').iterdir()))
        browser.until(lambda: len(browser.all('.mmh-link')) == 2)
        assert '4 photos, 1 could not be read' in browser.text('.mmh-status')
        assert '3.png cannot be read as a photo' in browser.text('.mmh-broken')
        haze([str(tmp_path / 'album'), '--out', str(tmp_path / 'out'), '--model', BASE, '--checkpoint',
                      str(checkpoint)])
        text = base64.b64decode(browser.attribute('.mmh-link', 'href').split(',')[1]).decode()
        rows, others = ([{**row, 'seconds': ''} for row in csv.DictReader(io.StringIO(table))]
                        for table in (text, (tmp_path / 'out' / 'haze.csv').read_text()))
        assert len(rows) == 4
        for row, other in zip(rows, others):
            assert list(row) == list(other)
            for name in row:
                assert row[name] == other[name] or float(row[name]) == pytest.approx(float(other[name]), abs=2e-6)
        assert not sites['trained'].uploads()

    @pytest.mark.slow
    def test_without_a_model_the_network_in_the_box_answers(self, sites, browser, photo):
        browser.open(sites['box'])  # which has forgotten, or never knew, what another page was given
        expected, = mmhaze.HazeInferencer()(photo)
        assert f'Level {expected.level} of 0 to 4: {expected.level_name}' in browser.answer_to(photo)
        assert browser.number('[data-haze]', 'data-haze') == expected.haze
        for name in ('haze_factor', 'dark_channel', 'saturation'):
            assert browser.number(f'[data-key={name}]', 'data-value') == getattr(expected, name)
        browser.until(lambda: 'The network says' in browser.text('#clear-line'))
        assert not browser.all('#cams')
        assert not browser.all('#mask')  # UCM's settings are there to unfold
        browser.all('#scenes button')[2].click()
        browser.until(lambda: 'a drawn scene in dense haze' in browser.text('#answer'))
        browser.until(lambda: browser.pictures('#slider')[0].shape == (480, 640, 3))

    def test_the_page_asks_nobody_else(self, sites, browser):
        asked = browser.requests()
        assert len(asked) > 50 and all(address.startswith(tuple(site.address for site in sites.values()))
                                       for address in asked)

    def test_files_are_not_served_and_large_ones_not_kept(self, sites):
        site = sites['trained']

        def post(data: bytes) -> tuple[int, bytes]:
            body = (b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n' + data
                    + b'\r\n--x--\r\n')
            request = urllib.request.Request(f'{site.address}gradio_api/upload', body,
                                             {'Content-Type': 'multipart/form-data; boundary=x'})
            return get(request)

        def get(request: urllib.request.Request | str) -> tuple[int, bytes]:
            try:
                with urllib.request.urlopen(request, timeout=20) as reply:
                    return reply.status, reply.read()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.read()

        assert post(bytes(2**20 + 1))[0] == 413
        assert not site.uploads()
        status, body = post(b'a secret')
        place, = json.loads(body)
        assert status == 200 and Path(place).read_bytes() == b'a secret'
        for path in (f'file={place}', 'file=https://example.org/a.png', f'file/{place}'):
            assert get(f'{site.address}gradio_api/{path}') == (404, b'There is nothing here.')

    def test_nothing_is_fetched_for_a_forged_upload(self, sites):
        api = f'{sites["box"].address}gradio_api/queue'
        upload = dict(path='https://example.org/a.png', meta=dict(_type='gradio.FileData'))
        forged = [upload, None, 40, 40, 70, True, 100, 0]
        event = dict(data=forged, fn_index=0, session_hash='forger', event_data=None, trigger_id=None)
        request = urllib.request.Request(f'{api}/join', json.dumps(event).encode(),
                                         {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=20) as reply:
            reply.read()
        with urllib.request.urlopen(f'{api}/data?session_hash=forger', timeout=20) as events:
            said = next(line for line in events if b'process_completed' in line)
        assert b'a.png was not uploaded here' in said

    @pytest.mark.slow
    def test_in_the_end_nothing_is_left(self, sites):
        ends = [end for end in ENDS[1:] if signal.getsignal(end) != signal.SIG_IGN]  # nohup pytest
        for site, end in zip(sites.values(), itertools.cycle(ends)):
            site.process.send_signal(end)
        for name, site in sites.items():
            site.process.communicate(timeout=20)
            assert site.process.returncode == 0
            assert not list(site.temp.iterdir())
            log = (site.temp.parent / f'{name}.log').read_text()
            assert 'Traceback' not in log and 'password' not in log
