import "../../i18n/etcd";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ValueView } from "../../api/generated/types.gen";
import "../../i18n/i18n";
import { RevealableValue } from "./RevealableValue";

const MASKED: ValueView = {
  etcd: "local",
  path: "/app/db",
  form: "masked",
  size: 7,
  text: "",
  truncated: false,
  note: "the key's name says that this is a secret: not shown",
  masked: 1,
  revealable: true,
  raw: null,
  encoding: "",
  guessed: "",
  object: null,
  version: 1,
  created_revision: 2,
  revision: 3,
  read_at_revision: 4,
  lease: "",
  ttl: null,
};

let answer: () => Response;
const asked = vi.fn((_url: string, _options: RequestInit) => Promise.resolve(answer()));

beforeEach(() => vi.stubGlobal("fetch", asked));
afterEach(() => {
  vi.unstubAllGlobals();
  asked.mockClear();
});

function show(value: ValueView) {
  const tree = (shown: ValueView) => (
    <QueryClientProvider client={new QueryClient()}>
      <RevealableValue value={shown} />
    </QueryClientProvider>
  );
  const { rerender } = render(tree(value));
  return (next: ValueView) => rerender(tree(next));
}

test("a secret is shown after a confirmation, by one request, and can be hidden again", async () => {
  answer = () => Response.json({ ...MASKED, form: "text", text: "hunter2", masked: 0 });
  show(MASKED);
  fireEvent.click(screen.getByRole("button", { name: "Reveal" }));
  expect(asked).not.toHaveBeenCalled();
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toContain("activity record");
  fireEvent.click(screen.getAllByRole("button", { name: "Reveal" }).at(-1) as HTMLElement);
  await waitFor(() => expect(document.body.textContent).toContain("Secrets are shown in clear"));
  const [url, options] = asked.mock.calls[0] as [string, RequestInit];
  expect(url).toContain("etcd/local/value/reveal");
  expect([options.method, options.body]).toEqual(["POST", '{"key":"/app/db"}']);
  fireEvent.click(screen.getByRole("button", { name: "Hide" }));
  expect(await screen.findByRole("button", { name: "Reveal" })).toBeTruthy();
});

test("a refusal is told in the dialogue, and nothing is shown", async () => {
  const detail = "You may see this key but not reveal it.";
  answer = () => Response.json({ title: "You may not do this", detail }, { status: 403 });
  show(MASKED);
  fireEvent.click(screen.getByRole("button", { name: "Reveal" }));
  fireEvent.click(screen.getAllByRole("button", { name: "Reveal" }).at(-1) as HTMLElement);
  await waitFor(() => expect(screen.getByRole("dialog").textContent).toContain(detail));
});

test("there is no button where nothing can be revealed", () => {
  show({ ...MASKED, revealable: false });
  expect(screen.queryByRole("button", { name: "Reveal" })).toBeNull();
});
