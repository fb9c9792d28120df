from __future__ import annotations

import multiprocessing
import pickle
from typing import Any

import numpy as np
import pytest

from mmhaze.datasets.sample_cache import SampleCache

# newer Python warns of forking while other threads run; a data loader does so, too
pytestmark = pytest.mark.filterwarnings('ignore:This process .* is multi-threaded:DeprecationWarning')
FORK = multiprocessing.get_context('fork')


def sample(key: int, who: int = 0) -> dict:
    """A sample whose every byte follows from ``key`` and ``who``; no two of them need the same room."""
    return dict(key=key, who=who, img=np.random.default_rng([key, who]).integers(0, 256, 300 + 7 * key + who, np.uint8))


def assert_equal_to_the_bit(got: Any, wanted: Any) -> None:
    assert type(got) is type(wanted)
    if isinstance(wanted, dict):
        assert list(got) == list(wanted)
    if isinstance(wanted, (dict, list, tuple)):
        assert len(got) == len(wanted)
        for name in wanted if isinstance(wanted, dict) else range(len(wanted)):
            assert_equal_to_the_bit(got[name], wanted[name])
    elif isinstance(wanted, np.ndarray):
        assert (got.dtype, got.shape, got.tobytes()) == (wanted.dtype, wanted.shape, wanted.tobytes())
    else:
        assert got == wanted


def in_children(*targets) -> None:
    """Runs each function in a forked process of its own, all at once, and makes sure that none of them failed."""
    processes = [FORK.Process(target=target) for target in targets]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_a_sample_comes_back_equal_to_the_bit(rng):
    frozen = rng.random((4, 4))
    frozen.flags.writeable = False
    wanted = dict(
        img=rng.integers(0, 256, (7, 5, 3), np.uint8), mask=rng.random((7, 5)) > 0.5,
        depth=np.array([[0.1, np.nan, -0.0], [np.inf, 1e-45, 2]], np.float32), half=rng.random(3).astype(np.float16),
        index=np.array(2**62 + 1), empty=np.zeros((0, 3)), turned=rng.random((3, 4)).T, view=rng.random(10)[::-2],
        frozen=frozen, box=(1, 2, 3, 4), img_path='/folder/Straße 1.png', ratio=0.1 + 0.2, found=False, nothing=None,
        nested=[dict(a=(np.arange(3),))])
    cache = SampleCache(1, 2**16)
    cache.put(0, wanted)
    assert_equal_to_the_bit(cache.get(0), wanted)


def test_what_was_not_put_is_not_there():
    cache = SampleCache(3, 2**16)
    cache.put(1, sample(1))
    assert cache.get(0) is None and cache.get(2) is None and len(cache) == 1


@pytest.mark.parametrize('key', [-1, 3, 4, -4])
def test_a_key_outside_is_an_index_error_and_leaves_the_rest_alone(key):
    cache = SampleCache(3, 2**16)
    cache.put(0, sample(0))
    with pytest.raises(IndexError, match='0 to 2'):
        cache.get(key)
    with pytest.raises(IndexError, match='0 to 2'):
        cache.put(key, sample(1))
    cache.put(1, sample(1))
    assert_equal_to_the_bit([cache.get(0), cache.get(1), cache.get(2)], [sample(0), sample(1), None])


def test_changing_a_sample_after_putting_or_getting_it_does_not_change_the_next():
    cache = SampleCache(1, 2**16)
    mine = sample(0)
    cache.put(0, mine)
    mine['img'][:] = 0
    first = cache.get(0)
    first['img'][:] = 1
    first['key'] = 'changed'
    assert_equal_to_the_bit(cache.get(0), sample(0))


def test_what_is_kept_first_stays():
    cache = SampleCache(1, 2**16)
    cache.put(0, sample(0, who=1))
    cache.put(0, sample(0, who=2))
    assert cache.get(0)['who'] == 1


