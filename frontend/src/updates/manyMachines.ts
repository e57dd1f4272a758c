import { inBulk, type Many, type Ticked } from "../actions/inBulk";
import { instanceChangeBody } from "../api/generated/bodies.gen";
import type { InstanceChange, InstanceView, Row } from "../api/generated/types.gen";
import { fieldsOf } from "../forms/field";
import { choicesOf } from "./choices";
import { type Seen, seenOf } from "./edited";
import { editMachine, forgetMachine, retryMachine } from "./machines";

type Machine = Seen<InstanceView>;

const asks = (verb: "update" | "delete") => ({ collection: "instances", verb }) as const;

/** A row of the update service's machines, or of all machines, of which some never ask it. */
function each(row: Row, rows: readonly Row[]): Ticked<Machine> {
  const instance = "instance" in row ? row.instance : row.key;
  const ticked = {
    key: row.key,
    name: String(row.name || row.machine_id || row.key),
    target: seenOf<InstanceView>(String(instance)),
  };
  if (!instance) return { ...ticked, against: "updates.machine.noInstance" };
  const first = rows.find((one) => applicationOf(one) !== "");
  const other = first !== undefined && applicationOf(first) !== applicationOf(row);
  const asked = String(instance);
  return { ...ticked, asked, ...(other ? { against: "updates.machine.otherApplication" } : {}) };
}

const applicationOf = (row: Row) =>
  String("instance" in row ? (row.instance_application ?? "") : (row.application ?? ""));

const anyOf = (row: Row): Ticked<Machine> => each(row, [row]);

const first = ({ parts }: Many<Machine>): InstanceView | null | undefined =>
  parts?.find(({ against }) => against === undefined)?.target.view;

/** Puts machines of one application into another of its groups, where they stay. */
export const moveMachines = inBulk<Machine, InstanceChange>(editMachine, {
  named: {
    id: "instance.group",
    verb: "updates.machine.move.do",
    title: "updates.machine.move.title",
  },
  body: "updates.machine.move.body",
  asks: asks("update"),
  each,
  fields: (many) =>
    fieldsOf(instanceChangeBody, {
      group_id: {
        label: "updates.field.group",
        required: true,
        options: choicesOf("groups", first(many)?.application_id ?? 0, {
          title: ({ name, arch }) => `${name} (${arch})`,
        }),
      },
    }),
});

/** Leaves machines out of lists and counts until they check in again. */
export const hideMachines = inBulk<Machine, InstanceChange>(editMachine, {
  named: {
    id: "instance.hide",
    verb: "updates.machine.hide.do",
    title: "updates.machine.hide.title",
  },
  body: "updates.machine.hiddenHelp",
  asks: asks("update"),
  each: anyOf,
  sends: { hidden: true },
  refuses: ({ view }) => (view?.hidden ? "updates.machine.isHidden" : undefined),
});

export const retryMachines = inBulk(retryMachine, {
  asks: asks("update"),
  each: anyOf,
  refuses: ({ view }) => (view?.status === "error" ? undefined : "updates.machine.notFailed"),
});

export const forgetMachines = inBulk(forgetMachine, {
  body: "updates.machine.forget.many",
  asks: asks("delete"),
  each: anyOf,
});
