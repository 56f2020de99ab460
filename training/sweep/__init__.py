"""Exports architectures of torchvision and timm to ONNX, converts them and compares the results with ONNX Runtime's."""
