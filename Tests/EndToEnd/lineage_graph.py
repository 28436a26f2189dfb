"""A small history as the quickstart makes it: a model trained on two inputs, promoted, asked once."""

from __future__ import annotations

from typing import Any

from stemma import Client, digest_of, digest_of_bytes

TIME = "2026-11-24T12:00:00.000000Z"


def content(text: str) -> dict[str, Any]:
    return {"digest": digest_of_bytes(text.encode()), "size": len(text), "mediaType": "text/plain"}


def view(inputs: dict[str, str], context: str, name: str, **more: Any) -> dict[str, Any]:
    refs = sorted(({"role": role, "ref": ref} for role, ref in inputs.items()), key=lambda r: (r["role"], r["ref"]))
    return {
        "kind": "view", "v": 1, "inputs": refs, "context": context, "determinism": "run_to_run",
        "output": {"name": name, "type": "bytes", "mediaType": "text/plain"}, **more,
    }  # fmt: skip


class History:
    """Digest of each record by a short word; indices follow the order in which they stand here."""

    def __init__(self, client: Client) -> None:
        self.digests: dict[str, str] = {}
        self.indices: dict[str, int] = {}
        self._client = client
        self.add("claims", {"kind": "input", "v": 1, "content": content("claims")})
        self.add("rules", {"kind": "input", "v": 1, "content": content("rules")})
        self.add("how", {"kind": "context", "v": 1, "parameters": {"seed": "7"}})
        self.add("training", view({"data": self["claims"], "rules": self["rules"]}, self["how"], "model"))
        gang = {"system": "none", "id": "g", "size": 1}
        self.add("run", {"kind": "execution", "v": 1, "id": "00000000-0000-4000-8000-000000000001", "gang": gang})
        self.add("device", {"kind": "device", "v": 1, "class": "cpu-x86-64", "share": {"mode": "whole"}})
        self.add(
            "rank",
            {
                "kind": "rank", "v": 1, "execution": self["run"], "rank": 0, "attempt": 0,
                "devices": [{"device": self["device"]}], "startedAt": TIME,
            },
        )  # fmt: skip
        self.add("weights", self.output("training", "weights"))
        self.add(
            "model",
            {"kind": "model", "v": 1, "content": content("weights"), "format": "raw", "promotedFrom": self["weights"]},
        )
        self.add("prompt", {"kind": "input", "v": 1, "content": content("prompt")})
        self.add("asking", view({"prompt": self["prompt"]}, self["how"], "answer", model=self["model"]))
        self.add("answer", self.output("asking", "answer"))
        self.add("note", {"kind": "note", "v": 1, "subject": self["answer"], "note": {"title": "the first one"}})
        moved = client.move("models/claims@production", self["model"])
        self.digests["name"], self.indices["name"] = moved["digest"], moved["index"]

    def output(self, of: str, text: str, sample: str = "0") -> dict[str, Any]:
        return {
            "kind": "output", "v": 1, "view": self[of], "execution": self["run"], "devices": [self["device"]],
            "sample": sample, "producedAt": TIME, "content": content(text),
        }  # fmt: skip

    def add(self, word: str, record: dict[str, Any]) -> str:
        answer = self._client.commit([record])
        assert answer.digests == [digest_of(record)]
        self.digests[word], self.indices[word] = answer.digests[0], answer.indices[0]
        return answer.digests[0]

    def __getitem__(self, word: str) -> str:
        return self.digests[word]

    def words(self, nodes: list[Any]) -> list[str]:
        """What nodes, or their digests, are called here."""
        names = {digest: word for word, digest in self.digests.items()}
        return [names[getattr(node, "digest", node)] for node in nodes]
