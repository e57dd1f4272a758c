import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { readSchemaOptions } from "../../api/generated/@tanstack/react-query.gen";
import { type Document, documentsIn } from "./documents";
import { Fields } from "./schema";

/** The fields that can stand in a line of a text (from 1); null where the cluster tells of none. */
export type FieldsIn = (text: string) => (line: number) => Fields | null;

/** Kinds that are asked for at once. */
const MOST = 8;

/** What a cluster says of the kinds in a text. */
export function useFields(cluster: string, text: string): FieldsIn {
  const kinds = useKinds(text);
  const known = useQueries({
    queries: kinds.map(({ apiVersion, kind }) => ({
      ...readSchemaOptions({ path: { cluster }, query: { api_version: apiVersion, kind } }),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
      enabled: cluster !== "",
      select: (schema: ConstructorParameters<typeof Fields>[0]) => fieldsOf(schema),
    })),
    combine: (results) => results.map(({ data }) => data ?? null),
  });
  return useCallback(
    (all) => {
      const documents = documentsIn(all);
      return (line) => {
        const own = documents.find(({ from, to }) => from <= line && line <= to);
        const at = own ? kinds.findIndex((kind) => wordOf(kind) === wordOf(own)) : -1;
        return known[at] ?? null;
      };
    },
    [kinds, known],
  );
}

type Kind = Pick<Document, "apiVersion" | "kind">;

const wordOf = ({ apiVersion, kind }: Kind) => `${apiVersion} ${kind}`;

const made = new WeakMap<object, Fields>();

/** Made once of each answer. */
function fieldsOf(schema: ConstructorParameters<typeof Fields>[0]): Fields {
  const kept = made.get(schema) ?? new Fields(schema);
  made.set(schema, kept);
  return kept;
}

function useKinds(text: string): readonly Kind[] {
  const words = useMemo(() => {
    const named = documentsIn(text).filter(({ apiVersion, kind }) => apiVersion && kind);
    const kinds = new Map(named.map((one) => [wordOf(one), one]));
    return JSON.stringify(
      [...kinds.values()].slice(0, MOST).map(({ apiVersion, kind }) => ({ apiVersion, kind })),
    );
  }, [text]);
  return useMemo(() => JSON.parse(words) as Kind[], [words]);
}
