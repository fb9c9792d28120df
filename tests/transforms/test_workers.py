"""Workers of a data loader, forked and spawned: they neither wait for each other for ever nor fight for the cores."""
from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from mmhaze.transforms import UCM, LoadPhoto


class Threads(Dataset):
    """The threads that OpenCV and torch have after a transform, of four of OpenCV before, and the mask."""

    def __init__(self, transform, sample):
        self.transform, self.sample = transform, sample

    def __len__(self):
        return 8

    def __getitem__(self, index):
        cv2.setNumThreads(4)
        done = self.transform(dict(self.sample))
        return cv2.getNumThreads(), torch.get_num_threads(), done.get('haze_mask', np.zeros((1, 1), bool))


@pytest.mark.slow
@pytest.mark.parametrize('method', ['fork', 'spawn'])
@pytest.mark.filterwarnings('ignore:This process .* is multi-threaded')
def test_ucm_in_workers_takes_one_thread_each_and_gives_the_same_masks(method, rng):
    photo = rng.integers(0, 256, (240, 320, 3), dtype=np.uint8)
    wanted = UCM().transform(dict(img=photo))['haze_mask']  # and its threads, which a forked process does not inherit
    loader = DataLoader(Threads(UCM(), dict(img=photo)), batch_size=2, num_workers=2, multiprocessing_context=method,
                        timeout=100, persistent_workers=True)
    for _ in range(2):
        for opencv, torchs, masks in loader:
            assert opencv.tolist() == torchs.tolist() == [1, 1]
            assert all(np.array_equal(mask, wanted) for mask in masks)


def test_loading_is_told_as_well(tmp_path, rng):
    cv2.imwrite(str(tmp_path / 'a.png'), rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
    loader = DataLoader(Threads(LoadPhoto(), dict(img_path=str(tmp_path / 'a.png'))), num_workers=1, timeout=100,
                        multiprocessing_context='fork')
    assert {int(opencv) for opencv, _, _ in loader} == {1}


def test_outside_of_workers_the_threads_are_the_users(rng):
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(3)
        UCM().transform(dict(img=rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)))
        assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(before)
