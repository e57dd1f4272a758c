type Search = Record<string, unknown>;

/** Search parameters as people write them: repeated keys are lists, all values plain text. */
export function parseSearch(text: string): Search {
  const params = new URLSearchParams(text);
  const search: Search = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key);
    search[key] = values.length > 1 ? values : (values[0] ?? "");
  }
  return search;
}

export function stringifySearch(search: Search): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const item of [value].flat())
      if (item !== undefined && item !== null && item !== "") params.append(key, String(item));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
