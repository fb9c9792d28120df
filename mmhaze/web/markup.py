"""What the page says, as HTML. Numbers also stand in ``data-`` attributes, unrounded."""
from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from ..apis.inferencer import HazePrediction
from ..jobs.predict_job import level_of
from ..ucm import HazeRegions
from .visit import as_address

# name, what it is, the end of its scale, and what more of it means
MEASURES = (('haze_factor', 'Haze factor', 1.28, 'more is hazier'),
            ('dark_channel', 'Dark channel', 1.0, 'more is hazier'),
            ('saturation', 'Saturation', 1.0, 'less is hazier'))
ROWS_WHILE_RUNNING = 8


def welcome(trained: bool) -> str:
    """What to do, before there is a photo."""
    told = 'its level of haze, how far one can see' if trained else 'its level of haze, how sure that is'
    return ('<div class="mmh-hint"><p><b>Give the page a photo</b> of a street, a field or a city, and it shows '
            f'{told} and where the haze is.</p><p>Drop it anywhere, pick it, paste it, take it with the camera, or try '
            'one of the drawn scenes.</p></div>')


def welcome_many() -> str:
    """The same for many photos."""
    return ('<div class="mmh-hint"><p><b>Give the page many photos</b> at once: each gets a row here, and the table is '
            'yours to download.</p></div>')


def problem(text: str) -> str:
    """That something went wrong, and what to do."""
    return f'<div class="mmh-problem" role="alert"><b>That did not work.</b> {escape(text)}</div>'


def answer(prediction: HazePrediction, name: str, names: Sequence[str] = ()) -> str:
    """All that is said of one photo.

    Args:
        prediction: of the photo.
        name: what the visitor calls it.
        names: of the levels.
    """
    foot = f'<p class="mmh-foot">{escape(name)} · {prediction.seconds * 1000:.0f} ms</p>'
    share = _fact('Share of the photo that is haze', f'{prediction.mask_share or 0:.0%}', 'mask_share',
                  prediction.mask_share)
    assert prediction.level is not None and prediction.probabilities is not None  # of a photo that was read, always
    sure = prediction.probabilities[prediction.level]
    levels = ''.join(
        _bar(_short_name(level, level_name), f'{chance:.0%}', chance, 1, f'level-{level}',
             chosen=level == prediction.level)
        for level, (level_name, chance) in enumerate(zip(names, prediction.probabilities)))
    measures = ''
    if prediction.haze is not None and prediction.spread is not None:
        share = _fact('Share of the light that is haze', f'{prediction.haze:.0%} ± {prediction.spread:.0%}', 'haze',
                      prediction.haze)
        measures = ''.join(_bar(title, f'{_number(getattr(prediction, key))}', getattr(prediction, key), end, key, note)
                           for key, title, end, note in MEASURES)
        measures = f'<p class="mmh-foot">Simple measures of the photo</p><div class="mmh-bars">{measures}</div>'
    facts = _fact('Expected level', f'{prediction.expected_level:.1f}', 'expected_level',
                  prediction.expected_level)
    if prediction.visibility is not None:
        facts = _fact('Visibility', _visibility(prediction.visibility), 'visibility', prediction.visibility) + facts
    title = f'Level {prediction.level} of 0 to {len(names) - 1}'
    if not prediction.trained:
        title += f': {prediction.level_name}'
    return (f'<div class="mmh-answer" data-level="{prediction.level}">'
            f'<p class="mmh-level">{escape(title)}<span>{sure:.0%} sure</span></p>{facts}{share}'
            f'<div class="mmh-bars" aria-label="How likely each level is">{levels}</div>{measures}{foot}</div>')


def mask_line(regions: HazeRegions, gray: float | None) -> str:
    """What UCM found with the settings of the page; ``gray`` is the threshold that was asked for, None for its own."""
    if not regions.found:
        found = '<b>No haze</b> found with these settings.'
    else:
        x0, y0, x1, y1 = regions.box
        found = f'<b>{regions.ratio:.0%}</b> of the photo is haze, within {x1 - x0} by {y1 - y0} pixels.'
    bright = f'gray threshold {regions.gray_threshold:.0f}'
    if gray is not None and gray != regions.gray_threshold:
        bright += f', as {gray:.0f} leaves next to nothing'
    return (f'<p class="mmh-line" data-ratio="{regions.ratio!r}">{found} '
            f'<span>Left of the handle the photo, right of it its haze in blue. Contrast below '
            f'{regions.contrast_threshold:.0f}, {bright}.</span></p>')


def map_line() -> str:
    """What the map of the network in the box shows."""
    return ('<p class="mmh-line"><span>Left of the handle the photo, right of it its haze: violet is none, yellow is '
            'haze alone. A clear sky stays as it is.</span></p>')


