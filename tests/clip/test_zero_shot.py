from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax

from mmhaze.clip import domain_probabilities


def test_probabilities_are_the_softmax_of_a_hundred_cosines(rng):
    images, texts = rng.normal(size=(5, 8)), rng.normal(size=(3, 8))
    cosines = images @ texts.T / np.linalg.norm(images, axis=1)[:, None] / np.linalg.norm(texts, axis=1)
    for scale in (100.0, 10.0):
        given = domain_probabilities(torch.tensor(images), torch.tensor(texts), scale)
        np.testing.assert_allclose(given, softmax(scale * cosines, axis=1), atol=1e-12)
    assert torch.equal(domain_probabilities(torch.tensor(images), torch.tensor(texts)),
                       domain_probabilities(torch.tensor(images), torch.tensor(texts), 100.0))


def test_a_photo_goes_to_the_text_it_lies_by():
    texts = torch.eye(3, 8)
    images = texts[[2, 0, 1, 1]] + 0.3
    given = domain_probabilities(images, texts)
    assert given.argmax(1).tolist() == [2, 0, 1, 1] and (given.amax(1) > 0.99).all()
    between = domain_probabilities((texts[:1] + texts[1:2]), texts)
    np.testing.assert_allclose(between, [[0.5, 0.5, 0]], atol=1e-6)


@pytest.mark.parametrize('images, texts', [((2, 4), (3, 5)), ((4,), (3, 4)), ((2, 4), (4,)), ((2, 4), (0, 4))])
def test_shapes_that_do_not_fit_are_refused(images, texts):
    with pytest.raises(ValueError, match='the same CLIP'):
        domain_probabilities(torch.zeros(images), torch.zeros(texts))
