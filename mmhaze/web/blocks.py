"""The page: two tabs, and what happens when something on them is used.

Events take and give values as the browser has them (``preprocess=False``, ``postprocess=False``): photos are read by
:mod:`mmhaze.io.photo` as everywhere in mmhaze, and pictures go out without becoming files.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html import escape
from typing import Any

from ..apis.dehaze_inferencer import DehazeInferencer
from ..apis.inferencer import HazeInferencer
from ..haze_map import estimate_haze
from ..visualization import overlay_haze, overlay_map
from . import markup
from .album import as_csv, as_jsonl, go_through
from .cams import draw_cams
from .clearing import clear_up
from .inbox import Inbox, name_of
from .scenes import SCENES, draw
from .toolkit import gr
from .visit import DEFAULTS, RANGES, Visit, asked_gray, compare, look_at, read_settings, segment, unless_over

# a photo is forgotten this long after it was given, seconds
SECONDS_KEPT = 1800
# events of the page are no interface for programs, and what they send is not changed on its way
PLAIN: dict[str, Any] = dict(preprocess=False, postprocess=False, api_visibility='private')
# the slider and the line of the photo without its haze, as long as there is none
NOT_CLEARED: list[Any] = [gr.update(value=None, visible=False), '']
FORGOTTEN = 'The page has forgotten the photo by now. Give it again.'


def build_page(inferencer: HazeInferencer, inbox: Inbox, title: str,
               dehazer: DehazeInferencer | None = None) -> gr.Blocks:
    """The page.

    Args:
        inferencer: what answers.
        inbox: where uploads come in.
        title: what answers, in a few words.
        dehazer: what takes the haze away; None shows no photo without it.
    """
    with gr.Blocks(title='How hazy is this photo?', analytics_enabled=False) as page:
        gr.HTML(f'<header id="head"><h1>How hazy is this photo?</h1><span>{escape(title)}</span></header>',
                padding=False)
        with gr.Tab('Photo'):
            _PhotoTab(inferencer, inbox, dehazer)
        with gr.Tab('Many photos'):
            _add_album_tab(inferencer, inbox)
        gr.HTML('<p id="private">Photos go to the computer that runs this page and nowhere else. Their files are '
                'deleted as soon as they are read.</p>', padding=False)
    return page


class _PhotoTab:
    """One photo: the field to give it, the answer, its haze to slide over it, UCM's settings, and it without haze."""

    def __init__(self, inferencer: HazeInferencer, inbox: Inbox, dehazer: DehazeInferencer | None) -> None:
        self.inferencer, self.inbox, self.dehazer = inferencer, inbox, dehazer
        self.visit = gr.State(time_to_live=SECONDS_KEPT)
        with gr.Row(elem_id='photo'):
            with gr.Column(scale=3, min_width=320):
                with gr.Column(elem_id='give'):
                    self.drop = gr.Image(sources=['upload', 'webcam', 'clipboard'], type='filepath', image_mode=None,
                                         show_label=False, height=300, buttons=[], elem_id='drop')
                    _fetch_nothing(self.drop)
                    with gr.Row(elem_id='scenes'):
                        gr.HTML('<p>or try a drawn scene in</p>', elem_id='try', padding=False)
                        scenes = {name: gr.Button(name, size='sm', min_width=90) for name in SCENES}
                with gr.Column(visible=False, elem_id='stage') as self.stage:
                    self.slider = _add_slider('slider')
                    self.line = gr.HTML(elem_id='line', padding=False)
                with gr.Column(visible=False, elem_id='cleared') as self.cleared:
                    self.clear_slider = _add_slider('clear-slider', visible=False)
                    self.clear_line = gr.HTML(elem_id='clear-line', padding=False)
                with gr.Column(visible=False, elem_id='network') as self.network:
                    self.cams = gr.HTML(elem_id='cams', padding=False)
            with gr.Column(scale=2, min_width=300):
                self.answer = gr.HTML(markup.welcome(inferencer.model is not None), elem_id='answer', padding=False)
                unfolded = inferencer.model is not None  # else the network in the box drew the haze, and not UCM
                with gr.Column(visible=False, elem_id='tuning') as self.tuning, \
                        gr.Accordion("The paper's haze mask (UCM)", open=unfolded, elem_id='settings'):
                    self.settings = _add_settings()
                    reset = gr.Button('Back to the defaults', size='sm', elem_id='reset')
        self._listen(scenes, reset)

    def _listen(self, scenes: dict[str, gr.Button], reset: gr.Button) -> None:
        settings, mask = list(self.settings.values()), [self.slider, self.line]
        clear = [self.clear_slider, self.clear_line]
        outputs = [self.drop, self.visit, self.answer, *mask, self.cams, *clear, self.stage, self.tuning, self.network,
                   self.cleared]
        given = [self.drop.input(self.show_upload, [self.drop, self.visit, *settings], outputs, show_progress='minimal',
                                 trigger_mode='multiple', **PLAIN)]
        given += [button.click(partial(self.show_scene, name), [self.visit, *settings], outputs,
                               show_progress='minimal', **PLAIN) for name, button in scenes.items()]
        # by default, one that is given while that before is still drawn would go without
        later: dict[str, Any] = dict(show_progress='minimal', trigger_mode='multiple', **PLAIN)
        if self.inferencer.model is not None:
            given = [event.then(self.explain, [self.visit], [self.cams], concurrency_id='explain', **later)
                     for event in given]
        if self.dehazer is not None:
            for event in given:  # last, as it takes longest
                event.then(self.clear, [self.visit], clear, concurrency_id='clear', **later)
        # while one is drawn the next waits, and only the latest of those that wait is drawn
        live: dict[str, Any] = dict(trigger_mode='always_last', show_progress='hidden', **PLAIN)
        gray = self.settings['gray']
        gr.on([control.input for control in settings if control is not gray], self.redraw, [self.visit, *settings],
              mask, **live)
        gray.input(self.redraw_gray, [self.visit, *settings], [self.settings['automatic'], *mask], **live)
        reset.click(self.reset, [self.visit], [*settings, *mask], **live)

    def show_upload(self, upload: Mapping[str, Any] | None, before: Visit | None, *settings: Any) -> list[Any]:
        if upload is None:  # the field was emptied
            return [gr.skip()] * 12
        return self._show(partial(self._look_at, upload), before, settings)

    def show_scene(self, name: str, before: Visit | None, *settings: Any) -> list[Any]:
        return self._show(lambda: look_at(draw(name), f'a drawn scene in {name}', self.inferencer), before, settings)

    def _look_at(self, upload: Mapping[str, Any]) -> Visit:
        photo, metadata = self.inbox.take(upload)
        return look_at(photo, name_of(upload), self.inferencer, metadata)

    def _show(self, look: Callable[[], Visit], before: Visit | None, settings: tuple) -> list[Any]:
        """The field, emptied for the next photo; what is known of this one; and whether that is to be seen."""
        if before is not None:
            before.over.set()
        try:
            visit = look()
            mask = self.draw_first(visit, *settings)
        except ValueError as error:
            return [None, None, markup.problem(str(error)), None, '', '', *NOT_CLEARED, *[gr.update(visible=False)] * 4]
        model = self.inferencer.model
        answer = markup.answer(visit.prediction, visit.name, self.inferencer.level_names)
        seen = gr.update(visible=True)
        return [None, visit, answer, *mask, '', NOT_CLEARED[0], markup.clearing(), seen, seen,
                gr.update(visible=model is not None), gr.update(visible=self.dehazer is not None)]

    def draw_first(self, visit: Visit, *settings: Any) -> list[Any]:
        """The haze as it is shown before a setting of UCM is moved: the map of the network in the box, or UCM's."""
        if self.inferencer.model is not None:
            return self.redraw(visit, *settings)
        over = overlay_map(visit.photo, estimate_haze(visit.photo))
        return [compare(visit, over, 'haze.jpg'), markup.map_line()]

    def redraw(self, visit: Visit | None, *settings: Any) -> list[Any]:
        """The pictures to slide over each other, and the line below them."""
        if visit is None:
            return [gr.skip(), markup.problem(FORGOTTEN)]
        chosen = read_settings(settings)
        regions = segment(visit.photo, chosen)
        pictures = compare(visit, overlay_haze(visit.photo, regions), 'haze.jpg')
        return [pictures, markup.mask_line(regions, asked_gray(chosen))]

    def redraw_gray(self, visit: Visit | None, *settings: Any) -> list[Any]:
        """Who moves the gray threshold does not want it worked out."""
        chosen = dict(zip(DEFAULTS, settings), automatic=False)
        return [False, *self.redraw(visit, *chosen.values())]

    def reset(self, visit: Visit | None) -> list[Any]:
        first = self.redraw(visit) if visit is None else self.draw_first(visit, *DEFAULTS.values())
        return [*DEFAULTS.values(), *first]

    def explain(self, visit: Visit | None) -> Any:
        """Where the network looks; after the answer, as it takes longer."""
        model = self.inferencer.model
        return gr.skip() if model is None else unless_over(visit, partial(draw_cams, model), gr.skip())

    def clear(self, visit: Visit | None) -> Any:
        """The photo without its haze, to slide over it, and the line below; last, as it may take longest."""
        if self.dehazer is None:
            return gr.skip()
        pictures, line = unless_over(visit, partial(clear_up, self.dehazer, self.inferencer), (None, None))
        return gr.skip() if line is None else [gr.update(value=pictures, visible=pictures is not None), line]


