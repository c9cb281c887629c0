"""The API's description as the file that is committed and compared: docs/generated/openapi.yaml."""

import json
from typing import Any

import yaml

from tongban.api import v1


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that a change reads as what was changed."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml() -> str:
    """OpenAPI 3.1 of the API in YAML, the same bytes for the same code."""
    # Through JSON, where keys are texts and nothing is shared, as whoever fetches it sees it.
    described: Any = json.loads(json.dumps(v1.api.get_openapi_schema(path_prefix="/api/v1/")))
    heading = "# Made by: ./run docs generate\n"
    return heading + yaml.dump(
        described, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100
    )
