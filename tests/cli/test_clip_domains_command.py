from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from scipy.special import softmax

from mmhaze.cli import clip_domains_command
from mmhaze.clip import read_domains
from mmhaze.io.photo import read_photo
from tests.clip.conftest import folder, network_off  # noqa: F401  fixtures
from tests.clip.tiny import ConstructedClip, pixels_by_hand
from tests.conftest import ROOT

from .calling import command

clip_domains = command('clip-domains')
NAMES = ('a.png', 'trip/b.png', 'trip/c d.png')


@pytest.fixture
def album(tmp_path, rng) -> Path:
    (tmp_path / 'album' / 'trip').mkdir(parents=True)
    for name in NAMES:
        cv2.imwrite(str(tmp_path / 'album' / name), rng.integers(0, 256, (40, 60, 3), np.uint8))
    return tmp_path / 'album'


@pytest.mark.slow
def test_it_writes_what_the_network_says_of_each_photo(album, folder, network_off, capsys):  # noqa: F811
    import transformers
    assert clip_domains([str(album), '--clip', str(folder), '--device', 'cpu', '--batch-size', '2']) == 0
    assert not network_off
    domains = read_domains(album / 'clip_domains.npz')
    assert domains.files == NAMES and domains.domains == ('indoor', 'outdoor')
    assert domains.prompts == ('a photo of a indoor', 'a photo of a outdoor')
    network = transformers.CLIPModel.from_pretrained(folder).eval()
    read = transformers.AutoTokenizer.from_pretrained(folder)
    tokens = read(list(domains.prompts), padding=True, return_tensors='pt')
    with torch.no_grad():
        given = network(**tokens, pixel_values=torch.stack([pixels_by_hand(read_photo(album / each))
                                                            for each in NAMES]))
    np.testing.assert_allclose(domains.vectors, given.text_embeds, atol=1e-5)
    expected = softmax(100 * given.image_embeds.numpy() @ given.text_embeds.numpy().T, axis=1)
    for name, row in zip(NAMES, expected):
        np.testing.assert_allclose(domains.of(name), row, atol=1e-3)
    said = capsys.readouterr().out
    assert f'3 photos are in {album / "clip_domains.npz"}' in said and domains.source in said


def use_constructed(monkeypatch) -> None:
    monkeypatch.setattr('mmhaze.clip.TransformersClip', lambda *arguments: ConstructedClip())


def test_it_says_how_sure_it_was(tmp_path, monkeypatch, capsys):
    use_constructed(monkeypatch)
    between = np.repeat(np.uint8([127, 127, 128, 128]), 3).reshape(1, 4, 3)
    for name, value in (('a', 0), ('b', 10), ('c', 255), ('d', between)):
        cv2.imwrite(str(tmp_path / f'{name}.png'), np.broadcast_to(np.uint8(value), (4, 4, 3)))
    out = tmp_path / 'made' / 'here.npz'
    assert clip_domains([str(tmp_path), '--clip', 'x', '--domains', 'dark', 'bright', '--out', str(out),
                              '--template', '{domain}']) == 2  # no number in these prompts
    assert clip_domains([str(tmp_path), '--clip', 'x', '--domains', '0', '1', '--out', str(out), '--template',
                              '{domain} is {domain}']) == 0
    domains = read_domains(out)
    assert domains.prompts == ('0 is 0', '1 is 1') and not (tmp_path / 'clip_domains.npz').exists()
    assert domains.probabilities[:3].argmax(1).tolist() == [0, 0, 1]
    np.testing.assert_allclose(domains.of('d.png'), 0.5, atol=0.01)
    sure, first = domains.probabilities.max(1), domains.probabilities.argmax(1)
    assert (sure < 0.6).tolist() == [False, False, False, True]
    said = capsys.readouterr().out
    for place in (0, 1):
        its = sure[first == place]
        assert re.search(rf'{len(its)} of {place}, mean probability {its.mean():.3f}\n', said)
    assert f'first choice: {sure.mean():.3f}; below 0.6: 25.0%' in said


@pytest.mark.parametrize('batch, workers', [(1, 1), (2, 3), (64, 2)])
def test_batches_and_threads_make_no_difference(batch, workers, tmp_path, monkeypatch):
    use_constructed(monkeypatch)
    values = list(range(0, 256, 25))
    for value in values:
        cv2.imwrite(str(tmp_path / f'{value:03}.png'), np.full((4, 4, 3), value, np.uint8))
    assert clip_domains([str(tmp_path), '--clip', 'x', '--domains', '0', '1', '--template', '{domain}',
                              '--batch-size', str(batch), '--workers', str(workers)]) == 0
    domains = read_domains(tmp_path / 'clip_domains.npz')
    assert domains.files == tuple(f'{value:03}.png' for value in values)
    angle = np.array(values) / 255 * np.pi / 2
    expected = softmax(100 * np.stack([np.cos(angle), np.sin(angle)], axis=1), axis=1)
    np.testing.assert_allclose(domains.probabilities, expected, atol=1e-4)


def test_what_cannot_be_read_is_named_and_the_rest_is_done(album, monkeypatch, capsys):
    use_constructed(monkeypatch)
    (album / 'b.jpg').write_bytes(b'no photo')
    arguments = [str(album), '--clip', 'x', '--domains', '0', '1', '--template', '{domain}', '--batch-size', '2']
    assert clip_domains(arguments) == 1
    assert read_domains(album / 'clip_domains.npz').files == NAMES
    wrong = capsys.readouterr().err
    assert 'Could not be read (1):' in wrong and 'b.jpg cannot be read as a photo' in wrong


