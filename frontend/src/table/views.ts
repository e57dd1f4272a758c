import type { Action } from "../actions/action";
import { newViewBody, viewChangeBody } from "../api/generated/bodies.gen";
import { changeView, createView, deleteView } from "../api/generated/sdk.gen";
import type { NewView, SavedView, ViewChange } from "../api/generated/types.gen";
import { fieldsOf } from "../forms/field";
import { stringifySearch } from "../shell/searchParams";
import type { TableSearch } from "./search";

/** What a table shows, to be kept under a name. */
export interface Shown {
  collection: string;
  /** A query string, as the server keeps it. */
  search: string;
}

/** The part of a table's state that a view keeps: filters, order, columns and the scope. */
export function keptOf(search: TableSearch, scope: object): string {
  const { row: _, view: __, ...kept } = search;
  return stringifySearch({ ...kept, ...scope }).replace(/^\?/, "");
}

const guard = ({ row_version }: SavedView) => ({ "If-Match": `"${row_version}"` });
const at = ({ id }: SavedView) => ({ view_id: id });

/** Keep what the table shows under a name; shared, everybody sees it who may list the table. */
export const saveView: Action<Shown, NewView> = {
  id: "view.create",
  draft: ({ collection }) => collection,
  needs: ["saved-view", "create"],
  verb: "views.save.do",
  title: "views.save.title",
  body: "views.save.body",
  fields: fieldsOf(newViewBody, {
    name: { label: "views.name", required: true },
    shared: { label: "views.shared", help: "views.sharedHelp" },
  }),
  run: async (shown, { name, shared }) => {
    const body = { ...shown, name, ...(shared === undefined ? {} : { shared }) };
    return { requestId: (await createView({ body })).requestId };
  },
};

/** Another name, or shared or no longer. */
export const editView: Action<SavedView, ViewChange> = {
  id: "view.update",
  needs: ["saved-view", "update"],
  verb: "views.edit.do",
  title: "views.edit.title",
  fields: fieldsOf(viewChangeBody, {
    name: { label: "views.name", required: true },
    shared: { label: "views.shared", help: "views.sharedHelp", input: "switch" },
  }),
  before: ({ name, shared }) => ({ name, shared }),
  run: async (view, body) => {
    const { requestId } = await changeView({ path: at(view), headers: guard(view), body });
    return { requestId };
  },
  onto: (_, current) => current as SavedView,
};

/** Let the view show what the table shows now. */
export const overwriteView: Action<{ view: SavedView; search: string }> = {
  id: "view.overwrite",
  needs: ["saved-view", "update"],
  verb: "views.overwrite.do",
  title: "views.overwrite.title",
  body: "views.overwrite.body",
  run: async ({ view, search }) => {
    const body = { search };
    const { requestId } = await changeView({ path: at(view), headers: guard(view), body });
    return { requestId };
  },
  onto: ({ search }, current) => ({ view: current as SavedView, search }),
};

export const removeView: Action<SavedView> = {
  id: "view.delete",
  final: ({ own }) => !own,
  needs: ["saved-view", "delete"],
  verb: "views.remove.do",
  title: "views.remove.title",
  body: "views.remove.body",
  danger: true,
  run: async (view) => {
    const { requestId } = await deleteView({ path: at(view), headers: guard(view) });
    const { collection, name, search, shared } = view;
    const undo = async () => ({
      requestId: (await createView({ body: { collection, name, search, shared } })).requestId,
    });
    return view.own ? { requestId, undo } : { requestId };
  },
  onto: (_, current) => current as SavedView,
};

/** Where a view is shown: its own search, and which view that is. */
export function addressOfView(pathname: string, { id, search }: SavedView): string {
  return `${pathname}?${search ? `${search}&` : ""}view=${encodeURIComponent(id)}`;
}
