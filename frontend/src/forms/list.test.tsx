import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { beforeEach, expect, test } from "vitest";
import { rolloutPolicyBody } from "../api/generated/bodies.gen";
import { WAVES, WINDOWS } from "../features/updates/waves";
import { expectAccessible, renderInConsole } from "../test/console";
import "../i18n/updates";
import { keptDraft } from "./draft";
import { FormFields } from "./FormFields";
import { faultsOf } from "./faults";
import { fieldsOf } from "./field";
import { useForm } from "./useForm";
import { bodyOf, changedIn, textsOf } from "./values";

const FIELDS = fieldsOf(rolloutPolicyBody, { waves: WAVES, windows: WINDOWS });
const fields = () => FIELDS;
const ALL = { name: "", kind: "all", soak_seconds: 0, max_failure_percent: 100, min_results: 1 };
const CANARY = { ...ALL, name: "first", kind: "canary", machines: 3, percent: 100 };
const WINDOW = { days: [4, 0], start: 540, end: 1440 };
const POLICY = { waves: [CANARY, ALL], windows: [WINDOW] };

test("a list of things is typed as text and sent as what the API takes", () => {
  const texts = textsOf(FIELDS, POLICY);
  const { percent: _, ...canary } = CANARY;
  expect(bodyOf(FIELDS, texts)).toEqual({
    waves: [canary, ALL],
    windows: [{ ...WINDOW, days: [0, 4] }],
  });
  const same = { ...POLICY, windows: [{ end: 1440, start: 540, days: [0, 4] }] };
  expect(changedIn(FIELDS, textsOf(FIELDS, same), texts)).toEqual([]);
  expect(bodyOf(FIELDS, textsOf(FIELDS, {}))).toEqual({ waves: [], windows: [] });
});

test("what is wrong inside a list has the name the API has for it", () => {
  const texts = textsOf(FIELDS, {
    waves: [ALL, { ...CANARY, machines: 0 }],
    windows: [{ ...WINDOW, start: 1440 }],
  });
  expect(faultsOf(FIELDS, texts, i18next.t)).toEqual({
    "waves.1.machines": "At least 1.",
    "windows.0.start": "A time of the day such as 09:30.",
  });
});

let body: () => object = () => ({});
let told: { field: string; message: string }[] = [];

function Policy() {
  const form = useForm({ draft: "policy", fields, before: POLICY });
  body = form.body;
  return (
    <>
      <FormFields form={form} errors={told} />
      <button type="button" onClick={form.check}>
        Check
      </button>
    </>
  );
}

const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));

beforeEach(() => {
  sessionStorage.clear();
  told = [];
});

test("things are added, moved and removed by keys, and the focus goes with them", async () => {
  await renderInConsole(<Policy />);
  await press("Add a wave");
  expect(document.activeElement).toBe(screen.getAllByLabelText("Name").at(-1));
  await userEvent.keyboard("last");
  await expectAccessible();
  const up = screen.getByRole("button", { name: "Move Wave 3 up" });
  up.focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Wave 2 up");
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Wave 1 down");
  expect(screen.getByText("Wave 2 is Wave 1 now.")).toBeDefined();
  await press("Remove Wave 2");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Remove Wave 2");
  expect(body()).toEqual({ waves: [{ ...ALL, name: "last" }, ALL] });
  expect(Object.keys(keptDraft("policy"))).toEqual(["waves"]);
  await press("Remove Window 1");
  expect(document.activeElement?.textContent).toBe("Add a window");
});

test("things are put in order by dragging, too, and nothing from elsewhere is taken", async () => {
  await renderInConsole(<Policy />);
  await press("Add a wave");
  await userEvent.keyboard("last");
  const dataTransfer = { setData: () => undefined, effectAllowed: "" };
  const wave = (place: number) =>
    document.querySelector(`[data-thing="waves.${place}"]`)?.closest("li") as HTMLElement;
  fireEvent.drop(wave(0), { dataTransfer });
  const names = () => (body() as { waves: { name: string }[] }).waves.map(({ name }) => name);
  expect(fireEvent.dragOver(wave(0), { dataTransfer })).toBe(true);
  fireEvent.dragStart(wave(2).querySelector(".cr-list-handle") as Element, { dataTransfer });
  expect(fireEvent.dragOver(wave(0), { dataTransfer })).toBe(false);
  expect(wave(0).dataset.over).toBe("before");
  fireEvent.drop(wave(0), { dataTransfer });
  expect(names()).toEqual(["last", "first", ""]);
  expect(screen.getByText("Wave 3 is Wave 1 now.")).toBeDefined();
  expect(document.querySelector("[data-over]")).toBeNull();
  fireEvent.dragStart(wave(0).querySelector(".cr-list-handle") as Element, { dataTransfer });
  fireEvent.dragOver(wave(1), { dataTransfer });
  expect(wave(1).dataset.over).toBe("behind");
  fireEvent.dragEnd(wave(0).querySelector(".cr-list-handle") as Element);
  expect(names()).toEqual(["last", "first", ""]);
});

test("two things that are alike are moved, and what is typed then stays where it is typed", async () => {
  await renderInConsole(<Policy />);
  await press("Add a wave");
  await press("Add a wave");
  await press("Move Wave 4 up");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Wave 3 up");
  const name = screen.getAllByLabelText("Name").at(-1) as HTMLElement;
  await userEvent.type(name, "a b");
  expect(document.activeElement).toBe(name);
  expect(body()).toMatchObject({ waves: [{ name: "first" }, {}, {}, { name: "a b" }] });
});

test("what the server says stands at the inner field, until its place changes", async () => {
  told = [
    { field: "waves.0.machines", message: "too many" },
    { field: "waves", message: "the last one" },
  ];
  await renderInConsole(<Policy />);
  await screen.findByText("the last one");
  const machines = screen.getByLabelText("Machines");
  const about = document.getElementById(machines.getAttribute("aria-describedby") ?? "");
  expect(about?.textContent).toContain("too many");
  await press("Check");
  expect(document.activeElement).toBe(machines);
  await press("Move Wave 1 down");
  expect(screen.queryByText("too many")).toBeNull();
});

test("which fields a thing has follows what is chosen", async () => {
  await renderInConsole(<Policy />);
  expect(await screen.findAllByLabelText("Machines")).toHaveLength(1);
  await userEvent.selectOptions(
    screen.getAllByLabelText(/Reaches/)[0] as HTMLElement,
    "A share of the machines",
  );
  expect(screen.queryByLabelText("Machines")).toBeNull();
  await userEvent.click(screen.getByRole("checkbox", { name: "Sun" }));
  expect(body()).toMatchObject({
    waves: [{ kind: "percent", percent: 100 }, ALL],
    windows: [{ days: [0, 4, 6] }],
  });
});
