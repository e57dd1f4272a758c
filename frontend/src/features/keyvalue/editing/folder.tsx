import { useTranslation } from "react-i18next";
import type { Action } from "../../../actions/action";
import { deleteFolderOfKeys, previewFolderDeletion } from "../../../api/generated/sdk.gen";
import type { FolderPreview } from "../../../api/generated/types.gen";
import { Notice } from "../../../states/Notice";
import { KeySample } from "../KeySample";
import { matching } from "./sending";

/** A folder of a store, and what deleting it would take. */
export interface Folder {
  etcd: string;
  folder: string;
  preview?: FolderPreview;
}

function previewOf({ preview }: Folder): FolderPreview {
  if (preview === undefined) throw new Error("the folder was not counted");
  return preview;
}

/** All keys of a folder go, if none was written since they were counted. */
export const deletingFolder: Action<Folder> = {
  id: "keys.deleteFolder",
  needs: ["key", "delete"],
  verb: "keys.delete-folder.do",
  title: "keys.delete-folder.title",
  body: "keys.delete-folder.body",
  danger: true,
  typeName: true,
  final: true,
  load: async ({ etcd, folder }) => ({
    etcd,
    folder,
    preview: (await previewFolderDeletion({ path: { name: etcd }, query: { prefix: folder } }))
      .data,
  }),
  onto: (target, current) => ({ ...target, preview: current as FolderPreview }),
  shown: (target) => <Goes preview={previewOf(target)} />,
  run: async (target) => {
    const { etcd, prefix, version } = previewOf(target);
    const { data, requestId } = await deleteFolderOfKeys({
      path: { name: etcd },
      headers: matching(version),
      body: { prefix },
    });
    return { requestId, told: <Gone count={data.deleted} /> };
  },
};

/** How many keys go, and the first of them; why none may, if so. */
function Goes({ preview: { count, sample, why } }: { preview: FolderPreview }) {
  const { t } = useTranslation();
  const more = count - sample.length;
  return (
    <>
      {why && (
        <Notice tone="warning" plain title={t("keys.delete-folder.not")}>
          <span translate="no">{why}</span>
        </Notice>
      )}
      <p>{t("keys.delete-folder.count", { count })}</p>
      <KeySample keys={sample} label={t("keys.delete-folder.count", { count })} />
      {more > 0 && <p className="cr-muted">{t("keys.delete-folder.more", { count: more })}</p>}
    </>
  );
}

function Gone({ count }: { count: number }) {
  const { t } = useTranslation();
  return <p>{t("keys.delete-folder.gone", { count })}</p>;
}
