import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { groupChangeBody } from "../api/generated/bodies.gen";
import { expectAccessible, renderInConsole } from "../test/console";
import "../i18n/updates";
import { FormFields } from "./FormFields";
import { fieldsOf } from "./field";
import { useForm } from "./useForm";

const options = [
  { value: "3", title: "stable (amd64)" },
  { value: "4", title: "beta (amd64)" },
];
const FIELDS = fieldsOf(groupChangeBody, {
  name: { label: "updates.field.name" },
  track: { label: "updates.field.track" },
  description: { label: "updates.field.description" },
  channel_id: { label: "updates.field.channel", options },
});
const fields = () => FIELDS;
const GROUP = { name: "web", track: "stable", description: "", channel_id: 3 };

let body: () => object = () => ({});

function Change({ group }: { group: object | null }) {
  const form = useForm({ draft: "group.7", fields, before: group });
  body = form.body;
  return <FormFields form={form} errors={[]} />;
}

/** The form is opened, as it is now; whatever was open before is left. */
async function open(group: object | null) {
  cleanup();
  await renderInConsole(<Change group={group} />);
  return screen.findByLabelText(/Track/);
}

beforeEach(() => sessionStorage.clear());

test("a draft brings back what was changed, not what somebody else changed meanwhile", async () => {
  await userEvent.type(await open(GROUP), "-2");
  await open({ ...GROUP, description: "theirs" });
  expect(
    await screen.findByText(
      "This is what you typed earlier in this tab, without passwords and keys.",
    ),
  ).toBeDefined();
  expect(screen.getByLabelText(/Description/)).toHaveProperty("value", "theirs");
  expect(screen.queryByRole("table")).toBeNull();
  expect(body()).toEqual({ track: "stable-2" });
});

test("what was typed over something that has changed since stands beside it", async () => {
  await open(GROUP);
  await userEvent.selectOptions(screen.getByLabelText(/Channel/), "4");
  await userEvent.type(screen.getByLabelText(/Track/), "-2");
  const theirs = { ...GROUP, track: "alpha", channel_id: null };
  await open(theirs);
  expect(await screen.findByRole("radio", { name: "Yours stable-2" })).toHaveProperty(
    "checked",
    true,
  );
  expect(screen.getByRole("radio", { name: "Yours beta (amd64)" })).toBeDefined();
  await expectAccessible();
  await userEvent.type(screen.getByLabelText(/Track/), "0");
  await open(theirs);
  await userEvent.click(await screen.findByRole("radio", { name: "Theirs alpha" }));
  expect(body()).toEqual({ channel_id: 4 });
});

test("a form without a draft does not say that one came back", async () => {
  sessionStorage.setItem("craton.draft.group.7", "{}");
  await userEvent.type(await open(null), "stable");
  expect(
    screen.queryByText("This is what you typed earlier in this tab, without passwords and keys."),
  ).toBeNull();
});
