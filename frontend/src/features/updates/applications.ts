import type { Action } from "../../actions/action";
import { applicationChangeBody, newApplicationBody } from "../../api/generated/bodies.gen";
import {
  changeApplication,
  createApplication,
  deleteApplication,
  getApplication,
} from "../../api/generated/sdk.gen";
import type {
  ApplicationChange,
  ApplicationView,
  NewApplication,
} from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { tableHref } from "../../updates/choices";
import { edited, match, onto, type Seen, viewOf } from "../../updates/edited";

type Application = Seen<ApplicationView>;

const load = async ({ id }: Application): Promise<Application> => ({
  id,
  view: (await getApplication({ path: { application_id: id } })).data,
});

const one = (view: ApplicationView) => ({
  path: { application_id: view.id },
  headers: match(view),
});

const WORDS = {
  name: { label: "updates.field.name", required: true },
  appid: {
    label: "updates.field.appid",
    help: "updates.application.appidHelp",
    required: true,
  },
  description: { label: "updates.field.description" },
} as const;

/** Something new that gets updated: Flatcar itself, or an agent. */
export const addApplication: Action<null, NewApplication> = {
  id: "application.create",
  needs: ["update-application", "create"],
  verb: "updates.application.add.do",
  title: "updates.application.add.title",
  fields: fieldsOf(newApplicationBody, WORDS),
  run: async (_, body) => {
    const { data, requestId } = await createApplication({ body });
    return { requestId, href: `/updates/applications?row=${data.id}` };
  },
};

const before = ({ view }: Application): ApplicationChange =>
  view ? { name: view.name, appid: view.appid, description: view.description } : {};

export const editApplication: Action<Application, ApplicationChange> = {
  id: "application.update",
  needs: ["update-application", "update"],
  verb: "updates.edit.do",
  title: "updates.edit.title",
  load,
  before,
  fields: fieldsOf(applicationChangeBody, WORDS),
  run: (application, body) =>
    edited(viewOf(application), body, before(application), (view, change) =>
      changeApplication({ ...one(view), body: change }),
    ),
  onto,
};

/** Deletes an application nothing belongs to any more; what still does is counted. */
export const removeApplication: Action<Application> = {
  id: "application.delete",
  final: true,
  needs: ["update-application", "delete"],
  verb: "updates.delete.do",
  title: "updates.delete.title",
  body: "updates.application.delete.body",
  danger: true,
  typeName: true,
  load,
  effects: async (application) => {
    const { name, counts } = viewOf(application);
    const filter = [`application=${JSON.stringify(name)}`];
    return Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => ({
        what,
        count,
        href: tableHref(what === "machines" ? "instances" : what, filter),
      }));
  },
  run: (application) => deleteApplication(one(viewOf(application))),
  onto,
};
