from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax

from mmhaze.clip import CalipClassifier, calip_logits, domain_probabilities
from tests.clip.tiny import ConstructedClip


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    features = rng.normal(size=shape)
    return features / np.linalg.norm(features, axis=-1, keepdims=True)


def by_hand(image, tokens, texts, betas, scale, attention) -> np.ndarray:
    """CALIP's formulas, a number at a time."""
    logits = np.empty((len(image), len(texts)))
    for n in range(len(image)):
        near = np.array([[attention * sum(a * b for a, b in zip(place, text)) for text in texts]
                         for place in tokens[n]])
        seen = []
        for k in range(len(texts)):
            shares = np.exp(near[:, k]) / np.exp(near[:, k]).sum()
            seen.append(sum(share * place for share, place in zip(shares, tokens[n])))
        read = []
        for t in range(len(tokens[n])):
            shares = np.exp(near[t]) / np.exp(near[t]).sum()
            read.append(sum(share * text for share, text in zip(shares, texts)))
        image_read = np.mean(read, 0) + np.max(read, 0)
        for k, text in enumerate(texts):
            logits[n, k] = scale * (betas[0] * image[n] @ text + betas[1] * image[n] @ seen[k]
                                    + betas[2] * image_read @ text)
    return logits


@pytest.mark.parametrize('settings', [
    dict(), dict(betas=(0, 1, 0)), dict(betas=(0, 0, 1)), dict(betas=(0.5, 2.0, 0.1), scale=10.0, attention=5.0)])
def test_logits_are_those_of_a_slow_loop(settings, rng):
    image, tokens, texts = unit(rng, 3, 6), unit(rng, 3, 7, 6), unit(rng, 4, 6)
    given = calip_logits(*(torch.tensor(each) for each in (image, tokens, texts)), **settings)
    expected = by_hand(image, tokens, texts, **dict(dict(betas=(1, 1, 0.05), scale=100, attention=2), **settings))
    np.testing.assert_allclose(given, expected, atol=1e-10)
    assert np.ptp(expected) > 0.05 * settings.get('scale', 100)


def test_without_its_two_terms_calip_is_clip(clip, rng):
    photos = rng.integers(0, 256, (4, 40, 56, 3), np.uint8)
    image, tokens = clip.encode_tokens(photos)
    texts = clip.encode_text(['clear', 'light haze', 'dense haze'])
    logits = calip_logits(image, tokens, texts, betas=(1, 0, 0))
    torch.testing.assert_close(logits.softmax(1), domain_probabilities(image, texts), atol=1e-5, rtol=0)
    assert (logits - calip_logits(image, tokens, texts)).abs().max() > 1


def test_the_order_of_places_makes_no_difference(rng):
    image, tokens, texts = (torch.tensor(unit(rng, *shape)) for shape in ((2, 6), (2, 9, 6), (3, 6)))
    torch.testing.assert_close(calip_logits(image, tokens.flip(1), texts), calip_logits(image, tokens, texts))


@pytest.mark.parametrize('image, tokens, texts', [
    ((2, 4), (2, 3, 5), (3, 4)), ((2, 4), (3, 3, 4), (3, 4)), ((2, 4), (2, 4), (3, 4)), ((2, 4), (2, 0, 4), (3, 4)),
    ((2, 4), (2, 3, 4), (3, 5))])
def test_shapes_that_do_not_fit_are_refused(image, tokens, texts):
    with pytest.raises(ValueError, match=r'Wanted (the )?features'):
        calip_logits(torch.zeros(image), torch.zeros(tokens), torch.zeros(texts))


LEVELS = ['0 is black', '0.5 is grey', '1 is white']


def grey(*values: int) -> list[np.ndarray]:
    return [np.full((4, 4, 3), value, np.uint8) for value in values]


def test_levels_are_told_by_what_lies_nearest():
    classifier = CalipClassifier(ConstructedClip(), LEVELS)
    values = [0, 250, 120, 255, 5, 140]
    assert classifier.predict(grey(*values)).tolist() == [0, 2, 1, 2, 0, 1]
    shown = classifier.predict_proba(grey(*range(0, 256, 15))) @ np.arange(3)
    assert (np.diff(shown) >= -1e-6).all() and shown[0] < 0.01 and shown[-1] > 1.99  # brighter is never a lower level


def test_probabilities_are_those_of_the_logits_whatever_the_batches():
    clip, values = ConstructedClip(), [0, 60, 120, 180, 240]
    texts = clip.encode_text(LEVELS)
    expected = softmax(calip_logits(*clip.encode_tokens(grey(*values)), texts, (1, 0.5, 0.1)).numpy(), axis=1)
    for size in (1, 2, 5, 32):
        classifier = CalipClassifier(clip, LEVELS, (1, 0.5, 0.1), size)
        given = classifier.predict_proba(photo for photo in grey(*values))
        np.testing.assert_allclose(given, expected, atol=1e-5)
    assert classifier.predict_proba([]).shape == (0, 3) and classifier.predict([]).shape == (0,)


def test_several_prompts_of_a_level_are_averaged_to_unit_length():
    classifier = CalipClassifier(ConstructedClip(), [['0', '0.2'], '1'])
    angle = 0.1 * np.pi / 2
    np.testing.assert_allclose(classifier.texts, [[np.cos(angle), np.sin(angle)], [0, 1]], atol=1e-6)


@pytest.mark.parametrize('prompts', [[], ['0'], '01', ['0', []]])
def test_a_level_without_prompt_is_refused(prompts):
    with pytest.raises(ValueError, match='at least two levels'):
        CalipClassifier(ConstructedClip(), prompts)


@pytest.mark.parametrize('settings', [dict(betas=(1, 1)), dict(batch_size=0)])
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(ValueError, match='three betas and a batch_size'):
        CalipClassifier(ConstructedClip(), LEVELS, **settings)
