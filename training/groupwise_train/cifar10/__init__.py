"""The recipe: trains MobileNetV2 with learned groups on CIFAR-10, exports it and compares what was measured."""
