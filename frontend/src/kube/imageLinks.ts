import { useQuery } from "@tanstack/react-query";
import { request } from "../api/http";
import type { ListAnswer } from "../api/types";

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
    queryKey: ["image-links", ...wanted],
    queryFn: ({ signal }) =>
      request<ListAnswer>(
        `collections/tags?limit=200&filter=${part(`digest in (${wanted.join(",")})`)}`,
        { signal },
      ),
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

/** The pods filter for everything that runs one of these digests. */
export function runningFilter(digests: readonly string[]): string[] {
  return [`digests in (${[...new Set(digests)].join(",")})`];
}
