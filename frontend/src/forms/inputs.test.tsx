import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, renderInConsole } from "../test/console";
import { FormFields } from "./FormFields";
import type { Field, Option, Texts } from "./field";
import { useForm } from "./useForm";

let asked: Texts[] = [];

const name: Field = { id: "name", title: "Name", input: "text" };

function Some({ own }: { own: readonly Field[] }) {
  const form = useForm({ draft: "inputs", fields: () => [name, ...own], before: null });
  const errors = own.map(({ id }) => ({ field: id, message: `wrong ${id}` }));
  return <FormFields form={form} errors={errors} />;
}

const show = (...own: readonly Field[]) => renderInConsole(<Some own={own} />);

const describedBy = (element: Element | null) =>
  document.getElementById(element?.getAttribute("aria-describedby") ?? "")?.textContent;

beforeEach(() => {
  asked = [];
  sessionStorage.clear();
});

test("what is wrong with an input of any kind is said where it is", async () => {
  const options = [{ value: "a" }, { value: "b" }];
  await show(
    { id: "key", title: "Key", input: "file" },
    { id: "on", title: "On", input: "switch" },
    { id: "way", title: "Way", input: "radio", options },
  );
  expect(describedBy(await screen.findByLabelText("Key"))).toContain("wrong key");
  expect(describedBy(screen.getByRole("switch"))).toContain("wrong on");
  expect(describedBy(screen.getByRole("radiogroup"))).toContain("wrong way");
  await expectAccessible();
  await userEvent.type(screen.getByLabelText("Key"), "pem");
  expect(screen.getByLabelText("Key")).toHaveProperty("value", "pem");
});

test("choices that look at nothing typed are asked for once, the others after what was typed", async () => {
  let times = 0;
  const fixed = async () => {
    times += 1;
    return [{ value: "a" }];
  };
  const byText = async (texts: Texts) => {
    asked.push(texts);
    return [{ value: "b" }];
  };
  await show(
    { id: "fixed", title: "Fixed", input: "choice", options: fixed },
    { id: "by", title: "By", input: "choice", options: byText },
  );
  await userEvent.type(await screen.findByLabelText("Name"), "web");
  await waitFor(() => expect(asked.at(-1)).toEqual({ name: "web" }), { timeout: 10_000 });
  expect(times).toBe(1);
});

test("choices that arrive do not take the focus from who types", async () => {
  let arrive: (options: readonly Option[]) => void = () => undefined;
  const options = () =>
    new Promise<readonly Option[]>((resolve) => {
      arrive = resolve;
    });
  await show({ id: "context", title: "Context", input: "choice", options });
  const input = await screen.findByRole("textbox", { name: "Context" });
  await userEvent.type(input, "pr");
  arrive([{ value: "prod" }, { value: "test" }]);
  await new Promise((resolve) => setTimeout(resolve));
  await userEvent.type(input, "od");
  expect(document.activeElement).toBe(input);
  await userEvent.tab();
  expect(await screen.findByRole("combobox", { name: "Context" })).toHaveProperty("value", "prod");
});

test("choices that arrive before anything is typed become a menu, which has the focus then", async () => {
  let arrive: (options: readonly Option[]) => void = () => undefined;
  const options = () =>
    new Promise<readonly Option[]>((resolve) => {
      arrive = resolve;
    });
  await show({ id: "context", title: "Context", input: "choice", options });
  await userEvent.click(await screen.findByRole("textbox", { name: "Context" }));
  arrive([{ value: "prod" }, { value: "test" }]);
  const menu = await screen.findByRole("combobox", { name: "Context" });
  expect(document.activeElement).toBe(menu);
});
