"""Answers as the OpenAPI document shows them."""

from typing import Any

_NOTHING_FOUND: dict[str, Any] = {
    "instances": [],
    **dict.fromkeys(("banana_count", "not_mature_count", "mature_count", "ripe_count", "over_ripe_count")),
    **dict.fromkeys(("overall_quality_score", "grade", "grading", "quality_metrics", "severity", "visualization")),
    "anomalies": [],
}
_KEPT: dict[str, Any] = {
    "success": True,
    "prediction_id": "0193f3a0-5c7e-7b11-9a53-3f6a1d2b4c5d",
    "image_id": "0193f3a0-5c7f-7c22-8b64-4a7b2e3c5d6e",
    "model_version": "1.0.0",
    "refused": False,
    "refusal": None,
    "photos": [],
    "processing_time": 0.024,
    "stored": True,
    "feedback_token": None,
    "warnings": [],
}

CLASSIFIED: dict[str, Any] = {
    **_KEPT,
    **_NOTHING_FOUND,
    "model": "plant-health",
    "result": {"class_id": 29, "class_name": "Tomato___Late_blight", "confidence": 0.92, "bbox": None},
    "plant_type": "Tomato",
    "confidence": 0.98,
    "diseases": [{"name": "Late_blight", "confidence": 0.93}],
    "heads": {
        "plant": {"label": "Tomato", "confidence": 0.98, "top": [{"label": "Tomato", "confidence": 0.98}]},
        "condition": {
            "label": "Late_blight",
            "confidence": 0.93,
            "top": [{"label": "Late_blight", "confidence": 0.93}],
        },
    },
    "quality": {"sharpness": 0.9, "exposure": 0.8, "size": 1.0, "score": 0.9},
    "inference_time_ms": 11.9,
}

_BANANA: dict[str, Any] = {
    "instance_id": 0,
    "file_index": 0,
    "class_id": 2,
    "class_name": "Ripe",
    "confidence": 0.91,
    "bbox": [212.0, 96.5, 431.2, 655.0],
    "polygon": [[230.0, 96.5], [431.2, 310.0], [402.5, 655.0], [212.0, 420.5]],
    "area_px": 61820.4,
    "colour_stage": 6,
    "colour": {"lightness": 74.1, "a": 3.2, "b": 57.0, "hue_deg": 86.8},
    "brown_share": 0.012,
    "defect_share": 0.012,
    "defects": [{"kind": "bruise", "area_share": 0.012, "spots": 1}],
    "reject": False,
    "shape_faults": [],
    "heads": {},
}

DETECTED: dict[str, Any] = {
    **_KEPT,
    "model": "banana-ripeness",
    "result": {"class_id": 2, "class_name": "Ripe", "confidence": 0.91, "bbox": _BANANA["bbox"]},
    "plant_type": None,
    "confidence": 0.91,
    "diseases": None,
    "heads": {},
    "quality": {"sharpness": 0.8, "exposure": 0.9, "size": 1.0, "score": 0.896},
    "inference_time_ms": 61.3,
    "instances": [_BANANA],
    "banana_count": 1,
    "not_mature_count": 0,
    "mature_count": 0,
    "ripe_count": 1,
    "over_ripe_count": 0,
    "overall_quality_score": 0.972,
    "grade": "A+",
    "grading": {
        "purpose": "retail",
        "rule_version": "1",
        "instances": 1,
        "score": 0.972,
        "components": {
            "uniformity": 1.0,
            "soundness": 0.92,
            "window": 1.0,
            "validity": 1.0,
            "mean_defect_share": 0.012,
            "over_ripe_share": 0.0,
            "rejected": 0,
        },
        "columns": {"score": "A+", "defects": "A+", "over_ripe": "A+"},
        "reason": None,
        "message": None,
    },
    "quality_metrics": {"sharpness": 0.8, "exposure": 0.9, "geometric_validity": 1.0, "confidence_spread": 0.0},
    "anomalies": [],
    "severity": None,
    "visualization": "/api/v1/predictions/0193f3a0-5c7e-7b11-9a53-3f6a1d2b4c5d/visualization",
}
