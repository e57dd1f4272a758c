import type { Action } from "../../actions/action";
import {
  addLicence,
  previewLicence,
  resetLicenceClock,
  removeLicence as takeOut,
} from "../../api/generated/sdk.gen";
import type { LicenceText, LicenceView } from "../../api/generated/types.gen";
import { Difference } from "./Difference";

const against = ({ row_version }: LicenceView) => ({ headers: { "if-match": `"${row_version}"` } });

/** Pasted or read from a file; what it changes is shown before it can be saved. */
export const putLicence: Action<LicenceView, LicenceText> = {
  id: "licence.add",
  needs: ["licence", "update"],
  verb: "licence.put.do",
  title: "licence.put.title",
  body: "licence.put.body",
  fields: [
    {
      id: "text",
      input: "file",
      label: "licence.put.text",
      help: "licence.put.help",
      required: true,
      maxLength: 524_288,
      code: true,
    },
  ],
  rehearse: {
    verb: "licence.put.preview",
    first: true,
    run: async (_, body) => {
      const { data } = await previewLicence({ body });
      return { shown: <Difference told={data} /> };
    },
  },
  run: async (licence, body) => {
    const { data, requestId } = await addLicence({ ...against(licence), body });
    return { requestId, now: data };
  },
  onto: (_, current) => current as LicenceView,
};

/** A licence that was put in here, and all of them as they are. */
export interface Held {
  licence: LicenceView;
  id: string;
}

export const removeLicence: Action<Held> = {
  id: "licence.remove",
  needs: ["licence", "update"],
  verb: "licence.remove.do",
  title: "licence.remove.title",
  body: "licence.remove.body",
  danger: true,
  run: async ({ licence, id }) => {
    const { requestId } = await takeOut({ ...against(licence), path: { licence_id: id } });
    return { requestId };
  },
  onto: ({ id }, current) => ({ licence: current as LicenceView, id }),
};

/** The clock of the console's machine is right: what was seen before was not. */
export const resetClock: Action<LicenceView> = {
  id: "licence.reset-clock",
  needs: ["licence", "update"],
  verb: "licence.reset.do",
  title: "licence.reset.title",
  body: "licence.reset.body",
  run: async (licence) => {
    const { requestId } = await resetLicenceClock(against(licence));
    return { requestId };
  },
  onto: (_, current) => current as LicenceView,
};
