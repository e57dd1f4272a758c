import type { Action } from "../../actions/action";
import {
  defragmentationBody,
  promotionBody,
  replacementBody,
  roomBody,
} from "../../api/generated/bodies.gen";
import {
  startDefragmentation,
  startMakingRoom,
  startPromotion,
  startReplacement,
} from "../../api/generated/sdk.gen";
import type {
  Begun,
  Defragmentation,
  MemberSeen,
  Promotion,
  Replacement,
  Room,
} from "../../api/generated/types.gen";
import { fieldsOf } from "../../forms/field";
import { addressOf, onto, type Planned, seen } from "./target";

type Sent = Promise<{ data: Begun; requestId: string }>;
type Words<Body> = Pick<Action<Planned, Body>, "title" | "body" | "fields">;

/** The start of a runbook, as all of them are: against what was seen, and followed on its page. */
function beginning<Body>(
  id: string,
  words: Words<Body>,
  send: (target: Planned, body: Body) => Sent,
  more: Partial<Action<Planned, Body>> = {},
): Action<Planned, Body> {
  return {
    id: `runbook.${id}`,
    needs: ["etcdmember", "maintain"],
    verb: "runbook.begin",
    danger: true,
    goes: true,
    draft: ({ etcd }) => `${id}/${etcd}`,
    onto,
    ...words,
    run: async (target, body) => {
      const { data, requestId } = await send(target, body);
      return { requestId, href: addressOf(target.etcd, id, data.job) };
    },
    ...more,
  };
}

export const defragment = beginning<Defragmentation>(
  "defragment",
  {
    title: "runbook.defragment.title",
    body: "runbook.defragment.body",
    fields: fieldsOf(defragmentationBody, {
      move_leader: {
        label: "runbook.defragment.moveLeader",
        help: "runbook.defragment.moveLeaderHelp",
      },
      pause: { label: "runbook.defragment.pause", help: "runbook.defragment.pauseHelp" },
    }),
  },
  (target, body) =>
    startDefragmentation({ path: { name: target.etcd }, headers: seen(target), body }),
);

export const nospace = beginning<Room>(
  "nospace",
  {
    title: "runbook.nospace.title",
    body: "runbook.nospace.body",
    fields: fieldsOf(roomBody, {
      keep: { label: "runbook.nospace.keep", help: "runbook.nospace.keepHelp" },
      pause: { label: "runbook.defragment.pause", help: "runbook.defragment.pauseHelp" },
    }),
  },
  (target, body) => startMakingRoom({ path: { name: target.etcd }, headers: seen(target), body }),
  { final: true },
);

const option = ({ id, name }: MemberSeen) => ({ value: id, title: name ? `${name} (${id})` : id });

export const replace = beginning<Replacement>(
  "replace",
  {
    title: "runbook.replace.title",
    body: "runbook.replace.body",
    fields: ({ plan }) => {
      const silent = plan.members.filter(({ answers, role }) => !answers && role !== "learner");
      const [lost] = silent;
      return fieldsOf(replacementBody, {
        member: {
          label: "runbook.replace.member",
          options: silent.map(option),
          initial: lost?.id ?? "",
        },
        name: {
          label: "runbook.replace.name",
          help: "runbook.replace.nameHelp",
          initial: lost?.name ?? "",
        },
        peer_urls: {
          label: "runbook.replace.peerUrls",
          help: "runbook.replace.peerUrlsHelp",
          initial: (lost?.peer_urls ?? []).join("\n"),
        },
      });
    },
  },
  (target, body) => startReplacement({ path: { name: target.etcd }, headers: seen(target), body }),
  { final: true },
);

export const promote = beginning<Promotion>(
  "promote",
  {
    title: "runbook.promote.title",
    body: "runbook.promote.body",
    fields: ({ plan }) => {
      const learners = plan.members.filter(({ role }) => role === "learner");
      return fieldsOf(promotionBody, {
        member: {
          label: "runbook.promote.member",
          options: learners.map(option),
          initial: learners[0]?.id ?? "",
        },
      });
    },
  },
  (target, body) => startPromotion({ path: { name: target.etcd }, headers: seen(target), body }),
  { danger: false },
);
