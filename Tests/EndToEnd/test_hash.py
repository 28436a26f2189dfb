"""`stemma hash` against programs that are not ours."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import struct
import subprocess
from pathlib import Path

import numpy
import pytest
import rfc8785
import safetensors.numpy
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import signing

from conftest import BINARY, Server
from stemma import MANIFEST_MEDIA_TYPE, digest_of_bytes, manifest_of


def stemma_hash(
    *arguments: object, status: int = 0, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    ran = subprocess.run(
        [BINARY, "hash", *map(str, arguments)], cwd=cwd, capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == status, ran.stderr.decode()
    assert (status == 0) == (ran.stderr == b"")
    return ran


def first_word(*arguments: object) -> str:
    return stemma_hash(*arguments).stdout.split()[0].decode()


def fill(folder: Path, names: list[str]) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * (len(name) % 5) * 1000)


def test_files_as_sha256sum_has_them(tmp_path: Path) -> None:
    sizes = [0, 1, 1 << 20, (1 << 20) + 1, 5_000_001]
    files = []
    for size in sizes:
        files.append(tmp_path / f"{size} bytes")
        files[-1].write_bytes(os.urandom(size))
    theirs = subprocess.run(["sha256sum", *files], capture_output=True, check=True, text=True)
    ours = stemma_hash(*files).stdout.decode().splitlines()
    assert [line.split()[0] for line in ours] == [
        "sha256:" + line.split()[0] for line in theirs.stdout.splitlines()
    ]
    assert [int(line.split()[1]) for line in ours] == sizes
    assert [line.split("  ", 2)[2] for line in ours] == [str(file) for file in files]


def test_folder_root_is_the_subject_of_a_model_signature(tmp_path: Path) -> None:
    """Signed by PyPI `model-signing`, whose order of paths differs only for `a.b` beside `a/`."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(key)
    model = tmp_path / "model"
    fill(
        model,
        [".env", ".git/HEAD", ".gitignore", ".github/x", "config.json", "empty", "sub/.gitignore"]
        + ["sub/.git/HEAD", "sub/deep/weights", "weights-1", "weights-2", "Zoë", "模型.bin"],
    )
    signature = model / "model.sig"
    signing.Config().use_elliptic_key_signer(private_key=tmp_path / "key.pem").sign(
        model, signature
    )
    bundle = json.loads(signature.read_bytes())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    root = "sha256:" + statement["subject"][0]["digest"]["sha256"]
    assert first_word("--signature", "model.sig", model) == root
    assert first_word(model) != root, "the signature is a file like any other unless it is named"
    manifest = json.loads(stemma_hash("--manifest", "--signature", "model.sig", model).stdout)
    assert manifest["root"] == root
    assert [(file["path"], file["digest"]) for file in manifest["files"]] == [
        (resource["name"], "sha256:" + resource["digest"])
        for resource in statement["predicate"]["resources"]
    ]


def test_manifest_is_what_the_specification_says(tmp_path: Path) -> None:
    """OMS 1.0 §5.2.1 and §6.5.1 written out again, with the order that tells the two apart."""
    names = ["a.b", "a-b", "a/c", "a/d/e", "a0", "A", "é", "e\u0301", '"\\', "\uff41", "\U0001d41a"]
    fill(tmp_path, names)
    files = []
    for name in sorted(names, key=lambda name: [ord(letter) for letter in name]):
        data = (tmp_path / name).read_bytes()
        files.append({"digest": digest_of_bytes(data), "path": name, "size": len(data)})
    raw = b"".join(bytes.fromhex(file["digest"][7:]) for file in files)
    expected = rfc8785.dumps({"files": files, "root": digest_of_bytes(raw), "v": 1})
    assert stemma_hash("--manifest", tmp_path).stdout == expected
    assert manifest_of(tmp_path) == expected
    assert first_word(tmp_path) == digest_of_bytes(raw)


def test_a_manifest_is_stored_and_found(server: Server, tmp_path: Path) -> None:
    fill(tmp_path, ["train/1", "train/2", "labels.csv"])
    manifest = manifest_of(tmp_path)
    client = server.client("folders")
    digest = client.put_content(manifest)
    descriptor = {"digest": digest, "size": len(manifest), "mediaType": MANIFEST_MEDIA_TYPE}
    client.commit([{"kind": "input", "v": 1, "manifest": descriptor}])
    (found,) = client.find(kind="input")
    assert client.content(found["record"]["manifest"]["digest"]) == manifest
    assert manifest == stemma_hash("--manifest", tmp_path).stdout