def test_the_last_line_counts_what_was_passed_over(album, monkeypatch, capsys):
    use_constructed(monkeypatch)
    (album / 'clip.mp4').touch()
    assert clip_domains([str(album), '--clip', 'x', '--domains', '0', '1', '--template', '{domain}']) == 0
    assert capsys.readouterr().out.splitlines()[-1] == 'Passed over: 1 video (for mmhaze haze).'


def test_where_nothing_can_be_read_nothing_is_written(tmp_path, monkeypatch, capsys):
    use_constructed(monkeypatch)
    (tmp_path / 'b.jpg').write_bytes(b'no photo')
    assert clip_domains([str(tmp_path), '--clip', 'x', '--domains', '0', '1', '--template', '{domain}']) == 1
    assert [path.name for path in tmp_path.iterdir()] == ['b.jpg'] and 'b.jpg' in capsys.readouterr().err


def test_hundreds_of_photos_are_opened_one_by_one(tmp_path, monkeypatch):
    resource = pytest.importorskip('resource')
    use_constructed(monkeypatch)
    (tmp_path / 'album').mkdir()
    for place in range(200):
        cv2.imwrite(str(tmp_path / 'album' / f'{place}.png'), np.zeros((2, 2, 3), np.uint8))
    import PIL.PngImagePlugin  # noqa: F401  else it would be imported under the limit
    open_now = len(os.listdir('/proc/self/fd')) if Path('/proc/self/fd').is_dir() else 64
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 40, limits[1]))
    try:
        done = clip_domains([str(tmp_path / 'album'), '--clip', 'x', '--domains', '0', '1', '--template',
                                  '{domain}', '--workers', '2'])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert done == 0 and len(read_domains(tmp_path / 'album' / 'clip_domains.npz').files) == 200


STOPPED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
sys.path.insert(0, '.')
import mmhaze.clip
from tests.clip.tiny import ConstructedClip
from mmhaze.cli.main import run_tool

class Slow(ConstructedClip):
    seen = 0

    def _see(self, pixels):
        Slow.seen += 1
        if Slow.seen == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return super()._see(pixels)

mmhaze.clip.TransformersClip = lambda *arguments: Slow()
sys.exit(run_tool('clip-domains', 'clip_domains', [sys.argv[1], '--clip', 'x', '--domains', '0', '1', '--template',
                                                   '{domain}', '--batch-size', '1']))
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, 'SIGKILL'), reason='Ctrl-C is sent otherwise on Windows')
def test_stopped_by_ctrl_c_it_leaves_what_was_there(album):
    (album / 'clip_domains.npz').write_bytes(b'of an earlier run')
    done = subprocess.run([sys.executable, '-c', STOPPED, str(album)], capture_output=True, text=True, cwd=ROOT,
                          check=False)
    assert done.returncode == 130 and done.stderr.endswith('clip_domains: stopped, nothing was written.\n')
    assert (album / 'clip_domains.npz').read_bytes() == b'of an earlier run'
    assert sorted(path.name for path in album.iterdir()) == ['a.png', 'clip_domains.npz', 'trip']


@pytest.mark.parametrize('arguments, reason', [
    (['--clip', 'nothing/here/at/all'], 'There is no folder nothing/here/at/all'),
    (['--template', 'a photo'], "The template has {domain} where the name goes, such as 'a photo of a {domain}'"),
    (['--domains', 'indoor'], 'at least two domains'), (['--domains', 'fog', 'fog'], 'each once, got fog, fog'),
    (['--out', '.'], 'is a folder, wanted the name of a file')])
def test_what_cannot_be_is_said_in_a_line(arguments, reason, album, folder, capsys):  # noqa: F811
    assert clip_domains([str(album), '--clip', str(folder), '--device', 'cpu', *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith('mmhaze clip-domains: ') and reason in said and said.count('\n') == 1
    assert not (album / 'clip_domains.npz').exists()


def test_a_folder_without_photos_or_none_is_said(tmp_path, capsys):
    for folder_, reason in ((tmp_path, 'There is no photo in'), (tmp_path / 'none', 'There is no folder')):
        assert clip_domains([str(folder_), '--clip', 'x']) == 2
        assert reason in capsys.readouterr().err


@pytest.mark.parametrize('words', [['--backend', 'open_clip'], ['--arch', 'ViT-B-32'], ['--batch-size', '0'],
                                   ['--backend', 'clip']])
def test_wrong_words_end_with_usage(words, album):
    with pytest.raises(SystemExit) as ended:
        clip_domains([str(album), '--clip', 'x', *words])
    assert ended.value.code == 2


def test_the_template_is_the_packages():
    from mmhaze.clip import TEMPLATE
    parser = argparse.ArgumentParser()
    clip_domains_command.add_arguments(parser)
    assert parser.parse_args(['x', '--clip', 'y']).template == TEMPLATE


def test_a_missing_package_is_said_in_a_line(album, folder, monkeypatch, capsys):  # noqa: F811
    monkeypatch.setitem(sys.modules, 'open_clip', None)
    assert clip_domains([str(album), '--clip', str(folder / 'model.safetensors'), '--backend', 'open_clip',
                              '--arch', 'ViT-B-32']) == 2
    assert "pip install 'mmhaze[clip]'" in capsys.readouterr().err
