import type { Made, Making } from "../../api/generated/types.gen";
import type { LineFault } from "../../kube/editing/TextEditor";

/** What would be created: the cluster took it, or will once what it needs is there. */
export const readyOf = (made: Making | null): number[] =>
  made?.dry_run ? numbers(made, ["valid", "later"]) : [];

/** What was to be created and is not: to be tried again. */
export const againOf = (made: Making | null): number[] =>
  made && !made.dry_run ? numbers(made, ["failed", "refused", "unsent"]) : [];

const numbers = ({ objects }: Making, outcomes: readonly string[]) =>
  objects.filter(({ outcome }) => outcomes.includes(outcome)).map(({ number }) => number);

const NONE: readonly LineFault[] = [];

const kept = new WeakMap<Making, readonly LineFault[]>();

/** The lines that were refused; the same list for the same answer. */
export function faultsOfMaking(made: Making | null): readonly LineFault[] {
  if (!made) return NONE;
  const known = kept.get(made) ?? made.objects.flatMap(faultsOf);
  kept.set(made, known);
  return known;
}

function faultsOf({ outcome, line, message, errors }: Made): LineFault[] {
  if (outcome !== "refused") return [];
  if (errors.length === 0) return [{ line, message }];
  return errors.map((error) => ({ line: error.line ?? line, message: error.message }));
}
