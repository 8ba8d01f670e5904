"""From the bytes of a photo to calibrated probabilities, or a refusal. It knows nothing of plants, people or HTTP."""
