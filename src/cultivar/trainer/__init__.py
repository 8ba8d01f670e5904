"""Makes models: reads labelled photos, trains, calibrates, checks, exports, reports. Needs the extra `train`.

Importing it brings in no torch; it only makes sure that torchvision will import beside a CPU build of torch.
"""

from cultivar.trainer import torchvision_guard

torchvision_guard.install()
