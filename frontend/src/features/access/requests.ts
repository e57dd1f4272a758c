import type { Action } from "../../actions/action";
import { decideAccessRequest, readAccessRequest } from "../../api/generated/sdk.gen";
import type {
  AccessDecision,
  AccessRequestRow,
  NewBinding,
  OpenAccessRequest,
} from "../../api/generated/types.gen";
import { lengthOf } from "../../asking/lengths";
import { serverNow } from "../../format/clock";
import type { Field, Texts } from "../../forms/field";
import { type EndChosen, endFields, endOf } from "./ends";
import { type Forms, formsOf } from "./roles";

/** A request, with what is read of it before it is decided. */
type Asked = Pick<AccessRequestRow, "key" | "login" | "row_version"> & {
  forms?: Forms;
  request?: OpenAccessRequest;
};
type Granted = EndChosen & { role?: string; answer?: string };

const ANSWER: Field = { id: "answer", input: "text", label: "ask.word", maxLength: 512 };

/** What granting a request as it was asked would be: its role, or the least that would do. */
export function askedFor(request: OpenAccessRequest, role = ""): NewBinding {
  const { login, scope, reason, seconds, suits } = request;
  return {
    subject: login,
    subject_kind: "user",
    role: role || request.role || (suits[0] ?? ""),
    scope,
    reason,
    expires: Math.round(serverNow() + seconds),
  };
}

/** The roles that would do, and the one that was asked for by name. */
function roleField(request: OpenAccessRequest): Field {
  const { role, suits } = request;
  return {
    id: "role",
    input: "choice",
    label: "access.grant.role",
    required: true,
    initial: askedFor(request).role,
    options: [...new Set([...(role ? [role] : []), ...suits])].map((value) => ({ value })),
  };
}

/** Gives what was asked for, for a time. */
export const grantRequest: Action<Asked, Granted> = {
  id: "access-request.grant",
  needs: ["access-request", "approve"],
  verb: "ask.grant.do",
  title: "ask.grant.title",
  body: "ask.grant.body",
  load: async (asked) => {
    const [forms, { data: request }] = await Promise.all([
      import("./granting"),
      readAccessRequest({ path: { request_id: asked.key } }),
    ]);
    return { ...asked, forms, request, row_version: request.row_version };
  },
  fields: ({ request }, texts: Texts) =>
    request ? [roleField(request), ...endFields(texts, lengthOf(request.seconds)), ANSWER] : [],
  rehearse: {
    verb: "access.grant.preview",
    run: ({ forms, request }, { expires, days, role }) =>
      formsOf({ ...(forms ? { forms } : {}) }).previewOf({
        ...askedFor(readOf(request), role),
        expires: endOf(expires, days),
      }),
  },
  run: (asked, { expires, days, role = "", answer = "" }) =>
    decide(asked, { grant: true, role, expires: endOf(expires, days), answer }),
};

/** Gives nothing, and says why. */
export const refuseRequest: Action<Asked, { answer?: string }> = {
  id: "access-request.refuse",
  needs: ["access-request", "approve"],
  verb: "ask.refuse.do",
  title: "ask.refuse.title",
  fields: [ANSWER],
  run: (asked, { answer = "" }) => decide(asked, { grant: false, answer }),
};

async function decide({ key, row_version }: Asked, body: AccessDecision) {
  const headers = { "If-Match": `"${row_version}"` };
  const { requestId } = await decideAccessRequest({ path: { request_id: key }, headers, body });
  return { requestId };
}

function readOf(request: OpenAccessRequest | undefined): OpenAccessRequest {
  if (!request) throw new Error("the request is not read");
  return request;
}
