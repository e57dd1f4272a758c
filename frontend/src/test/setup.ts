import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import "../features/all";
import { startI18n } from "../i18n/i18n";

await startI18n("en");

configure({
  // Roles and the document's HTML make a failure unreadable; the sentence is enough.
  getElementError: (message) => new Error((message ?? "").split("\n")[0]),
  // What is loaded when it is first asked for takes its time on a machine that does much else.
  asyncUtilTimeout: 15_000,
});

/** jsdom lays nothing out; components only need these to exist. */
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", NoObserver);
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
Element.prototype.scrollTo ??= () => undefined;

afterEach(cleanup);
Object.defineProperties(Element.prototype, {
  clientHeight: { get: () => 800 },
  clientWidth: { get: () => 1200 },
});
