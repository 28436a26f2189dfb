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


def run(server: Server, folder: Path, *options: str) -> None:
    # Briefly the same cases every time; in full other ones every time (the output names the seed).
    size = ["--max-examples", "300"] if FULL else ["--max-examples", "10", "--seed", "7"]
    ran = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "run", f"{server.url}/openapi.yaml"]
        + ["--checks", ",".join(CHECKS), "--continue-on-failure", "--no-color", *size, *options]
        + ["--header", f"Authorization: Bearer {server.key}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=3600 if FULL else 300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_server_is_as_described(server: Server, tmp_path: Path) -> None:
    run(server, tmp_path)


def test_what_is_there_is_as_described(server: Server, tmp_path: Path) -> None:
    """The other one meets little but 404; here every address has something behind it."""
    client = server.client("described")
    (record,) = client.commit([{"kind": "context", "v": 1}]).digests
    content = client.put_content(b"described")
    for target in (record, client.commit([{"kind": "context", "v": 1, "salt": "0" * 16}]).digests[0]):
        client.move("models/described@production", target)
    (tmp_path / "schemathesis.toml").write_text(
        f"""
        [parameters]
        namespace = "described"
        name = "models/described@production"
        [[operations]]
        include-path-regex = "/(records|lineage|impact)/"
        parameters = {{ digest = "{record}" }}
        [[operations]]
        include-path = "/log/tile/{{place}}"
        parameters = {{ place = "0/000.p/1" }}
        [[operations]]
        include-path-regex = "/content/"
        parameters = {{ digest = "{content}" }}
        [warnings]
        fail-on = ["missing_test_data"]
        """
    )
    run(server, tmp_path, "--mode", "positive", "--phases", "coverage,fuzzing")
