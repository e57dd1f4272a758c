"""A page by one folder alone: the frontend README's two files, added to a copy of the console."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"

TEST = """
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { listOf, navigation, pageAt } from "../../pages/registry";
import { stubApi, renderInConsole } from "../../test/console";
import { PODS } from "../../test/collections";
import { PAGES } from "../all";

test("the folder is a page", async () => {
  const page = PAGES.find(({ id }) => id === "volumes");
  if (!page) throw new Error("the page is not known");
  expect(pageAt("/volumes")).toBe(page);
  expect(listOf("persistentvolumes")).toBe("/volumes");
  const fleet = navigation(() => true).find(({ group }) => group === "fleet");
  expect(fleet?.pages).toContain(page);
  stubApi({ collections: { collections: [{ ...PODS, name: "persistentvolumes" }] } });
  const Page = await page.load();
  const { socket } = await renderInConsole(<Page />, "/volumes");
  expect(await screen.findByRole("heading", { level: 1 })).toBeDefined();
  expect(socket).toBeDefined();
});
"""


def examples() -> dict[str, str]:
    """The files the README shows under their paths."""
    text = (FRONTEND / "README.md").read_text()
    return dict(
        re.findall(r"^`(src/features/\S+)`\n\n```tsx?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    )


def copied(folder: Path) -> Path:
    """A frontend like ours, with the packages it has installed and the example's files."""
    kept = shutil.ignore_patterns("node_modules", "dist")
    copy = Path(shutil.copytree(FRONTEND, folder / "frontend", ignore=kept))
    (copy / "node_modules").symlink_to(FRONTEND / "node_modules")
    for path, code in examples().items():
        (copy / path).parent.mkdir(exist_ok=True)
        (copy / path).write_text(code)
    return copy


def run(folder: Path, *command: str) -> None:
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["node", *command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(900)
def test_the_example_is_a_page(tmp_path: Path) -> None:
    assert sorted(examples()) == [
        "src/features/volumes/VolumesPage.tsx",
        "src/features/volumes/page.ts",
    ]
    copy = copied(tmp_path)
    (copy / "src/features/volumes/volumes.test.tsx").write_text(TEST)
    run(copy, "node_modules/typescript/bin/tsc", "--noEmit")
    run(copy, "node_modules/@biomejs/biome/bin/biome", "check", "src/features/volumes/page.ts")
    run(copy, "node_modules/vitest/vitest.mjs", "run", "src/features/volumes")
