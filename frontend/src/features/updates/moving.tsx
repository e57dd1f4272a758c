import type { Action } from "../../actions/action";
import { machineMoveBody } from "../../api/generated/bodies.gen";
import { listRows, moveInstances } from "../../api/generated/sdk.gen";
import type { MoveView } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { type Field, fieldsOf, type Option } from "../../forms/field";
import { choicesOf, tableHref } from "../../updates/choices";
import { MovePreview } from "./MovePreview";

/** The machines a table shows: its filters and its search. */
export interface Filtered {
  filter: string[];
  q: string;
}

interface Where {
  application_id: number;
  to_group_id: number;
}

const applications = async (): Promise<readonly Option[]> => {
  const { data } = await listRows({ path: { name: "applications" }, query: { limit: 1000 } });
  return data.rows
    .map((row) => rowOf("applications", row))
    .map(({ key, name }) => ({ value: key, title: name }));
};

const application: Field = {
  id: "application_id",
  label: "updates.move.application",
  input: "choice",
  whole: true,
  required: true,
  options: applications,
  clears: ["to_group_id"],
};

const ask = (filtered: Filtered, { application_id, to_group_id }: Where) => ({
  path: { application_id },
  body: { ...filtered, to_group_id },
});

/**
 * Moves the machines that pass the table's filter to a group. They are counted first, and moved
 * only while they are still as many: the console refuses it otherwise (412).
 */
export const moveFiltered: Action<Filtered, Where> = {
  id: "instance.move",
  needs: ["update-instance", "update"],
  verb: "updates.move.do",
  title: "updates.move.title",
  body: "updates.move.body",
  draft: () => "filtered",
  final: true,
  fields: [
    application,
    ...fieldsOf(machineMoveBody, {
      to_group_id: {
        label: "updates.field.group",
        required: true,
        options: async (texts) =>
          choicesOf("groups", texts.application_id ?? 0, {
            title: ({ name, arch }) => `${name} (${arch})`,
          })(),
      },
    }),
  ],
  rehearse: {
    verb: "updates.move.count",
    first: true,
    run: async (filtered, where) => {
      const { path, body } = ask(filtered, where);
      const { data } = await moveInstances({ path, body: { ...body, dry_run: true } });
      return { shown: <MovePreview found={data} />, found: data };
    },
  },
  run: async (filtered, where, { found }) => {
    const { path, body } = ask(filtered, where);
    // What was shown is the precondition; it comes from this very action's rehearsal.
    const { machines } = found as MoveView;
    const { requestId } = await moveInstances({ path, body: { ...body, machines } });
    const href = tableHref("instances", [`group_id=${JSON.stringify(String(where.to_group_id))}`]);
    return { requestId, href };
  },
};
