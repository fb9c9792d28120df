from __future__ import annotations

import numpy as np
import pytest
import torch

from mmhaze.clip.domains import Domains, write_domains
from mmhaze.models import PrecomputedText
from mmhaze.registry import TRANSFORMS
from mmhaze.transforms import LoadDomain, PackDehazing


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'set' / 'clip_domains.npz'
    path.parent.mkdir()
    write_domains(path, Domains(('indoor', 'outdoor'), ('in', 'out'), np.eye(2, 5, dtype=np.float32),
                                ('hazy/a.png', 'hazy/b.png'), np.array([[0.9, 0.1], [0.3, 0.7]], np.float32), 'a test'))
    return path


def test_a_photo_gets_the_scores_that_the_file_has_for_it(file):
    step = TRANSFORMS.build(dict(type='LoadDomain', file=str(file)))
    found = step(dict(img_path=str(file.parent / 'hazy' / 'b.png')))
    np.testing.assert_allclose(found['domain_scores'], [0.3, 0.7])
    elsewhere = LoadDomain(str(file), root='/some/where')(dict(img_path='/some/where/hazy/a.png'))
    np.testing.assert_allclose(elsewhere['domain_scores'], [0.9, 0.1])
    packed = PackDehazing()(dict(found, img=np.zeros((4, 5, 3), np.uint8)))['data_samples']
    torch.testing.assert_close(packed.domain_scores, torch.tensor([0.3, 0.7]))


def test_a_photo_that_the_file_does_not_have_is_named_with_the_file(file):
    with pytest.raises(ValueError, match=r'clip_domains\.npz has no photo hazy/c\.png'):
        LoadDomain(str(file))(dict(img_path=str(file.parent / 'hazy' / 'c.png')))
    with pytest.raises(FileNotFoundError, match='There is no domain file'):
        LoadDomain(str(file.parent / 'nothing.npz'))


def test_one_domain_may_be_said_for_all():
    assert LoadDomain(domain=(1, 3))({})['domain_scores'].tolist() == [0, 1, 0]
    for settings in (dict(), dict(file='a', domain=(0, 2)), dict(domain=(2, 2)), dict(domain=(-1, 2))):
        with pytest.raises(ValueError, match=r'Wanted a file or|counted from 0'):
            LoadDomain(**settings)


def test_the_vectors_of_the_file_are_the_text(file):
    text = PrecomputedText(file)
    assert text.domains == ('indoor', 'outdoor') and torch.equal(text(), torch.eye(2, 5))
