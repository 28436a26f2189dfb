"""A store that is filled once, and copies of its database for tampering with."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from cluster import Cluster
from conftest import BINARY, Server
from stemma import digest_of_bytes

# Three chunks, the first two of which pack well.
LARGE = "large " * 87_382 + "".join(sha256(bytes([n])).hexdigest() for n in range(200))
RUN = "00000000-0000-4000-8000-00000000000"


class TamperedStore:
    """`index` names the records that cases are about; `base` and `old` are the databases, the second as it
    was when the log had `old_size` entries."""

    def __init__(self) -> None:
        self.cluster = Cluster()
        self.folder = Path(tempfile.mkdtemp(prefix="stemma-tamper-"))
        self.folder.chmod(0o755)
        self.index: dict[str, int] = {}
        self._copies = itertools.count()
        self.cluster.query("create database base")
        server = Server(folder=self.folder / "server", database=self.conninfo("base"))
        server.start()
        self._fill(server)
        self.old_size, self.old_note = self._head(server)
        server.stop()
        self.cluster.query("create database old template base")
        server.start()
        self._fill_on(server)
        self.size, self.note = self._head(server)
        self._wait_for_edges()
        self.statements, self.digests = self._statements(server)
        server.stop()
        self.vkey = (self.folder / "server/log.vkey").read_text().strip()
        self.good_state = self.folder / "state"
        # From here on nothing has to last, and a copy of a database is made fifty times.
        self.cluster.set("fsync", "off")
        code, report = self.audit("base", state=self.good_state)
        assert code == 0, report

    def remove(self) -> None:
        self.cluster.remove()
        shutil.rmtree(self.folder)

    def conninfo(self, database: str) -> str:
        return f"host={self.cluster.folder} user=postgres dbname={database}"

    # What is in it

    def _fill(self, server: Server) -> None:
        client = server.client()

        def add(name: str, /, **record: Any) -> str:
            answer = client.commit([{"v": 1, **record}])
            self.index[name] = answer.indices[0]
            return str(answer.digests[0])

        def content(text: str) -> dict[str, Any]:
            data = text.encode()
            client.put_content(data)
            return {"digest": digest_of_bytes(data), "mediaType": "text/plain", "size": len(data)}

        data = add("input", kind="input", content=content("data"))
        model = add("model", kind="model", format="onnx", content=content("model"))
        context = add("context", kind="context", parameters={"seed": 1})
        view = add(
            "view", kind="view", context=context, model=model, inputs=[{"ref": data, "role": "data"}],
            determinism="run_to_run", output={"mediaType": "text/csv", "name": "p", "type": "scalars"},
        )  # fmt: skip
        device = add("device", kind="device", **{"class": "a100", "share": {"mode": "whole"}})
        run = add("execution", kind="execution", id=RUN + "1", gang={"id": "x", "size": 1, "system": "none"})
        at = "2026-01-01T00:00:00.000000Z"
        add("rank", kind="rank", execution=run, rank=0, attempt=0, devices=[{"device": device}], startedAt=at)
        output = add(
            "output", kind="output", view=view, execution=run, devices=[device], sample="0",
            producedAt=at, key="decision-1", content=content("out"),
        )  # fmt: skip
        first = add("name-1", kind="name", name="m@live", target=model)
        second = add("name-2", kind="name", name="m@live", target=view, previous=first)
        add("name-3", kind="name", name="m@live", target=model, previous=second)
        label = add("label-1", kind="label", subject=output, label="secret", reason="r")
        add("label-2", kind="label", subject=output, label="top-secret", reason="r", previous=label)
        add("retraction", kind="retraction", subject=data, reason="r", effect="ever")
        add("note", kind="note", subject=view, note={"title": "t"})
        team = server.client("team").commit([{"kind": "context", "v": 1, "parameters": {"team": 1}}])
        self.index["team"] = team.indices[0]
        erased = add("erased", kind="note", subject=view, note={"person": "somebody"})
        gone = add("unopenable", kind="note", subject=data, note={"person": "somebody else"})
        add("promoted", kind="model", format="onnx", content=content("out"), promotedFrom=output)
        add("large", kind="input", content=content(LARGE))
        add("packed", kind="input", content=content("packed " * 1000))
        emptied = add("emptied", kind="input", content=content("a person's words"))
        forgotten = add(
            "forgotten", kind="output", view=view, execution=run, devices=[device], sample="1",
            producedAt=at, key="decision-3", content=content("out"),
        )  # fmt: skip
        client.commit([{"kind": "context", "v": 1, "parameters": {"n": n}} for n in range(292)])
        for name, subject, what in [
            ("erased", erased, "body"), ("unopenable", gone, "body_and_nonce"), ("emptied", emptied, "content"),
            ("forgotten", forgotten, "body"),
        ]:  # fmt: skip
            self.index[f"erasure-of-{name}"] = client.erase(subject, what, "law")["index"]
        # Destroys nothing any more, and the first one keeps its mark.
        self.index["erasure-again"] = client.erase(emptied, "content", "law, once more")["index"]

    def _fill_on(self, server: Server) -> None:
        client = server.client()
        client.commit([{"kind": "context", "v": 1, "parameters": {"later": n}} for n in range(260)])

    def _wait_for_edges(self) -> None:
        """Until the server, which is idle, has filled the table that lineage is read from."""
        for _ in range(600):
            if int(self.sql("base", "select size from edge_fill")) == self.size:
                return
            time.sleep(0.1)
        raise AssertionError("the table of references is not filled")

    @staticmethod
    def _head(server: Server) -> tuple[int, str]:
        note = httpx.get(f"{server.url}/log/checkpoint").text
        return int(note.split("\n")[1]), note

    def _statements(self, server: Server) -> tuple[dict[int, str], dict[int, str]]:
        """By index: what opens each entry, and which record it is of."""
        page = httpx.get(
            f"{server.url}/log/openings", headers={"Authorization": f"Bearer {server.key}"}
        )
        openings = [json.loads(line) for line in page.text.splitlines()]
        return (
            {opening["index"]: json.dumps(opening["statement"]) for opening in openings},
            {opening["index"]: opening["statement"]["digest"] for opening in openings},
        )

    # Tampering

    def copy(self, template: str = "base") -> str:
        name = f"case_{next(self._copies)}"
        self.cluster.query(f"create database {name} template {template}")
        return name

    def drop(self, database: str) -> None:
        self.cluster.query(f"drop database {database} with (force)")

    def sql(self, database: str, text: str) -> str:
        """As a superuser, whom no trigger and no foreign key stops."""
        ran = subprocess.run(
            ["psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo(database)],
            input=f"set session_replication_role = replica;\n{text}",
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.removeprefix("SET\n").strip()

    def reseal(self, database: str, index: int) -> None:
        """Makes a row's entry anew from what its columns say, as whoever can write them can."""
        row = json.loads(
            self.sql(
                database,
                f"""select json_build_object('namespace', n.name, 'digest', encode(r.digest, 'hex'),
                  'principal', r.principal, 'nonce', encode(r.nonce, 'hex'), 'targets', r.targets,
                  'body', convert_from(r.body, 'utf8'),
                  'at', to_char(r.committed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                from record r join namespace n on n.id = r.namespace where r.index = {index}""",
            )
        )
        body = json.loads(row["body"])
        # In the order of the record; good for the kinds that are resealed here.
        members = [key for key in sorted(body) if isinstance(body[key], str) and body[key].startswith("sha256:")]
        statement = {
            "at": row["at"], "digest": f"sha256:{row['digest']}", "kind": body["kind"],
            "namespace": row["namespace"], "principal": row["principal"], "v": 1,
            "references": [{"member": f"/{m}", "target": t} for m, t in zip(members, row["targets"])],
        }  # fmt: skip
        text = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
        entry = sha256(bytes.fromhex(row["nonce"]) + text).hexdigest()
        self.sql(database, f"update record set commitment = '\\x{entry}' where index = {index}")

    def retile(self, database: str) -> None:
        """Makes every full tile of level 0 anew from the entries."""
        entries = self.sql(database, "select encode(commitment, 'hex') from record order by index").split()
        leaves = [sha256(b"\0" + bytes.fromhex(entry)).digest() for entry in entries]
        for number in range(len(leaves) // 256):
            row = leaves[256 * number : 256 * number + 256]
            hashes = b"".join(row).hex()
            while len(row) > 1:
                row = [sha256(b"\1" + a + b).digest() for a, b in zip(row[::2], row[1::2])]
            self.sql(
                database,
                f"update log_tile set hashes = '\\x{hashes}', root = '\\x{row[0].hex()}' "
                f"where level = 0 and number = {number}",
            )

    # Auditing

    def own_state(self) -> Path:
        """What the auditor kept before anybody tampered."""
        state = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.good_state, state, dirs_exist_ok=True)
        return state

    def audit(self, database: str, state: Path, *options: str) -> tuple[int, dict[str, Any]]:
        """`stemma audit --sql`, without any server."""
        return self._audit(state, {"STEMMA_DATABASE": self.conninfo(database)}, "--sql", *options)

    def audit_server(self, database: str, state: Path, *options: str) -> tuple[int, dict[str, Any]]:
        """`stemma audit` of a server that was started on the database, with the signer that it had."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ["signer", "admin.key"]:
            source = self.folder / "server" / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        server = Server(folder=folder, database=self.conninfo(database))
        server.start("--unsafe")
        try:
            return self._audit(state, server.environment(), *options)
        finally:
            server.kill()

    def _audit(self, state: Path, more: dict[str, str], *options: str) -> tuple[int, dict[str, Any]]:
        ran = subprocess.run(
            [BINARY, "audit", "--vkey", self.vkey, "--state", str(state), "--output", "json", *options],
            env={**os.environ, **more}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return ran.returncode, json.loads(ran.stdout) if ran.stdout else {"error": ran.stderr}