def test_what_no_longer_fits_is_not_kept_and_the_rest_is_whole():
    sizes = [len(pickle.dumps(sample(key), pickle.HIGHEST_PROTOCOL)) for key in range(50)]
    cache = SampleCache(50, sum(sizes[:20]))
    for key in range(50):
        cache.put(key, sample(key))
    assert len(cache) == 20  # the twentieth fits to the byte
    for key in range(50):
        assert_equal_to_the_bit(cache.get(key), sample(key) if key < 20 else None)


def test_one_byte_short_is_short():
    cache = SampleCache(1, len(pickle.dumps(sample(0), pickle.HIGHEST_PROTOCOL)) - 1)
    cache.put(0, sample(0))
    assert cache.get(0) is None and len(cache) == 0


def test_a_smaller_sample_still_fits_where_a_larger_one_did_not():
    cache = SampleCache(2, 1000)
    cache.put(0, 'x' * 1001)
    cache.put(1, 'small')
    assert cache.get(0) is None and cache.get(1) == 'small'


def test_what_a_forked_process_puts_the_others_see_and_it_outlives_the_process():
    cache = SampleCache(3, 2**16)
    cache.put(0, sample(0))

    def child() -> None:
        assert_equal_to_the_bit(cache.get(0), sample(0))
        cache.put(1, sample(1))

    def sibling() -> None:
        assert_equal_to_the_bit(cache.get(1), sample(1))

    in_children(child)
    in_children(sibling)
    assert_equal_to_the_bit([cache.get(key) for key in range(3)], [sample(0), sample(1), None])


def test_processes_that_put_at_once_never_mix_their_bytes():
    processes, keys = 4, 200
    cache = SampleCache(keys, 2**20)
    start = FORK.Barrier(processes)

    def worker(who: int):
        def run() -> None:
            samples = [sample(key, who) for key in range(keys)]
            start.wait(30)
            for key in np.random.default_rng(who).permutation(keys).tolist():  # every key is wanted by all of them
                cache.put(key, samples[key])
                assert_equal_to_the_bit(cache.get(key), sample(key, cache.get(key)['who']))
        return run

    in_children(*(worker(who) for who in range(processes)))
    assert len(cache) == keys
    writers = [cache.get(key)['who'] for key in range(keys)]
    assert len(set(writers)) > 1, 'one process was done before the others began: nothing was tested'
    for key, who in enumerate(writers):
        assert_equal_to_the_bit(cache.get(key), sample(key, who))


def test_processes_that_put_at_once_never_take_more_than_the_room_there_is():
    cache = SampleCache(400, 20_000)

    def worker(who: int):
        def run() -> None:
            for key in range(who, 400, 4):
                cache.put(key, sample(key))
        return run

    in_children(*(worker(who) for who in range(4)))
    kept = [key for key in range(400) if cache.get(key) is not None]
    taken = sum(len(pickle.dumps(sample(key), pickle.HIGHEST_PROTOCOL)) for key in kept)
    assert 20_000 - 2 * 3200 < taken <= 20_000  # full, but for less than the next two samples
    for key in kept:
        assert_equal_to_the_bit(cache.get(key), sample(key))


def test_a_pickled_copy_is_empty_and_works_and_leaves_the_first_alone():
    cache = SampleCache(2, 5000)
    cache.put(0, sample(0))
    copy = pickle.loads(pickle.dumps(cache))
    assert (len(copy), copy.get(0), copy.max_bytes) == (0, None, 5000)
    copy.put(0, sample(0, who=1))
    copy.put(1, sample(1, who=1))
    assert (copy.get(0)['who'], copy.get(1)['who']) == (1, 1)
    assert_equal_to_the_bit([cache.get(0), cache.get(1)], [sample(0), None])


@pytest.mark.parametrize('num_samples, max_bytes', [(-1, 100), (1, 0), (1, -5)])
def test_sizes_that_make_no_sense_are_refused(num_samples, max_bytes):
    with pytest.raises(ValueError, match=f'{max_bytes} bytes and {num_samples} samples'):
        SampleCache(num_samples, max_bytes)


def test_a_cache_of_no_samples_is_a_cache():
    assert len(SampleCache(0, 1)) == 0
