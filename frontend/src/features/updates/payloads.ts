import type { Action } from "../../actions/action";
import { packageCreateBody } from "../../api/generated/bodies.gen";
import { createPackage, deleteFile, getFile, listRows } from "../../api/generated/sdk.gen";
import type { FileView, PackageCreate } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { type Field, fieldsOf } from "../../forms/field";
import { match, onto, type Seen, viewOf } from "../../updates/edited";
import { EXTRAS } from "./packages";

type Payload = Seen<FileView>;

const load = async ({ id }: Payload): Promise<Payload> => ({
  id,
  view: (await getFile({ path: { file_id: id } })).data,
});

/** As many applications as one answer holds. */
const MOST = 1000;

const APPLICATION: Field = {
  id: "application",
  label: "updates.field.application",
  input: "choice",
  required: true,
  whole: true,
  options: async () => {
    const { data } = await listRows({
      path: { name: "applications" },
      query: { sort: "name", limit: MOST },
    });
    return data.rows.map((row) => {
      const { key, name } = rowOf("applications", row);
      return { value: key, title: name };
    });
  },
};

/** A package of an application, of a file that is hosted here. */
export const packPayload: Action<Payload, PackageCreate & { application: number }> = {
  id: "payload.pack",
  needs: ["update-package", "create"],
  verb: "updates.payload.pack.do",
  title: "updates.payload.pack.title",
  load,
  fields: [
    APPLICATION,
    ...fieldsOf(packageCreateBody, {
      release: { label: "updates.field.release" },
      arch: { label: "updates.field.arch" },
      kind: { label: "updates.field.kind" },
      description: { label: "updates.field.description" },
      release_notes: { label: "updates.field.notes" },
      extras: EXTRAS,
    }),
  ],
  run: async ({ id }, { application, ...body }) => {
    const path = { application_id: application };
    const { data, requestId } = await createPackage({ path, body: { ...body, file_id: id } });
    return { requestId, href: `/updates/packages?row=${data.id}` };
  },
};

/** Deletes a hosted file that no package needs any more. */
export const removePayload: Action<Payload> = {
  id: "payload.delete",
  needs: ["update-package", "delete"],
  verb: "updates.delete.do",
  title: "updates.delete.title",
  body: "updates.payload.deleteBody",
  danger: true,
  final: true,
  load,
  run: (payload) => {
    const view = viewOf(payload);
    return deleteFile({ path: { file_id: view.id }, headers: match(view) });
  },
  onto,
};
