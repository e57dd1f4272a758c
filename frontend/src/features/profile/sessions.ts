import type { Action } from "../../actions/action";
import { endOneSession, endOtherSessions } from "../../api/generated/sdk.gen";

/** Ends one of one's own sessions, by its id. */
export const endOwn: Action<string> = {
  id: "session.end.own",
  needs: null,
  verb: "sessions.end.do",
  title: "sessions.end.title",
  body: "sessions.end.body",
  draft: (id) => id,
  danger: true,
  final: true,
  run: (session_id) => endOneSession({ path: { session_id } }),
};

/** Signs out everywhere but here. */
export const endOthers: Action<null> = {
  id: "session.end.others",
  needs: null,
  verb: "sessions.others.do",
  title: "sessions.others.title",
  body: "sessions.others.body",
  danger: true,
  final: true,
  run: () => endOtherSessions(),
};
