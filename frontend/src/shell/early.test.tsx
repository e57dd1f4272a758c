import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { OVERVIEW, SESSION } from "../test/answers";
import { renderInConsole, screen, stubApi } from "../test/console";
import { Shell } from "./Shell";

const code = vi.hoisted(() => {
  let arrive: () => void = () => undefined;
  const there = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  return { there, arrive: () => arrive() };
});

vi.mock("./palette/Palette", async (original) => {
  await code.there;
  return original();
});

beforeEach(() => {
  localStorage.clear();
  stubApi({
    session: SESSION,
    overview: OVERVIEW,
    collections: { collections: [] },
    "collections/namespaces": { rows: [] },
    search: { results: [] },
  });
});

test("what is typed before the palette's code is there is in its field", async () => {
  await renderInConsole(<Shell />);
  await userEvent.keyboard("/");
  expect(screen.getByRole("textbox", { name: "Jump to anything" })).toBe(document.activeElement);
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("textbox", { name: "Jump to anything" })).toBeNull();
  await userEvent.keyboard("{Control>}k{/Control}fra");
  code.arrive();
  const field = await screen.findByRole<HTMLInputElement>("combobox");
  expect(field.value).toBe("fra");
  expect(field).toBe(document.activeElement);
  await userEvent.keyboard("ud");
  expect(field.value).toBe("fraud");
});
