import { useQuery } from "@tanstack/react-query";
import { listRowsOptions } from "../api/generated/@tanstack/react-query.gen";
import type { Row } from "../api/generated/types.gen";

const part = encodeURIComponent;

/** The page of one image, by tag or digest. */
export function imageHref(registry: string, repository: string, reference: string): string {
  return `/images/${part(registry)}/manifest?repository=${part(repository)}&reference=${part(reference)}`;
}

/** The page of one repository. */
export function repositoryHref(registry: string, repository: string): string {
  return `/images/${part(registry)}/repository?repository=${part(repository)}`;
}

/** `repository:tag`, or `repository@sha256:…` for a digest. */
export function imageName(repository: string, reference: string): string {
  return isDigest(reference) ? `${repository}@${reference}` : `${repository}:${reference}`;
}

export function isDigest(reference: string): boolean {
  return /^[a-z0-9]+:[0-9a-f]{32,}$/.test(reference);
}

/** The pages of images that run, by digest, where a connected registry holds them. */
export function useImageLinks(digests: readonly string[]): ReadonlyMap<string, string> {
  const wanted = [...new Set(digests)].filter(isDigest).sort();
  const { data } = useQuery({
    ...listRowsOptions({
      path: { name: "tags" },
      query: { limit: 200, filter: [`digest in (${wanted.join(",")})`] },
    }),
    enabled: wanted.length > 0,
    staleTime: 60_000,
    retry: false,
  });
  return new Map(
    (data?.rows ?? []).map((row) => [
      String(row.digest),
      imageHref(String(row.registry), String(row.repository), String(row.name)),
    ]),
  );
}

/**
 * `host:5000/shop/cart:1.9.0` → repository and tag; null for what names a digest. The host is
 * left out: clusters and this console may know one registry by different names.
 */
export function parseImage(image: string): { repository: string; tag: string } | null {
  if (image === "" || image.includes("@")) return null;
  const [first = "", ...rest] = image.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = named ? rest.join("/") : image;
  const colon = path.lastIndexOf(":");
  if (colon > path.lastIndexOf("/"))
    return { repository: path.slice(0, colon), tag: path.slice(colon + 1) };
  return { repository: path, tag: "latest" };
}

/** The registry that holds a repository's tag; undefined when none does, or more than one. */
export function onlyRegistry(
  rows: readonly Row[],
  { repository, tag }: { repository: string; tag: string },
): string | undefined {
  const held = rows.filter((row) => row.repository === repository && row.name === tag);
  const registries = new Set(held.map((row) => String(row.registry)));
  return registries.size === 1 ? [...registries][0] : undefined;
}

/**
 * The pages of images by the text that a workload asks for them with, where one registry alone
 * holds them. Only for what does not run: a tag may have moved on since.
 */
export function useTagLinks(images: readonly string[]): ReadonlyMap<string, string> {
  const wanted = new Map(images.map((image) => [image, parseImage(image)] as const));
  const repositories = [
    ...new Set([...wanted.values()].flatMap((found) => (found ? [found.repository] : []))),
  ].sort();
  const filter = `repository in (${repositories.map((name) => JSON.stringify(name)).join(",")})`;
  const { data } = useQuery({
    ...listRowsOptions({ path: { name: "tags" }, query: { limit: 1000, filter: [filter] } }),
    enabled: repositories.length > 0,
    staleTime: 60_000,
    retry: false,
  });
  const found = new Map<string, string>();
  for (const [image, parsed] of wanted) {
    const registry = parsed && onlyRegistry(data?.rows ?? [], parsed);
    if (parsed && registry) found.set(image, imageHref(registry, parsed.repository, parsed.tag));
  }
  return found;
}

/** The pods filter for everything that asks for a repository, whatever registry it is in. */
export function askingFilter(repository: string): string[] {
  return [`repositories=${JSON.stringify(repository)}`];
}

/** The pods filter for everything that runs one of these digests. */
export function runningFilter(digests: readonly string[]): string[] {
  return [`digests in (${[...new Set(digests)].join(",")})`];
}
