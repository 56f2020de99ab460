"""Trains networks of torchvision and timm with learned groups or panels on a folder of pictures."""
