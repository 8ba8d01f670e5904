"""People, guests, sign-ins, API keys, roles and consent choices."""
