import "../i18n/signin";
import "../i18n/connections";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { beforeEach, expect, test } from "vitest";
import {
  groupChangeBody,
  newGroupBody,
  newUserBody,
  rolloutPolicyBody,
} from "../api/generated/bodies.gen";
import { expectAccessible, renderInConsole } from "../test/console";
import { draftOf, keepDraft, keptDraft } from "./draft";
import { FormFields } from "./FormFields";
import { faultsOf } from "./faults";
import { fieldsOf } from "./field";
import { useForm } from "./useForm";
import { useUnsaved } from "./useUnsaved";
import { bodyOf, changedIn, partOf, textsOf } from "./values";

const GROUP = fieldsOf(newGroupBody, {
  name: { label: "connections.name" },
  arch: { label: "connections.system" },
  channel_id: { label: "connections.way" },
  "policy.enabled": { label: "connections.since" },
  "policy.schedule.percent": { label: "connections.about" },
  "policy.platform.include": { label: "connections.settings" },
});
const USER = fieldsOf(newUserBody, {
  login: { label: "login.user" },
  password: { label: "login.password" },
});

beforeEach(() => sessionStorage.clear());

test("inputs, bounds and choices come from what the API says of the body", () => {
  const [name, arch, channel, enabled, percent, include] = GROUP;
  expect(name).toMatchObject({ input: "text", required: true, minLength: 1, maxLength: 128 });
  expect(arch).toMatchObject({ input: "choice", initial: "all" });
  expect(arch?.options).toContainEqual({ value: "amd64" });
  expect(channel).toMatchObject({ input: "number", nullable: true, whole: true });
  expect([enabled?.input, percent?.input, include?.input]).toEqual(["switch", "number", "lines"]);
  expect(USER[1]).toMatchObject({ id: "password", secret: true });
});

test("what is typed becomes the body, inside what it lies in", () => {
  const texts = {
    name: "web",
    arch: "amd64",
    channel_id: "",
    "policy.enabled": "true",
    "policy.schedule.percent": "12.5",
    "policy.platform.include": "aws, azure\ngcp",
  };
  const body = bodyOf(GROUP, texts);
  expect(body).toEqual({
    name: "web",
    arch: "amd64",
    channel_id: null,
    policy: {
      enabled: true,
      schedule: { percent: 12.5 },
      platform: { include: ["aws", "azure", "gcp"] },
    },
  });
  expect(bodyOf(GROUP, textsOf(GROUP, body))).toEqual(body);
});

test("of an existing thing only the members that differ are sent, each whole", () => {
  const base = { name: "a", "policy.enabled": "false", "policy.schedule.percent": "1" };
  const changed = changedIn(GROUP, { ...base, "policy.enabled": "true" }, base);
  expect(changed).toEqual(["policy.enabled"]);
  expect(partOf(GROUP, changed).map(({ id }) => id)).toEqual([
    "policy.enabled",
    "policy.schedule.percent",
    "policy.platform.include",
  ]);
});

test("what the API would refuse is said before it is sent", () => {
  const faults = faultsOf(
    GROUP,
    { name: "", channel_id: "x", "policy.schedule.percent": "200" },
    i18next.t,
  );
  expect(faults.name).toBe("This is needed.");
  expect(faults.channel_id).toBe("This must be a number.");
  expect(faults["policy.schedule.percent"]).toBe("At most 100.");
  expect(faultsOf(GROUP, { name: "web" }, i18next.t).name).toBeUndefined();
});

test("a choice of a number is sent as one, and what a form needs is never sent as nothing", () => {
  const options = [{ value: "9" }];
  const [channel, name] = fieldsOf(groupChangeBody, {
    channel_id: { label: "connections.way", options },
    name: { label: "connections.name", required: true },
  });
  if (!channel || !name) throw new Error("no fields");
  expect(bodyOf([channel], { channel_id: "9" })).toEqual({ channel_id: 9 });
  expect(bodyOf([channel], { channel_id: "" })).toEqual({ channel_id: null });
  expect(faultsOf([channel, name], {}, i18next.t)).toEqual({ name: "This is needed." });
});

test("a number that must be there cannot be emptied", () => {
  const [period] = fieldsOf(rolloutPolicyBody, { period_seconds: { label: "connections.since" } });
  if (!period) throw new Error("no field");
  expect(faultsOf([period], { period_seconds: "" }, i18next.t).period_seconds).toBeDefined();
});

test("a draft holds nothing secret", () => {
  const draft = draftOf(USER, ["login", "password"], { login: "ada", password: "canary" }, {});
  expect(draft).toEqual({ login: { text: "ada", over: "" } });
  keepDraft("secret", draftOf(USER, ["password"], { password: "canary" }, {}));
  expect(sessionStorage).toHaveLength(0);
});

const fields = () => USER;

function Login({ onClose }: { onClose: () => void }) {
  const form = useForm({ draft: "test", fields, before: null });
  const guard = useUnsaved(form, onClose);
  return (
    <>
      <FormFields form={form} errors={[{ field: "login", message: "taken" }]} />
      <button type="button" onClick={guard.close}>
        Away
      </button>
      {guard.question}
    </>
  );
}

test("what is typed is not left by accident, is kept without secrets, and can be thrown away", async () => {
  let closed = 0;
  const close = () => {
    closed += 1;
  };
  await renderInConsole(<Login onClose={close} />);
  expect(await screen.findByText("taken")).toBeDefined();
  await userEvent.type(screen.getByLabelText(/User name/), "ada");
  await userEvent.type(screen.getByLabelText(/Password/), "canary");
  await userEvent.click(screen.getByRole("button", { name: "Away" }));
  await screen.findByText("Leave without saving?");
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Stay" }));
  expect(closed).toBe(0);
  expect(keptDraft("test")).toEqual({ login: { text: "ada", over: "" } });
  await userEvent.click(screen.getByRole("button", { name: "Away" }));
  await userEvent.click(await screen.findByRole("button", { name: "Throw it away" }));
  expect(closed).toBe(1);
  expect(keptDraft("test")).toEqual({});
});

test("the members of a change may be absent, so none is needed", () => {
  const change = fieldsOf(groupChangeBody, { name: { label: "connections.name" } });
  expect(change[0]).toMatchObject({ nullable: true, required: false });
});

test("an emptied text is sent as one, an emptied choice as nothing", () => {
  const options = [{ value: "9" }];
  const change = fieldsOf(groupChangeBody, {
    description: { label: "connections.name" },
    channel_id: { label: "connections.way", options },
  });
  expect(bodyOf(change, { description: "", channel_id: "" })).toEqual({
    description: "",
    channel_id: null,
  });
});