def tensor_digest(tensors: dict[str, numpy.ndarray], names: dict[str, str]) -> str:
    """`schemas/FORMAT.md`, section 6, from the arrays and not from the file."""
    encoding = b"stemma/tensors/v1\0" + struct.pack(">Q", len(tensors))
    for name, array in sorted(tensors.items(), key=lambda entry: entry[0].encode()):
        for text in (name, names[str(array.dtype)]):
            encoding += struct.pack(">Q", len(text.encode())) + text.encode()
        encoding += struct.pack(f">{1 + array.ndim}Q", array.ndim, *array.shape)
        data = array.tobytes()
        encoding += struct.pack(">Q", len(data)) + hashlib.sha256(data).digest()
    return digest_of_bytes(encoding)


def test_tensor_digest_names_the_weights(tmp_path: Path) -> None:
    names = {"float32": "F32", "float64": "F64", "int8": "I8", "bool": "BOOL", "uint16": "U16"}
    random = numpy.random.default_rng(7)
    tensors = {
        "layer.10/weight": random.standard_normal((64, 33)).astype("float32"),
        "layer.9/weight": random.standard_normal((5, 0)),
        "größe": random.integers(0, 2, (3, 1, 7)).astype("bool"),
        "scalar": numpy.array(3, dtype="int8"),
        "tokens": random.integers(0, 60000, 1_000_003).astype("uint16"),
    }
    expected = tensor_digest(tensors, names)
    file = tmp_path / "weights.safetensors"
    whole = set()
    for metadata in (None, {"run": "7"}, {"run": "8", "at": "now"}):
        safetensors.numpy.save_file(tensors, file, metadata=metadata)
        assert first_word("--tensors", file) == expected
        whole.add(first_word(file))
    assert len(whole) == 3, "the files themselves differ"
    tensors["scalar"] = numpy.array(4, dtype="int8")
    safetensors.numpy.save_file(tensors, file)
    assert first_word("--tensors", file) == tensor_digest(tensors, names) != expected


def test_refusals_say_what_and_where(tmp_path: Path) -> None:
    fill(tmp_path, ["good/file", "linked/file", "piped/file", "named/a\nb", "torn.safetensors"])
    (tmp_path / "bare").mkdir()
    (tmp_path / "linked/link").symlink_to("file")
    os.mkfifo(tmp_path / "piped/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
    for arguments, status, message in (
        (["absent"], 2, "absent: No such file or directory"),
        (["--manifest", "good/file"], 2, "good/file: Not a directory"),
        (["--manifest", "good", "bare"], 2, "--manifest takes one folder"),
        (["--tensors", "--manifest", "good"], 2, "exclude each other"),
        (["--tensors", "--signature", "x", "good"], 2, "--signature is for folders"),
        (["--signature", "../x", "good"], 2, "must be relative to the folder"),
        ([], 2, "Missing expected argument"),
        (["linked"], 1, "linked/link: symbolic links are refused"),
        (["piped"], 1, "piped/pipe: neither a regular file nor a folder"),
        (["socket"], 1, "socket: not a regular file"),
        (["named"], 1, "named/a\\x0ab: the name holds a control character"),
        (["bare"], 1, "bare: the folder holds no file to list"),
        (["--tensors", "torn.safetensors"], 1, "torn.safetensors: a header of"),
        (["--tensors", "good"], 1, "good: not a regular file"),
    ):
        ran = stemma_hash(*arguments, status=status, cwd=tmp_path)
        assert message in ran.stderr.decode(), arguments
        assert ran.stdout == b""


@pytest.mark.parametrize("kind", ["link", "pipe", "name", "bytes", "nothing"])
def test_the_client_refuses_the_same_folders(tmp_path: Path, kind: str) -> None:
    if kind == "link":
        (tmp_path / "link").symlink_to("elsewhere")
    elif kind == "pipe":
        os.mkfifo(tmp_path / "pipe")
    elif kind == "name":
        (tmp_path / "a\x85").touch()
    elif kind == "bytes":
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))).touch()
    stemma_hash(tmp_path, status=1)
    with pytest.raises(ValueError):
        manifest_of(tmp_path)
