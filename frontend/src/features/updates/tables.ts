/** The tables of the second column, by what a person looks for. */
export const TABLE_GROUPS = [
  {
    id: "progress",
    tables: ["groups", "rollouts", "instances", "update-events", "mirrors", "refused-requests"],
  },
  { id: "what", tables: ["applications", "channels", "packages", "payloads"] },
] as const;

export type Table = (typeof TABLE_GROUPS)[number]["tables"][number];

export const TABLES: readonly Table[] = TABLE_GROUPS.flatMap(({ tables }) => tables);

/** Tables that machines' requests do not fill. */
export const isOfOthers = (table: Table): table is "mirrors" | "refused-requests" =>
  table === "mirrors" || table === "refused-requests";

export const isTable = (name: string | undefined): name is Table =>
  TABLES.some((table) => table === name);