def clearing() -> str:
    """That the haze is being taken away, which may take its time."""
    return '<p class="mmh-line">The photo without its haze is on its way.</p>'


def cleared_line(before: HazePrediction, after: HazePrediction, seconds: float) -> str:
    """How hazy a photo was, and how hazy it is without its haze.

    Args:
        before, after: what the same inferencer says of both.
        seconds: that the dehazer took.
    """
    key, said = 'expected_level', (f'The network says <b>{escape(level_of(before))}</b> before, '
                                   f'<b>{escape(level_of(after))}</b> after.')
    known = (f'data-{when}="{getattr(seen, key)!r}"' for when, seen in (('before', before), ('after', after)))
    return (f'<p class="mmh-line" {" ".join(known)}>{said} <span>Left of the handle the photo, right of it the '
            f'same without haze, in {seconds:.1f} s.</span></p>')


def album(predictions: Sequence[HazePrediction], total: int, tables: dict[str, bytes]) -> str:
    """The table of many photos.

    Args:
        predictions: so far; while some are missing the last few are shown.
        total: how many there will be.
        tables: what to download, by name, once it is complete.
    """
    done, broken = len(predictions), sum(prediction.problem is not None for prediction in predictions)
    running = done < total
    shown = predictions[-ROWS_WHILE_RUNNING:] if running else predictions
    far = any(prediction.visibility is not None for prediction in predictions)
    heads = ('Photo', 'Level', 'Sure', *['Visibility'] * far, 'Haze')
    head = ''.join(f'<th scope="col">{title}</th>' for title in heads)
    body = ''.join(_row(prediction, len(heads), far) for prediction in shown)
    status = f'{done} of {total} photos' if running else f'{total - broken} photo{"s" * (total - broken != 1)}'
    if broken:
        status += f', {broken} could not be read'
    links = ''.join(f'<a class="mmh-link" download="{name}" href="{as_address(data, "application/octet-stream")}">'
                    f'Download {name}</a>' for name, data in tables.items())
    return (f'<div class="mmh-album" data-done="{done}" data-total="{total}">'
            f'<p class="mmh-status" role="status">{status}</p>{_progress(done, total) if running else ""}'
            f'<p class="mmh-links">{links}</p><div class="mmh-scroll"><table><thead><tr>{head}</tr></thead>'
            f'<tbody>{body}</tbody></table></div></div>')


def figures(pictures: Sequence[tuple[str, str]], text: str = '') -> str:
    """Pictures side by side, each as its caption and its address; ``text`` goes above."""
    each = ''.join(f'<figure><img alt="{escape(caption)}" src="{picture}"><figcaption>{escape(caption)}</figcaption>'
                   '</figure>' for caption, picture in pictures)
    return f'<div class="mmh-figures">{f"<p>{escape(text)}</p>" if text else ""}<div>{each}</div></div>'


def _row(prediction: HazePrediction, columns: int, far: bool) -> str:
    name = f'<td class="mmh-name">{escape(prediction.file)}</td>'
    if prediction.problem:
        return f'<tr class="mmh-broken">{name}<td colspan="{columns - 1}">{escape(prediction.problem)}</td></tr>'
    sure = '' if prediction.probabilities is None else f'{max(prediction.probabilities):.0%}'
    share = prediction.mask_share if prediction.haze is None else prediction.haze
    cells = [str(prediction.level), sure, *[_visibility(prediction.visibility)] * far, f'{share or 0:.0%}']
    return f'<tr title="{escape(level_of(prediction))}">{name}{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _fact(title: str, text: str, key: str, value: float | None) -> str:
    return f'<p class="mmh-fact" data-{key.replace("_", "-")}="{value!r}"><span>{title}</span><b>{text}</b></p>'


def _bar(title: str, text: str, value: float | None, end: float, key: str, note: str = '',
         chosen: bool = False) -> str:
    known = 0.0 if value is None or math.isnan(value) else value
    return (f'<div class="mmh-bar{" mmh-chosen" if chosen else ""}" data-key="{key}" data-value="{value!r}">'
            f'<span class="mmh-title">{escape(title)}{f"<small>{note}</small>" if note else ""}</span>'
            f'<span class="mmh-track"><i style="width:{100 * min(max(known / end, 0), 1):.1f}%"></i></span>'
            f'<span class="mmh-value">{text}</span></div>')


def _progress(done: int, total: int) -> str:
    return f'<span class="mmh-track"><i style="width:{100 * done / total:.1f}%"></i></span>'


def _short_name(level: int, name: str) -> str:
    plain = f'level {level}'
    return plain if name == plain else f'{level} · {name}'


def _visibility(metres: float | None) -> str:
    return '' if metres is None else 'clear' if math.isinf(metres) else f'{metres:.0f} m'


def _number(value: float | None) -> str:
    return 'unknown' if value is None or math.isnan(value) else f'{value:.2f}'
