import { act, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { send } from "../api/http";
import { renderInConsole } from "../test/console";
import { useDetail } from "./useDetail";

let reads = 0;
let answer: () => Promise<Response>;

beforeEach(() => {
  reads = 0;
  answer = async () => Response.json({ read: reads }, { status: 200 });
  vi.stubGlobal("fetch", () => {
    reads += 1;
    return answer();
  });
});

let tell: (news: number) => void = () => undefined;

const THING = {
  queryKey: ["thing"],
  queryFn: async () => (await send("GET", "thing", {})).data as { read: number },
};

function Page({ settle }: { settle?: number }) {
  const [news, setNews] = useState(0);
  tell = setNews;
  const detail = useDetail(THING, { news, ...(settle && { settle }) });
  return (
    <output>
      {JSON.stringify({
        ...detail.data,
        gone: detail.goneAt !== null,
        behind: detail.behind,
        ...detail.problem,
      })}
    </output>
  );
}

async function show(settle?: number) {
  await renderInConsole(<Page {...(settle && { settle })} />);
  await waitFor(() => expect(shown().read).toBe(1));
}

const shown = () => JSON.parse(screen.getByRole("status").textContent ?? "{}");
const pass = (ms: number) => act(() => new Promise((resolve) => setTimeout(resolve, ms)));

test("news is read at once, a burst of it once more when it settles", async () => {
  await show();
  for (const news of [1, 2, 3]) act(() => tell(news));
  await waitFor(() => expect(shown().read).toBe(2));
  for (const news of [4, 5, 6]) act(() => tell(news));
  await pass(200);
  expect(reads).toBe(2);
  await waitFor(() => expect(shown().read).toBe(3));
  await pass(900);
  expect(reads).toBe(3);
});

test("news that is mostly of others is read at once, and then as seldom as is asked for", async () => {
  await show(3_600_000);
  act(() => tell(1));
  await waitFor(() => expect(shown().read).toBe(2));
  act(() => tell(2));
  await pass(900);
  expect(reads).toBe(2);
});

test("news that comes during a read is read after it", async () => {
  await show();
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  answer = async () => {
    await slow;
    return Response.json({ read: reads }, { status: 200 });
  };
  expect(shown().behind).toBe(false);
  act(() => tell(1));
  await waitFor(() => expect(reads).toBe(2));
  expect(shown()).toMatchObject({ read: 1, behind: true });
  act(() => tell(2));
  await pass(900);
  expect(reads).toBe(2);
  act(() => release());
  await waitFor(() => expect(shown().read).toBe(3), { timeout: 2000 });
});

test("what is gone keeps its last data and says since when; a failure says why", async () => {
  await show();
  answer = async () =>
    Response.json(
      { title: "Timeout", detail: "The API server is silent." },
      {
        status: 504,
      },
    );
  act(() => tell(1));
  await waitFor(() => expect(shown()).toMatchObject({ read: 1, gone: false, status: 504 }));
  answer = async () => Response.json({ title: "Not found" }, { status: 404 });
  act(() => tell(2));
  await waitFor(() => expect(shown()).toMatchObject({ read: 1, gone: true, status: 404 }), {
    timeout: 2000,
  });
});