def _add_slider(elem_id: str, visible: bool = True) -> gr.ImageSlider:
    return gr.ImageSlider(show_label=False, slider_position=50, max_height=620, elem_id=elem_id, visible=visible,
                          buttons=['fullscreen'], interactive=False)


def _add_settings() -> dict[str, Any]:
    """The settings of UCM, by the names and in the order of ``DEFAULTS``."""
    def slide(name: str, step: int, title: str, info: str | None = None) -> gr.Slider:
        return gr.Slider(*RANGES[name], DEFAULTS[name], step=step, label=title, info=info, buttons=[],
                         elem_id=name.replace('_', '-'))

    side = 'the shorter side of the photo over this; '
    return dict(
        channel=slide('channel', 1, 'Contrast window', f'{side}light and dark are compared in it'),
        denoise=slide('denoise', 1, 'Cleaning window', f'{side}the majority of it decides'),
        mask=slide('mask', 1, 'Mask window', f'{side}all of it must be haze'),
        automatic=gr.Checkbox(bool(DEFAULTS['automatic']), label='Work out for each photo how bright haze is',
                              elem_id='automatic'),
        gray=slide('gray', 1, 'Haze is at least this bright, of 255'),
        min_box=slide('min_box', 8, 'Smallest haze that counts, pixels'))


def _fetch_nothing(field: gr.components.Component) -> None:
    """Keeps Gradio from fetching the address that somebody names as an upload; the inbox refuses what is not there."""
    async def stay(path: str) -> str:
        return path

    setattr(field, 'async_move_resource_to_block_cache', stay)  # noqa: B010  mypy lets nobody assign a method


def _add_album_tab(inferencer: HazeInferencer, inbox: Inbox) -> None:
    """Many photos: a table of them, and its files to download."""
    drop = gr.File(file_count='multiple', file_types=['image'], show_label=False, height=180, elem_id='drop-many')
    _fetch_nothing(drop)
    table = gr.HTML(markup.welcome_many(), elem_id='album', padding=False)

    def run(uploads: list[Mapping[str, Any]] | None) -> Iterator[list[Any]]:
        for found in go_through(uploads or [], inbox, inferencer):
            complete = len(found) == len(uploads or [])
            tables = {'haze.csv': as_csv(found), 'haze.jsonl': as_jsonl(found)} if complete else {}
            yield [None, markup.album(found, len(uploads or []), tables)]

    drop.upload(run, [drop], [drop, table], show_progress='hidden', **PLAIN)
