"""Write the OpenAPI document, keys sorted, for the web app's client to be made from.

    python tools/openapi.py           writes web/src/generated/openapi.json
    python tools/openapi.py --check   fails if that would change it

Then `npm run generate` in `web/` makes the client.
"""

import json
import sys
import tempfile
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "web" / "src" / "generated" / "openapi.json"


def document() -> str:
    """What the application says of itself, whatever the settings of this machine are."""
    from cultivar.kernel.settings import Settings
    from cultivar.web.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), log_level="error")
        return json.dumps(create_app(settings).openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    wanted = document()
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == wanted:
        return
    if "--check" in sys.argv:
        sys.exit("web/src/generated/openapi.json is out of date: run `make client`.")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
