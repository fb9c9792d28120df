"""What the names of levels say of haze: how far one sees, a word, or a number; and so which of them has the least.

Names are put in order only where they say it beyond doubt. ``'heavy'`` and ``'dense'`` side by side, ``'site 1'``, or
``'1,000 m'``, a kilometre to some and a metre to others, do not.
"""
from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from ..io.tables import read_number

METRES = {**dict.fromkeys(('m', 'meter', 'meters', 'metre', 'metres', '米'), 1.0),
          **dict.fromkeys(('km', 'kilometer', 'kilometers', 'kilometre', 'kilometres', '公里', '千米'), 1000.0),
          **dict.fromkeys(('ft', 'foot', 'feet'), 0.3048), **dict.fromkeys(('yd', 'yard', 'yards'), 0.9144),
          **dict.fromkeys(('mi', 'mile', 'miles'), 1609.344), 'nmi': 1852.0}
# words for haze, by its strength; 'very' is one more for what is above the moderate, and one less for what is below
STRENGTHS = {
    **dict.fromkeys(('faint', 'trace'), 1),
    **dict.fromkeys(('light', 'lightly', 'slight', 'slightly', 'mild', 'mildly', 'thin', 'weak'), 2),
    **dict.fromkeys(('moderate', 'moderately', 'medium', 'middle', 'intermediate'), 3),
    **dict.fromkeys(('heavy', 'heavily', 'dense', 'densely', 'thick', 'thickly', 'strong', 'strongly'), 4),
    **dict.fromkeys(('severe', 'severely'), 5), 'extreme': 6}
RELATIVE = dict(low=2, high=4)  # of haze; of sight they would be the other way round
BARE = 3  # haze of which no more is said
VERY = {'very', 'extremely'}
CLEAR = {'clear', 'clean', 'none', 'sunny', 'nofog', 'nohaze', 'hazefree', 'fogfree', 'fogless', 'hazeless'}
HAZE = {'haze', 'hazy', 'fog', 'foggy', 'mist', 'misty', 'smog', 'smoggy', 'smoke', 'smoky', 'density', 'intensity'}
NO = {'no', 'non', 'not', 'none', 'without', 'zero', 'free'}
SIGHT = {'visibility', 'vis', 'mor', 'rvr', 'visual', 'range'}
BESIDE = {'weather', 'sky', 'day', 'air', 'scene', 'scenes', 'condition', 'conditions', 'photos', 'images', 'level'}
# with a number: the more, the more haze, or the less
MORE = HAZE | {'level', 'lvl', 'lv', 'l', 'stage', 'grade', 'class', 'step', 'severity', 'strength', 'beta',
               'extinction', 'pm', 'pm2.5', 'pm10', 'aqi'}
LESS = {'transmission', 'transmittance'}
METRES_LIKELY = 20  # 'fog 50' may be thick fog, or fog in which one sees 50 m; 'fog 3' is neither

_NUMBER = r'\d+(?:[.,]\d+)?'
_UNIT = '|'.join(METRES)
_ABOUT = '|'.join(SIGHT | HAZE)
_SIGHT = re.compile(rf'(?P<before>(?:(?:{_ABOUT})[ :=-]*)*)'
                    r'(?:(?P<under><=?|≤|(?:under|below|less than|up to|max)\b) ?)?'
                    r'(?:(?P<over>>=?|≥|(?:over|above|more than|beyond|min)\b) ?)?'
                    rf'(?P<low>{_NUMBER}) ?(?P<low_unit>{_UNIT})?'
                    rf'(?: ?(?:-|\u2013|\u2014|~|to\b|\.\.) ?(?P<high>{_NUMBER}) ?(?P<unit>{_UNIT})?)?'
                    r'(?P<more> ?(?:\+|plus))?'
                    rf'(?P<behind>(?:[ :=-]+(?:{_ABOUT}))*)')
_COUNT = re.compile(rf'(?P<before>(?:pm2\.5|pm10|[a-z][a-z -]*)?)[ -]?(?P<number>{_NUMBER})(?P<percent> ?%)?'
                    '(?: (?P<behind>[a-z ]+))?')
_NUMBERED = re.compile(r'(?P<level>level[ _-]?)?(?P<number>\d+)'
                       rf'(?:[_):]+ ?|\.(?!\d) ?| - | (?!(?:{_UNIT})$)|-(?!\d))(?P<rest>.+)', re.IGNORECASE)


class Meaning(NamedTuple):
    """What a name says.

    Attributes:
        scale: on which; names on different scales cannot be compared.
        least, most: the haze there is, from which to which value of the scale; air is clear at minus infinity on all.
    """

    scale: str
    least: float
    most: float


def visibility_of(name: str | None) -> float | None:
    """How far one sees at a level of this name, metres: 300 at ``'300 m'``, infinitely at ``'clear'``, else None."""
    meaning = read_meaning(name or '')
    if meaning is None or meaning.scale not in ('', 'metres') or meaning.least != meaning.most:
        return None
    return -meaning.least


