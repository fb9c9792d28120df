"""Weather drawn anew over a batch of clear scenes, in torch: another light and sky, haze, a wet glass, a camera.

What a network for haze learns from: each batch of clear scenes with depth becomes hazy pictures whose transmission, sky
and airlight are known. White skies, flat light, dust on the glass and dark bonnets are drawn as what they are: no haze.
"""
from .draw import DrawnWeather, draw_weather

__all__ = ['DrawnWeather', 'draw_weather']
