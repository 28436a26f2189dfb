"""Man pages and completions, as their own readers take them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest

from conftest import BINARY, ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share")
    subprocess.run([ROOT / "tools/manual", folder, BINARY], check=True, timeout=60)
    return folder


def run(*arguments: object) -> str:
    if shutil.which(str(arguments[0])) is None:
        pytest.skip(f"{arguments[0]} is not installed: tools/setup --full")
    ran = subprocess.run([*map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    assert not ran.stderr, ran.stderr
    return ran.stdout


def commands() -> Iterator[dict[str, Any]]:
    said = json.loads(subprocess.check_output([BINARY, "--experimental-dump-help"], timeout=60))
    yield from said["command"]["subcommands"]


def test_every_command_has_a_page_that_mandoc_likes(folder: Path) -> None:
    pages = sorted((folder / "man/man1").iterdir())
    names = {page.name for page in pages}
    assert names == {"stemma.1"} | {f"stemma-{c['commandName']}.1" for c in commands() if c["commandName"] != "help"}
    run("mandoc", "-T", "lint", "-W", "warning", *pages)


def test_pages_hold_every_option(folder: Path) -> None:
    for command in commands():
        name = command["commandName"]
        if name == "help":
            continue
        page = run("mandoc", "-T", "utf8", "-O", "width=200", folder / f"man/man1/stemma-{name}.1")
        # Bold is struck over.
        plain = "".join(c for place, c in enumerate(page) if c != "\b" and page[place + 1 : place + 2] != "\b")
        for argument in command["arguments"]:
            for option in argument.get("names", []):
                assert ("-" if option["kind"] == "short" else "--") + option["name"] in plain, (name, option)


def test_bash_completes(folder: Path) -> None:
    place = folder / "bash-completion/completions/stemma"
    script = f"""
      source {place}
      COMP_WORDS=(stemma lineage --outp) COMP_CWORD=2 COMP_LINE='stemma lineage --outp' COMP_POINT=21
      _stemma stemma --outp lineage
      printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    assert "--output" in run("bash", "-c", script).split()


def test_zsh_loads(folder: Path) -> None:
    place = folder / "zsh/site-functions"
    script = f"fpath=({place} $fpath); autoload -Uz compinit; compinit -u -D; print -r -- $_comps[stemma]"
    assert run("zsh", "-f", "-c", script).strip() == "_stemma"
    run("zsh", "-f", "-n", place / "_stemma")


def test_fish_completes(folder: Path) -> None:
    place = folder / "fish/vendor_completions.d/stemma.fish"
    found = run("fish", "--no-config", "-c", f"source {place}; complete -C 'stemma lineage --outp'")
    assert [line.split("\t")[0] for line in found.splitlines()] == ["--output"]
