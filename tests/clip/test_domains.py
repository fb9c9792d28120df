from __future__ import annotations

import dataclasses
import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mmhaze.clip import Domains, read_domains, write_domains

ARRAYS = [field.name for field in dataclasses.fields(Domains)]


def make(**changes: object) -> Domains:
    given = dict(
        domains=('indoor', 'outdoor'), prompts=('a photo of a indoor', 'a photo of a outdoor'),
        vectors=np.eye(2, 5, dtype=np.float32), files=('b/ä 1.png', 'a.jpg', 'c/d/e.jpg'),
        probabilities=np.array([[0.9, 0.1], [0.25, 0.75], [0.5, 0.5]], np.float32), source='TransformersClip tiny@0123')
    return Domains(**{**given, **changes})


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


@pytest.fixture
def path(tmp_path) -> Path:
    write_domains(tmp_path / 'clip_domains.npz', make())
    return tmp_path / 'clip_domains.npz'


def test_what_is_written_is_read(path):
    read, made = read_domains(path), make()
    for name in ARRAYS:
        given, expected = getattr(read, name), getattr(made, name)
        assert type(given) is type(expected)
        np.testing.assert_array_equal(given, expected)
    assert read.vectors.dtype == read.probabilities.dtype == np.float32
    assert set(map(type, read.files)) == {str}


def test_a_set_without_photos_is_read(tmp_path):
    write_domains(tmp_path / 'a.npz', make(files=(), probabilities=np.empty((0, 2), np.float32)))
    assert read_domains(tmp_path / 'a.npz').files == ()


def test_each_photo_has_its_own_row(path):
    domains = read_domains(path)
    assert domains.of('a.jpg').tolist() == [0.25, 0.75]
    np.testing.assert_allclose(domains.of('b/ä 1.png'), [0.9, 0.1])
    with pytest.raises(ValueError, match=r'here.npz has no photo d.jpg; it has 3, such as b/ä 1.png.*run it again'):
        domains.of('d.jpg', 'here.npz')


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no domain file .*mmhaze clip-domains'):
        read_domains(tmp_path / 'clip_domains.npz')


@pytest.mark.parametrize('share', [0, 0.01, 0.2, 0.5, 0.8, 0.99])
def test_a_file_that_is_cut_short_is_refused(share, path):
    data = path.read_bytes()
    path.write_bytes(data[:int(share * len(data))])
    with pytest.raises(ValueError, match=r'clip_domains.npz is no domain file: .*mmhaze clip-domains'):
        read_domains(path)


@pytest.mark.slow
def test_a_file_with_a_byte_changed_is_refused_or_says_the_same(path):
    data, refused = path.read_bytes(), 0
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1:])
        try:
            read = read_domains(path)
        except ValueError as error:
            assert 'clip_domains.npz is no domain file' in str(error)
            refused += 1
        else:
            for name in ARRAYS:
                np.testing.assert_array_equal(getattr(read, name), getattr(make(), name))
    assert refused > len(data) / 2


def test_text_or_one_array_alone_is_refused(path):
    path.write_text('indoor, outdoor')
    with pytest.raises(ValueError, match='is no domain file'):
        read_domains(path)
    with path.open('wb') as stream:
        np.save(stream, np.eye(2))
    with pytest.raises(ValueError, match='is no domain file'):
        read_domains(path)


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def test_a_file_that_carries_code_is_refused_and_nothing_runs(path, tmp_path):
    arrays = arrays_of(path)
    arrays['source'] = np.array(Hostile(tmp_path / 'ran'), object)
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match='is no domain file'):
        read_domains(path)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        for name in ARRAYS:
            archive.writestr(f'{name}.npy', pickle.dumps(Hostile(tmp_path / 'ran')))
    path.write_bytes(stream.getvalue())
    with pytest.raises(ValueError, match='is no domain file'):
        read_domains(path)
    assert not (tmp_path / 'ran').exists()


@pytest.mark.parametrize('name', ARRAYS)
def test_a_missing_array_is_named(name, path):
    arrays = arrays_of(path)
    del arrays[name]
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=f'clip_domains.npz is no domain file: it lacks {name}'):
        read_domains(path)


def test_text_of_characters_that_there_are_not_is_refused(path):
    arrays = arrays_of(path)
    arrays['files'] = np.array([0x7fffffff] * 4, np.uint32).view('<U1')
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r'clip_domains\.npz is no domain file'):
        read_domains(path)


@pytest.mark.parametrize('one, other', [(one, other) for place, one in enumerate(ARRAYS) for other in ARRAYS[:place]
                                        if {one, other} != {'domains', 'prompts'}])
def test_arrays_that_were_swapped_are_refused(one, other, path):
    arrays = arrays_of(path)
    arrays[one], arrays[other] = arrays[other], arrays[one]
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match='is no domain file'):
        read_domains(path)


WRONG = [
    (dict(domains=()), 'domains are names'),
    (dict(domains=('indoor', 'indoor')), 'domains are names, each once'),
    (dict(domains=('indoor', '')), 'domains are names'),
    (dict(prompts=('one',)), '2 domains and 1 prompts'),
    (dict(vectors=np.eye(2)), 'vectors are finite float32'),
    (dict(vectors=np.eye(3, dtype=np.float32)), r'vectors are \(2, C\)'),
    (dict(vectors=np.full((2, 4), 0.4, np.float32)), 'vectors are of length 1'),
    (dict(vectors=np.array([[1, 0], [np.nan, 1]], np.float32)), 'vectors are finite'),
    (dict(vectors=np.empty((2, 0), np.float32)), r'vectors are \(2, C\)'),
    (dict(probabilities=np.full((2, 2), 0.5, np.float32)), r'probabilities are \(3, 2\)'),
    (dict(probabilities=np.full((3, 2), 0.4, np.float32)), 'do not add up to 1'),
    (dict(probabilities=np.array([[1.5, -0.5]] * 3, np.float32)), 'not from 0'),
    (dict(probabilities=np.array([[np.inf, 0]] * 3, np.float32)), 'probabilities are finite'),
    (dict(probabilities=np.full((3, 2), 0.5)), 'probabilities are finite float32'),
    (dict(files=('a', 'b', 'a')), 'stands in it twice'),
    (dict(files=('a', 'b', '/c')), "'/c' is no path from the folder"),
    (dict(files=('a', 'b', '../c')), "'../c' is no path from the folder"),
    (dict(files=('a', 'b', '')), "'' is no path from the folder")]


@pytest.mark.parametrize('changes, reason', WRONG)
def test_what_does_not_fit_together_is_neither_made_nor_read(changes, reason, path):
    with pytest.raises(ValueError, match=reason):
        make(**changes)
    arrays = arrays_of(path)
    arrays.update({name: np.asarray(value if len(value) else np.empty(0, np.str_)) for name, value in changes.items()})
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=f'clip_domains.npz is no domain file: .*{reason}'):
        read_domains(path)


def test_a_write_that_fails_leaves_what_was_there(path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr('os.fsync', lambda descriptor: (_ for _ in ()).throw(OSError(28, 'No space left on device')))
    with pytest.raises(OSError, match='No space left'):
        write_domains(path, make(source='another'))
    assert path.read_bytes() == before and [each.name for each in path.parent.iterdir()] == [path.name]
