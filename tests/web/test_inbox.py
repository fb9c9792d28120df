from __future__ import annotations

import io
import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from mmhaze.io.metadata import Metadata
from mmhaze.web.inbox import MOST_SECONDS, Inbox, name_of
from tests.ucm.photos import wall


@pytest.fixture
def inbox():
    with Inbox() as inbox:
        yield inbox


def upload(inbox: Inbox, name: str, data: bytes | None = None, orig_name: str | None = None) -> dict:
    """As Gradio lays an upload down."""
    folder = inbox.folder / f'hash-of-{len(list(inbox.folder.iterdir()))}'
    folder.mkdir()
    (folder / name).write_bytes(cv2.imencode('.png', wall(0.1))[1].tobytes() if data is None else data)
    return dict(path=str(folder / name), orig_name=orig_name)


def test_a_photo_is_read_and_gone(inbox):
    np.testing.assert_array_equal(inbox.read(upload(inbox, 'a.png')), wall(0.1))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    stream = io.BytesIO()
    Image.fromarray(wall(0.1)).save(stream, 'PNG', icc_profile=profile)
    assert inbox.take(upload(inbox, 'b.png', stream.getvalue()))[1] == Metadata(profile)
    assert not list(inbox.folder.iterdir())


def test_what_is_no_photo_is_gone_and_named_as_its_visitor_has_it(inbox):
    with pytest.raises(ValueError, match=r'^my pick\.png cannot be read as a photo') as caught:
        inbox.read(upload(inbox, 'mypick.png', b'no photo', orig_name='my pick.png'))
    assert str(inbox.folder) not in str(caught.value)
    assert not list(inbox.folder.iterdir())


def test_a_photo_that_is_there_no_more_is_said(inbox):
    given = upload(inbox, 'a.png')
    inbox.read(given)
    with pytest.raises(ValueError, match=r'^a\.png is not here any more.* Give it again'):
        inbox.read(given)


def test_files_elsewhere_are_neither_read_nor_deleted(inbox, tmp_path):
    cv2.imwrite(str(tmp_path / 'own.png'), wall(0.1))
    for path in (tmp_path / 'own.png', inbox.folder / os.path.relpath(tmp_path / 'own.png', inbox.folder)):
        with pytest.raises(ValueError, match=r'own\.png was not uploaded here'):
            inbox.read(dict(path=str(path)))
        inbox.forget(dict(path=str(path)))
    (inbox.folder / 'link').mkdir()
    (inbox.folder / 'link' / 'a.png').symlink_to(tmp_path / 'own.png')
    with pytest.raises(ValueError, match='was not uploaded here'):
        inbox.read(dict(path=str(inbox.folder / 'link' / 'a.png')))
    assert (tmp_path / 'own.png').exists()


def test_a_copy_under_another_name_stays(inbox):
    given = upload(inbox, 'a.png')
    copy = Path(given['path']).with_name('b.png')
    copy.write_bytes(Path(given['path']).read_bytes())
    inbox.read(given)
    assert inbox.read(dict(path=str(copy))).shape == (240, 320, 3)


def test_what_nobody_asked_about_is_swept_and_what_will_be_read_is_not(inbox):
    old, held, new = (upload(inbox, name) for name in ('old.png', 'held.png', 'new.png'))
    inbox.hold([held])
    for each in (old, held):
        os.utime(Path(each['path']).parent, (time.time() - MOST_SECONDS - 1,) * 2)
    inbox.sweep()
    assert [Path(each['path']).exists() for each in (old, held, new)] == [False, True, True]
    inbox.forget(held)
    assert not Path(held['path']).exists()


def test_the_sweeper_runs_by_itself(monkeypatch):
    monkeypatch.setattr('mmhaze.web.inbox.SECONDS_BETWEEN_SWEEPS', 0.01)
    monkeypatch.setattr('mmhaze.web.inbox.MOST_SECONDS', 0.3)
    with Inbox() as inbox:
        upload(inbox, 'a.png')
        deadline = time.monotonic() + 10
        while list(inbox.folder.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not list(inbox.folder.iterdir())


def test_closing_leaves_nothing():
    with Inbox() as inbox:
        upload(inbox, 'a.png')
    assert not inbox.folder.exists()


@pytest.mark.parametrize(('given', 'name'), [
    (dict(path='/x/a.png', orig_name='b c.png'), 'b c.png'),
    (dict(path='/x/a.png', orig_name=None), 'a.png'),
    (dict(path='/x/a.png', orig_name='../../b.png'), 'b.png'),
    (dict(path='/x/a.png', orig_name='b' * 300), 'b' * 200),
])
def test_the_name_of_an_upload_is_short_and_no_path(given, name):
    assert name_of(given) == name
