"""The files that do not agree, and why."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("timm/vit_small_patch16_rope_mixed_224", "torchscript"): (
        "ONNX Runtime refuses the file, since the exporter writes an Expand whose shapes do not fit."
    ),
    ("timm/csatv2", "torchscript"): (
        "The exporter refuses adaptive pooling to sizes that do not divide those of the image."
    ),
    ("timm/resnet50_clip", "torchscript"): "The exporter refuses bicubic resizing with antialiasing.",
}