def order_levels(names: Iterable[str]) -> list[str]:
    """Names of levels in order, the least haze first.

    Raises:
        ValueError: the names do not say which that is; the error says why, in a sentence.
    """
    meanings = {name: read_meaning(name) for name in names}
    if None in meanings.values() and all(map(_NUMBERED.fullmatch, meanings)):
        return _order_numbered(list(meanings))
    return _order(meanings)


def read_meaning(name: str) -> Meaning | None:
    """What a name says of haze; None where that is nothing, or more than one thing."""
    spaced = re.sub('(?<=[a-z])(?=[A-Z][a-z])', ' ', name)
    text = ' '.join(spaced.casefold().replace('_', ' ').split())
    return _read_words(text) or _read_sight(text) or _read_count(text)


def _order(meanings: Mapping[str, Meaning | None]) -> list[str]:
    known = sorted((meaning.least, meaning.most, name, meaning.scale) for name, meaning in meanings.items() if meaning)
    if len(known) < len(meanings):
        strange = next(name for name, meaning in meanings.items() if not meaning)
        raise ValueError(f'{strange!r} says neither how far one sees nor how much haze there is.')
    scales = {scale: name for _, _, name, scale in known if scale}
    if len(scales) > 1:
        raise ValueError(f'{" and ".join(map(repr, list(scales.values())[:2]))} cannot be compared.')
    for (least, most, one, _), (from_here, to_here, other, _) in zip(known, known[1:]):
        if most > from_here or (least, most) == (from_here, to_here):
            raise ValueError(f'{one!r} and {other!r} may be the same haze.')
    return [name for _, _, name, _ in known]


def _order_numbered(names: Sequence[str]) -> list[str]:
    """Names as ``'0_clear'`` and ``'1_light'``, whose numbers are to agree with the rest of the name."""
    found = {name: cast(re.Match, _NUMBERED.fullmatch(name)) for name in names}
    order = sorted(names, key=lambda name: int(found[name]['number']))
    if len({int(match['number']) for match in found.values()}) < len(names):
        raise ValueError(f'Two of them have the same number: {", ".join(order)}.')
    rests = {name: read_meaning(match['rest']) for name, match in found.items()}
    if not any(rests.values()) and all(match['level'] for match in found.values()):
        return order
    by_name = _order(rests)
    if by_name != order:
        raise ValueError(f'By their numbers {order[0]!r} has the least haze, by what they say {by_name[0]!r}.')
    return order


def _read_words(text: str) -> Meaning | None:
    words = [word for word in re.split('[ -]+', text) if word not in BESIDE]
    haze = [word for word in words if word in HAZE]
    rest = [word for word in words if word not in HAZE]
    if len(rest) == 1 and (rest[0] in NO if haze else rest[0] in CLEAR):
        return Meaning('', -math.inf, -math.inf)
    very = rest[:1] and rest[0] in VERY
    if very:
        rest = rest[1:]
    if len(rest) > 1 or not (rest or haze):
        return None
    strength = ({**STRENGTHS, **RELATIVE} if haze else STRENGTHS).get(rest[0]) if rest else BARE
    if strength is None or (very and rest and strength == BARE):
        return None
    strength += 0 if not very else -1 if strength < BARE else 1
    return Meaning('words', strength, strength)


def _read_sight(text: str) -> Meaning | None:
    """A visibility, or from which to which it is; how much haze that is grows as it falls."""
    found = _SIGHT.fullmatch(text)
    if not found or sum(bool(found[end]) for end in ('under', 'over', 'high', 'more')) > 1:
        return None
    unit = found['unit'] or found['low_unit']
    named = SIGHT & set(re.split('[ :=-]+', f'{found["before"]} {found["behind"]}'))
    if not (unit or named) or (found['high'] and found['low_unit'] and not found['unit']):
        return None
    low = _read_length(found['low'], found['low_unit'] or unit)
    high = _read_length(found['high'] or found['low'], unit)
    if low is None or high is None or low > high:
        return None
    low, high = 0.0 if found['under'] else low, math.inf if found['over'] or found['more'] else high
    return Meaning('metres' if unit else 'a visibility without a unit', -high, -low)


def _read_length(text: str, unit: str | None) -> float | None:
    if re.fullmatch(r'0*[1-9]\d*[.,]\d{3}', text):  # thousands, or a fraction
        return None
    return float(text.replace(',', '.')) * METRES.get(unit or '', 1.0)


def _read_count(text: str) -> Meaning | None:
    """A number, alone or with words that say of what."""
    found = _COUNT.fullmatch(text)
    if not found or text.startswith('-'):
        return None
    try:
        number = read_number(found['number'])
    except ValueError:
        return None
    before, behind = (set(re.split('[ -]+', found[place] or '')) - {''} for place in ('before', 'behind'))
    if not before <= MORE | LESS or not behind <= HAZE | {'level'}:
        return None
    about = before | behind
    if about and about <= HAZE - {'density', 'intensity'} and number >= METRES_LIKELY and not found['percent']:
        return None
    return Meaning(f'number {" ".join(sorted(about))}', *[-number if about & LESS else number] * 2)
