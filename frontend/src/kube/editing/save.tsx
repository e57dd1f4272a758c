import type { Action, Done } from "../../actions/action";
import type { Acted, DocumentView } from "../../api/generated/types.gen";
import type { ObjectPath } from "../objectRow";
import { Tried } from "../operate/Changes";
import { rightOn } from "../operate/effects";
import { doVersion, tryVersion } from "../operate/sending";

/** An object as it was read to be edited, and what it shall be. */
export interface Edited {
  path: ObjectPath;
  read: DocumentView;
  text: string;
  /** What the cluster said when it tried it. */
  tried: Acted;
  /** It was saved: read it anew. */
  onSaved: () => Promise<void>;
}

const bodyOf = ({ read, text }: Pick<Edited, "read" | "text">) => ({ base: read.yaml, yaml: text });

/** Has the cluster try the text and keep nothing. */
export const trySaving = (path: ObjectPath, read: DocumentView, text: string): Promise<Acted> =>
  tryVersion("edit", path, read.version, bodyOf({ read, text }));

/** Saves a text that was tried; what would change is read before it is confirmed. */
export const saveOf = (kind: string): Action<Edited> => ({
  id: "object.edit",
  needs: [rightOn(kind), "update"],
  verb: "editing.save",
  title: "editing.saveTitle",
  shown: ({ tried }) => <Tried acted={tried} />,
  run: async (edited): Promise<Done> => {
    const { path, read, onSaved } = edited;
    const done = await doVersion("edit", path, read.version, bodyOf(edited));
    // That it cannot be read now changes nothing: a later save is compared with what there is.
    void onSaved().catch(() => undefined);
    return done;
  },
});
