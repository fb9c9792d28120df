"""A web page that answers: a photo goes in, its level and its haze come out. ``mmhaze page`` is its door.

:mod:`~mmhaze.web.inbox`
    where uploads pass through, and are deleted as soon as they are read
:mod:`~mmhaze.web.visit`
    one photo: what the network says of it, its haze, its pictures
:mod:`~mmhaze.web.clearing`, :mod:`~mmhaze.web.cams`
    it without its haze, and where the network looks; after the answer, as they take longer
:mod:`~mmhaze.web.album`
    many photos: the rows, and the tables to download
:mod:`~mmhaze.web.markup`
    both as HTML
:mod:`~mmhaze.web.blocks`, :mod:`~mmhaze.web.server`
    the page, and who may ask it what; these two need Gradio
"""
