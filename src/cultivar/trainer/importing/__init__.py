"""Somebody's own model to one that serves: read, checked against the pack, converted, compared, described.

`python -m cultivar.trainer.importing` is the child process of `cultivar models import`.
"""
