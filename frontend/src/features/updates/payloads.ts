import type { Action } from "../../actions/action";
import { deleteFile, getFile } from "../../api/generated/sdk.gen";
import type { FileView } from "../../api/generated/types.gen";
import { match, onto, type Seen, viewOf } from "../../updates/edited";

type Payload = Seen<FileView>;

/** Deletes a hosted file that no package needs any more. */
export const removePayload: Action<Payload> = {
  id: "payload.delete",
  needs: ["update-package", "delete"],
  verb: "updates.delete.do",
  title: "updates.delete.title",
  body: "updates.payload.deleteBody",
  danger: true,
  final: true,
  load: async ({ id }) => ({ id, view: (await getFile({ path: { file_id: id } })).data }),
  run: (payload) => {
    const view = viewOf(payload);
    return deleteFile({ path: { file_id: view.id }, headers: match(view) });
  },
  onto,
};
