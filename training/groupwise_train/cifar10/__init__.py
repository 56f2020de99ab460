"""The recipe: trains small networks with learned groups on CIFAR-10, exports it and compares what was measured."""
