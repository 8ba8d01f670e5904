"""Trains detectors and instance segmenters from boxes: YOLOX-nano with a branch for masks."""
