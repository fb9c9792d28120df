"""Trained networks as ONNX files, with what goes before the network in them if need be."""
from .onnx_file import draw_photos, export_onnx

__all__ = ['draw_photos', 'export_onnx']
