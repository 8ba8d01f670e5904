"""Training by Ultralytics (the extra `yolo`, AGPL-3.0) on the same photos, finished by way of an import."""
