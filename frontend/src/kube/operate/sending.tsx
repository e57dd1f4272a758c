import type { Done } from "../../actions/action";
import {
  cordonObject,
  debugObject,
  deleteObject,
  editObject,
  evictObject,
  labelsObject,
  pauseObject,
  restartObject,
  resumeObject,
  rollbackObject,
  runObject,
  scaleObject,
  suspendObject,
  taintsObject,
  uncordonObject,
  unsuspendObject,
} from "../../api/generated/sdk.gen";
import type { Acted } from "../../api/generated/types.gen";
import { clusterObject } from "../address";
import type { ObjectPath } from "../objectRow";
import { Outcome } from "./Outcome";
import { matching, type Operated, stateOf } from "./operated";

type Sent = Promise<{ data: Acted; requestId: string }>;

interface Asked<Body> {
  path: ObjectPath;
  headers: { "If-Match": string };
  query: { dry_run: boolean };
  body: Body;
}

/**
 * The body of an action is made of its own fields, or is the one the server gave to take it back:
 * this is the one place where that is taken on trust.
 */
const by =
  <Body,>(send: (asked: Asked<Body>) => Sent) =>
  (asked: Asked<unknown>): Sent =>
    send({ ...asked, body: asked.body as Body });

const SENDERS = {
  cordon: by(cordonObject),
  debug: by(debugObject),
  delete: by(deleteObject),
  edit: by(editObject),
  evict: by(evictObject),
  labels: by(labelsObject),
  pause: by(pauseObject),
  restart: by(restartObject),
  resume: by(resumeObject),
  rollback: by(rollbackObject),
  run: by(runObject),
  scale: by(scaleObject),
  suspend: by(suspendObject),
  taints: by(taintsObject),
  uncordon: by(uncordonObject),
  unsuspend: by(unsuspendObject),
};

export type ActionId = keyof typeof SENDERS;

export const isActionId = (id: string): id is ActionId => Object.hasOwn(SENDERS, id);

function send(
  id: ActionId,
  path: ObjectPath,
  version: string,
  body: unknown,
  dry_run = false,
): Sent {
  return SENDERS[id]({ path, headers: matching(version), query: { dry_run }, body });
}

/** Has the cluster try it and keep nothing. */
export const tryIt = (id: ActionId, target: Operated, body: unknown): Promise<Acted> =>
  tryVersion(id, target.path, stateOf(target).version, body);

/** Does it, and knows the way back. */
export const act = (id: ActionId, target: Operated, body: unknown): Promise<Done> =>
  doVersion(id, target.path, stateOf(target).version, body);

/** The same on a version that was read otherwise. */
export async function tryVersion(
  id: ActionId,
  path: ObjectPath,
  version: string,
  body: unknown,
): Promise<Acted> {
  return (await send(id, path, version, body, true)).data;
}

export const doVersion = async (
  id: ActionId,
  path: ObjectPath,
  version: string,
  body: unknown,
): Promise<Done> => doneOf(id, path, await send(id, path, version, body));

/** Where what an action made is found. */
const madeAt = (id: ActionId, { cluster, kind, namespace, name }: ObjectPath, made: string) =>
  id === "debug"
    ? `${clusterObject(cluster, kind, namespace, name)}?tab=terminal`
    : clusterObject(cluster, "jobs", namespace, made);

function doneOf(id: ActionId, path: ObjectPath, { data, requestId }: Awaited<Sent>): Done {
  const { undo, made, version } = data;
  return {
    requestId,
    told: <Outcome path={path} acted={data} />,
    ...(made ? { href: madeAt(id, path, made) } : {}),
    ...(undo && isActionId(undo.action)
      ? { undo: () => doVersion(undo.action as ActionId, path, version, undo.body) }
      : {}),
  };
}
