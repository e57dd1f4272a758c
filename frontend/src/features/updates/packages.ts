import type { Action } from "../../actions/action";
import {
  newHostedImportBody,
  packageChangeBody,
  packageCreateBody,
} from "../../api/generated/bodies.gen";
import {
  cancelJob,
  changePackage,
  createPackage,
  deletePackage,
  getPackage,
  listMirrors,
  startHostedImport,
} from "../../api/generated/sdk.gen";
import type {
  ExtraFileBody,
  NewHostedImport,
  PackageChange,
  PackageCreate,
  PackageView,
} from "../../api/generated/types.gen";
import { fieldsOf, type ListWords } from "../../forms/field";
import { tableHref } from "../../updates/choices";
import { edited, match, onto, type Seen, viewOf } from "../../updates/edited";

type Package = Seen<PackageView>;

/** What machines fetch beside the payload. */
export const EXTRAS: ListWords<ExtraFileBody> = {
  label: "updates.field.extras",
  help: "updates.extras.help",
  things: {
    one: "updates.extras.one",
    add: "updates.extras.add",
    words: {
      name: { label: "updates.field.filename" },
      size: { label: "updates.field.size" },
      sha256: { label: "updates.field.sha256", help: "updates.extras.hex" },
      sha1: { label: "updates.field.sha1", help: "updates.extras.base64" },
    },
  },
};

const load = async ({ id }: Package): Promise<Package> => ({
  id,
  view: (await getPackage({ path: { package_id: id } })).data,
});

const one = (view: PackageView) => ({ path: { package_id: view.id }, headers: match(view) });

/** A package of an application, given by its id, whose payload lies elsewhere. */
export const addPackage: Action<string, PackageCreate> = {
  id: "package.create",
  needs: ["update-package", "create"],
  verb: "updates.package.add.do",
  title: "updates.package.add.title",
  body: "updates.package.add.body",
  fields: fieldsOf(packageCreateBody, {
    release: { label: "updates.field.release" },
    arch: { label: "updates.field.arch" },
    kind: { label: "updates.field.kind" },
    url: { label: "updates.field.url", help: "updates.package.urlHelp", required: true },
    filename: { label: "updates.field.filename", required: true },
    size: { label: "updates.field.size", required: true },
    sha256: { label: "updates.field.sha256", help: "updates.package.base64", required: true },
    sha1: { label: "updates.field.sha1", help: "updates.package.base64" },
    description: { label: "updates.field.description" },
    release_notes: { label: "updates.field.notes" },
    extras: EXTRAS,
  }),
  run: async (application, body) => {
    const path = { application_id: Number(application) };
    const { data, requestId } = await createPackage({ path, body });
    return { requestId, href: `/updates/packages?row=${data.id}` };
  },
};

const mirrors = async () => (await listMirrors()).data.map((value) => ({ value }));

/** Fetches a release from a mirror and hosts it here: a job. */
export const importRelease: Action<string, NewHostedImport> = {
  id: "package.import",
  needs: ["update-package", "create"],
  verb: "updates.package.import.do",
  title: "updates.package.import.title",
  body: "updates.package.import.body",
  fields: fieldsOf(newHostedImportBody, {
    release: { label: "updates.field.release" },
    board: { label: "updates.field.board" },
    mirror: { label: "updates.field.mirror", options: mirrors },
    extras: { label: "updates.field.extras", help: "updates.package.extrasHelp" },
  }),
  run: async (application, body) => {
    const path = { application_id: Number(application) };
    const { data, requestId } = await startHostedImport({ path, body });
    const undo = () => cancelJob({ path: { job_id: data.id } });
    return { requestId, href: `/jobs/${data.id}`, undo };
  },
};

const before = ({ view }: Package): PackageChange =>
  view
    ? {
        ...(view.hosted ? {} : { url: view.url }),
        description: view.description,
        release_notes: view.release_notes,
        extras: view.extras,
        blacklist: view.blacklist,
      }
    : {};

/** Changes the texts, where it is fetched from, and which channels must not point at it. */
export const editPackage: Action<Package, PackageChange> = {
  id: "package.update",
  needs: ["update-package", "update"],
  verb: "updates.edit.do",
  title: "updates.edit.title",
  load,
  before,
  fields: ({ view }) =>
    fieldsOf(packageChangeBody, {
      ...(view?.hosted === false
        ? {
            url: {
              label: "updates.field.url",
              help: "updates.package.urlHelp",
              required: true,
            } as const,
          }
        : {}),
      description: { label: "updates.field.description" },
      release_notes: { label: "updates.field.notes" },
      extras: EXTRAS,
      blacklist: { label: "updates.field.blacklist", help: "updates.package.blacklistHelp" },
    }),
  run: (changed, body) =>
    edited(viewOf(changed), body, before(changed), (view, change) =>
      changePackage({ ...one(view), body: change }),
    ),
  onto,
};

export const removePackage: Action<Package> = {
  id: "package.delete",
  final: true,
  needs: ["update-package", "delete"],
  verb: "updates.delete.do",
  title: "updates.delete.title",
  body: "updates.package.deleteBody",
  danger: true,
  load,
  effects: async (gone) => {
    const { channels, release } = viewOf(gone);
    if (channels.length === 0) return [];
    const href = tableHref("channels", [`target=${JSON.stringify(release)}`]);
    return [{ count: channels.length, what: "channels", href }];
  },
  run: (gone) => deletePackage(one(viewOf(gone))),
  onto,
};
