from __future__ import annotations

import re

import pytest

from mmhaze.io import progress
from mmhaze.io.progress import show_progress


def test_a_log_gets_a_line_now_and_then_with_the_time_left(monkeypatch: pytest.MonkeyPatch, capsys):
    clock = iter([0.0, 4.0, 12.0, 13.0, 30.0])
    monkeypatch.setattr(progress.time, 'monotonic', lambda: next(clock))
    with show_progress(110, done=10, label='set') as advance:
        for _ in range(4):
            advance(20)
    # after 12 s 40 of 100 are made, and 60 take 18 s; after 30 s 80, and 20 take 7.5 s
    assert capsys.readouterr().err.splitlines() == ['set: 50/110 images, about 18 s left',
                                                    'set: 90/110 images, about 8 s left']


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv('FORCE_COLOR', '1')
    monkeypatch.setenv('COLUMNS', '100')
    with show_progress(110, done=10, label='set') as advance:
        advance(40)
    output = capsys.readouterr()
    assert re.search(r'set.*50/110', re.sub(r'\x1b\[[0-9;?]*[a-zA-Z]', '', output.err), re.DOTALL)
    assert not output.out


def test_beyond_what_was_promised_no_time_is_left_to_tell(monkeypatch: pytest.MonkeyPatch, capsys):
    clock = iter([0.0, 11.0, 22.0])
    monkeypatch.setattr(progress.time, 'monotonic', lambda: next(clock))
    with show_progress(10, label='video', unit='frames') as advance:
        advance(10)
        advance(1)
    assert capsys.readouterr().err.splitlines() == ['video: 10/10 frames, about 0 s left', 'video: 11 frames']


def test_a_bar_beyond_its_end_says_no_more_how_many_there_are(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv('FORCE_COLOR', '1')
    monkeypatch.setenv('COLUMNS', '100')
    with show_progress(10, label='video') as advance:
        advance(11)
    assert re.search(r'video.*11/\?', re.sub(r'\x1b\[[0-9;?]*[a-zA-Z]', '', capsys.readouterr().err), re.DOTALL)
