"""Trained networks as ONNX files, with what goes before the network in them if need be."""
from .onnx_file import export_onnx

__all__ = ['export_onnx']
