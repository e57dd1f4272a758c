import type { Action } from "../actions/action";
import { instanceChangeBody } from "../api/generated/bodies.gen";
import {
  changeInstance,
  deleteInstance,
  getInstance,
  retryInstance,
} from "../api/generated/sdk.gen";
import type { InstanceChange, InstanceView } from "../api/generated/types.gen";
import { fieldsOf } from "../forms/field";
import { choicesOf } from "./choices";
import { edited, match, onto, type Seen, viewOf } from "./edited";

type Machine = Seen<InstanceView>;

const load = async ({ id }: Machine): Promise<Machine> => ({
  id,
  view: (await getInstance({ path: { instance_id: id } })).data,
});

const one = (view: InstanceView) => ({ path: { instance_id: view.id }, headers: match(view) });

const send = (view: InstanceView, body: InstanceChange) => changeInstance({ ...one(view), body });

const before = ({ view }: Machine): InstanceChange =>
  view
    ? {
        name: view.named ? view.name : "",
        hidden: view.hidden,
        group_id: view.pinned ? view.group.id : null,
      }
    : {};

/** Names a machine, hides it, or puts it into another group. */
export const editMachine: Action<Machine, InstanceChange> = {
  id: "instance.update",
  needs: ["update-instance", "update"],
  verb: "updates.machine.edit.do",
  title: "updates.machine.edit.title",
  load,
  before,
  fields: ({ view }) =>
    fieldsOf(instanceChangeBody, {
      name: { label: "updates.field.name", help: "updates.machine.nameHelp" },
      group_id: {
        label: "updates.field.group",
        help: "updates.machine.groupHelp",
        options: choicesOf("groups", view?.application_id ?? 0, {
          title: ({ name, arch }) => `${name} (${arch})`,
          fits: ({ arch }) => arch === "all" || arch === view?.arch,
          present: view?.group,
        }),
      },
      hidden: { label: "updates.machine.hidden", help: "updates.machine.hiddenHelp" },
    }),
  run: (machine, body) => edited(viewOf(machine), body, before(machine), send),
  onto,
};

/** Forgets the machine's failure, so that it is offered the same version again. */
export const retryMachine: Action<Machine> = {
  id: "instance.retry",
  final: true,
  needs: ["update-instance", "update"],
  verb: "updates.machine.retry.do",
  title: "updates.machine.retry.title",
  body: "updates.machine.retry.body",
  load,
  run: (machine) => retryInstance(one(viewOf(machine))),
  onto,
};

/** Forgets a machine and its history; it registers anew when it checks in. */
export const forgetMachine: Action<Machine> = {
  id: "instance.delete",
  final: true,
  needs: ["update-instance", "delete"],
  verb: "updates.machine.forget.do",
  title: "updates.machine.forget.title",
  body: "updates.machine.forget.body",
  danger: true,
  load,
  run: (machine) => deleteInstance(one(viewOf(machine))),
  onto,
};
