import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { startI18n } from "../i18n/i18n";

await startI18n("en");

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
