import type { Action } from "../../../actions/action";
import { abortUpload } from "../../../api/generated/sdk.gen";
import type { UploadView } from "../../../api/generated/types.gen";
import { drop } from "./transfers";

/** Forgets an unfinished upload and what arrived of it. */
export const discardUpload: Action<UploadView> = {
  id: "upload.discard",
  final: true,
  danger: true,
  needs: ["update-package", "delete"],
  verb: "updates.upload.discard.do",
  title: "updates.upload.discard.title",
  body: "updates.upload.discard.body",
  run: async ({ id }) => {
    const { requestId } = await abortUpload({ path: { upload_id: id } });
    drop(id);
    return { requestId };
  },
};
