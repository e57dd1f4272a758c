import i18next, { type ParseKeys } from "i18next";
import { listPermitted } from "../api/generated/sdk.gen";
import type { Row, Verb } from "../api/generated/types.gen";
import { inParts } from "../api/inParts";
import { toProblem } from "../api/problem";
import type { Action, ActionFields, Done, How, Part, PartDone } from "./action";

/** As many as are changed one by one at a time; more are told to be left. */
export const MOST = 200;
/** Keys whose rights are asked for at once. */
const MOST_ASKED = 50;

/** How many are under way at once: the console answers others too. */
const AT_ONCE = 4;

/** What is known of a ticked row before anything is asked. */
export interface Ticked<Target> {
  key: string;
  name: string;
  target: Target;
  /** Its key in the collection that is asked for rights, where the row is of another one. */
  asked?: string | null;
  /** What in the row speaks against it. */
  against?: ParseKeys | undefined;
}

interface Prepared<Target> extends Part {
  target: Target;
}

/** Ticked rows, and once they were asked about, which of them can be changed. */
export interface Many<Target> {
  rows: readonly Row[];
  /** Called with the keys of the rows that were changed. */
  drop: (keys: readonly string[]) => void;
  parts: readonly Prepared<Target>[] | null;
}

export interface InBulk<Target, Body> {
  /** Instead of the sentence about one. */
  body?: ParseKeys;
  /** What each row is to the action. */
  each: (row: Row, rows: readonly Row[]) => Ticked<Target>;
  /** What speaks against it once it was read. */
  refuses?: (target: Target) => ParseKeys | undefined;
  /** Where rights are asked for row by row, and for which verb, beside what reading it tells. */
  asks?: { collection: string; verb: Verb };
  fields?: ActionFields<Many<Target>>;
  /** What is sent of each, where that is not what the fields hold. */
  sends?: Body;
  /** Where it is called otherwise than the action on one. */
  named?: { id: string; verb: ParseKeys; title: ParseKeys };
}

/**
 * An action on one thing as one on many: asked about once, with the names of those it is done to
 * and of those it cannot be and why; done to each by itself, each in the record; and told one by
 * one. One that fails does not hold up the others.
 */
export function inBulk<Target, Body>(
  one: Action<Target, Body>,
  how: InBulk<Target, Body>,
): Action<Many<Target>, Body> {
  const { fields, sends, named = one } = how;
  const body = how.body ?? one.body;
  return {
    id: `${named.id}.many`,
    needs: one.needs,
    verb: named.verb,
    title: named.title,
    ...(body ? { body } : {}),
    ...(one.danger ? { danger: true } : {}),
    ...(one.final === true ? { final: true } : {}),
    ...(fields ? { fields } : {}),
    draft: () => "many",
    load: async (many) => ({ ...many, parts: await prepared(one, many.rows, how) }),
    parts: ({ parts }) => parts ?? [],
    run: async ({ parts, drop }, typed, told) => {
      const meant = (parts ?? []).filter(({ against }) => against === undefined);
      const done = await eachOf(meant, told, ({ target }) =>
        one.run(target, sends ?? typed, { ...told, tell: () => undefined }),
      );
      drop(done.filter((part) => part.done).map(({ key }) => key));
      return outcomeOf(done);
    },
  };
}

async function prepared<Target, Body>(
  one: Action<Target, Body>,
  rows: readonly Row[],
  { each, asks, refuses }: InBulk<Target, Body>,
): Promise<readonly Prepared<Target>[]> {
  const ticked = rows.map((row) => each(row, rows));
  const asked = ticked.slice(0, MOST);
  const may = asks && (await permitted(asks, asked));
  const known = await inTurn(asked, async (row): Promise<Prepared<Target>> => {
    if (row.against) return refused(row, row.against);
    if (may && !may.has(row.asked ?? row.key)) return refused(row, "action.many.noRight");
    const part = await read(one, row);
    const against = part.against === undefined ? refuses?.(part.target) : undefined;
    return against ? refused({ ...row, target: part.target }, against) : part;
  });
  const over = ticked.slice(MOST).map(({ key, name, target }) => ({
    key,
    name,
    target,
    against: i18next.t("action.many.tooMany", { most: MOST }),
  }));
  return [...known, ...over];
}

const refused = <Target>(
  { key, name, target }: Ticked<Target>,
  against: ParseKeys,
): Prepared<Target> => ({ key, name, target, against: i18next.t(against) as string });

async function permitted(
  { collection, verb }: { collection: string; verb: Verb },
  ticked: readonly Ticked<unknown>[],
): Promise<ReadonlySet<string>> {
  const keys = ticked.filter(({ against }) => !against).map((row) => row.asked ?? row.key);
  const parts = inParts(keys, MOST_ASKED, (key) => key);
  const found = await inTurn(parts, async (key) => {
    const { data } = await listPermitted({ path: { name: collection }, query: { verb, key } });
    return data.keys;
  });
  return new Set(found.flat());
}

/** The thing as it is now: what is confirmed is what is changed, by its version. */
async function read<Target, Body>(
  one: Action<Target, Body>,
  ticked: Ticked<Target>,
): Promise<Prepared<Target>> {
  const { key, name, target } = ticked;
  try {
    return { key, name, target: one.load ? await one.load(target) : target };
  } catch (error) {
    return { key, name, target, against: sentenceOf(error) };
  }
}

async function eachOf<One extends Part>(
  parts: readonly One[],
  { tell }: How,
  change: (part: One) => Promise<Done>,
): Promise<readonly PartDone[]> {
  let ended = 0;
  tell(0, parts.length);
  return inTurn(parts, async (part): Promise<PartDone> => {
    const { key, name } = part;
    try {
      return { key, name, done: await change(part) };
    } catch (error) {
      return { key, name, problem: sentenceOf(error) };
    } finally {
      ended += 1;
      tell(ended, parts.length);
    }
  });
}

/** Of all: which were done, which not; undone are those that were done. */
export function outcomeOf(parts: readonly PartDone[]): Done {
  const made = parts.filter((part) => part.done?.undo);
  const undo = async () =>
    outcomeOf(
      await inTurn(made, async ({ key, name, done }): Promise<PartDone> => {
        try {
          return { key, name, ...(done?.undo ? { done: await done.undo() } : {}) };
        } catch (error) {
          return { key, name, problem: sentenceOf(error) };
        }
      }),
    );
  const requestId = parts.find((part) => part.done)?.done?.requestId ?? "";
  return { requestId, parts, ...(made.length > 0 ? { undo } : {}) };
}

/** The results in the order of what they are of; a few under way at once. */
async function inTurn<One, Result>(
  all: readonly One[],
  change: (one: One) => Result | Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = [...all.entries()];
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift())
      results[next[0]] = await change(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function sentenceOf(error: unknown): string {
  const { detail, title } = toProblem(error);
  return detail || title;
}
