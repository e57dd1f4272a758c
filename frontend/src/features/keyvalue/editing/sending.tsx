import type { Done } from "../../../actions/action";
import { createKey, deleteKey, editKey, restoreKey } from "../../../api/generated/sdk.gen";
import type { CreateKey, EditKey, KeyChanged, RestoreKey } from "../../../api/generated/types.gen";
import { segment } from "../../../pages/page";
import { KeyOutcome } from "./KeyOutcome";

type Sent = { data: KeyChanged; requestId: string };
type Typed<Body> = Omit<Body, "key">;

/** The header that makes a change one of the version that was read. */
export const matching = (version: string) => ({ "If-Match": `"${version}"` });

const path = (name: string) => ({ path: { name } });

export const create = async (etcd: string, body: CreateKey): Promise<Done> => {
  const sent = await createKey({ ...path(etcd), body });
  const key = encodeURIComponent(sent.data.path);
  return { ...doneOf(sent), href: `/key-value/${segment(etcd)}/value?key=${key}` };
};

export const edit = async (
  etcd: string,
  key: string,
  version: string,
  body: Typed<EditKey>,
): Promise<Done> =>
  doneOf(await editKey({ ...path(etcd), headers: matching(version), body: { ...body, key } }));

export const remove = async (etcd: string, key: string, version: string): Promise<Done> =>
  doneOf(await deleteKey({ ...path(etcd), headers: matching(version), body: { key } }));

export const restore = async (
  etcd: string,
  key: string,
  version: string,
  body: Typed<RestoreKey>,
): Promise<Done> =>
  doneOf(await restoreKey({ ...path(etcd), headers: matching(version), body: { ...body, key } }));

/** What came of it, and the way back: what was there is still held at its revision. */
function doneOf({ data, requestId }: Sent): Done {
  const back = undoOf(data);
  return {
    requestId,
    told: <KeyOutcome changed={data} />,
    ...(back ? { undo: back } : {}),
  };
}

function undoOf({ etcd, path, version, undo }: KeyChanged): (() => Promise<Done>) | undefined {
  if (undo?.action === "delete") return () => remove(etcd, path, version);
  const revision = undo?.body.revision;
  if (undo?.action !== "restore" || typeof revision !== "number") return undefined;
  return () => restore(etcd, path, version, { revision });
}
