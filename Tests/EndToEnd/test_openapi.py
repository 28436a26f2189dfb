"""schemathesis against the served OpenAPI: what it says is what the server does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import FULL, Server
from stemma import Client, digest_of
from view_records import Run, context, device, source, verdict, view

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


def leased(client: Client) -> tuple[str, str, str]:
    """A view with two outputs, a rebuild of it, and a lease on that."""
    data, how = source("described"), context("described", executor="score")
    over = view([digest_of(data)], digest_of(how))
    run = Run(device())
    outputs = [run.output(digest_of(over), "same", str(sample)) for sample in range(2)]
    same = verdict([digest_of(output) for output in outputs], "bit_identical")
    client.commit([data, how, over, *run.records(), *outputs, same])
    ask = {"view": digest_of(over), "samples": 2}
    rebuild = client._send("POST", "rebuilds", json=ask).json()["rebuild"]
    worker = {"worker": "w", "class": "cpu", "executors": ["score"], "seconds": 3600}
    (lease,) = client._send("POST", "leases", json=worker).json()["leases"]
    return digest_of(over), rebuild, lease["lease"]


def test_what_is_there_is_as_described(server: Server, tmp_path: Path) -> None:
    """The other one meets little but 404; here every address has something behind it."""
    client = server.client("described")
    (record,) = client.commit([{"kind": "context", "v": 1}]).digests
    content = client.put_content(b"described")
    (other,) = client.commit([{"kind": "context", "v": 1, "salt": "0" * 16}]).digests
    for target in (record, other):
        client.move("models/described@production", target)
    over, rebuild, lease = leased(client)
    (tmp_path / "schemathesis.toml").write_text(
        f"""
        [parameters]
        namespace = "described"
        name = "models/described@production"
        [[operations]]
        include-path-regex = "/(records|lineage|impact)/"
        parameters = {{ digest = "{record}" }}
        [[operations]]
        include-path-regex = "/views/"
        parameters = {{ digest = "{over}", class = "cpu" }}
        [[operations]]
        include-path-regex = "/rebuilds/"
        parameters = {{ rebuild = "{rebuild}" }}
        [[operations]]
        include-path-regex = "/leases/"
        parameters = {{ lease = "{lease}" }}
        [[operations]]
        include-path-regex = "/diff"
        parameters = {{ a = "{record}", b = "{other}" }}
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
