"""schemathesis against the served OpenAPI: what it says is what the server does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import FULL, Server

# `positive_data_acceptance` is left out: OpenAPI cannot say what a body has to hold beyond its shape
# (records: schemas/*.schema.json, targets that exist; content: bytes of that digest).
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
]


def test_the_server_is_as_described(server: Server, tmp_path: Path) -> None:
    # Briefly the same cases every time; in full other ones every time (the output names the seed).
    size = ["--max-examples", "300"] if FULL else ["--max-examples", "10", "--seed", "7"]
    ran = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", f"{server.url}/openapi.yaml"]
        + ["--checks", ",".join(CHECKS), "--continue-on-failure", "--no-color", *size]
        + ["--header", f"Authorization: Bearer {server.key}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3600 if FULL else 300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
