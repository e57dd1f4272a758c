import { TreeView, type TreeViewDataItem } from "@patternfly/react-core";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listFolderOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { FolderPage } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { formatNumber } from "../../format/numbers";
import { useScope } from "../../shell/scope";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { ancestorsOf } from "./folders";

const REFRESH_MS = 5_000;

export interface FolderTreeProps {
  etcd: string;
  chosen: string | undefined;
  onFolder: (path: string | undefined) => void;
  onKey: (path: string) => void;
}

/** The virtual folders of a key space, opened level by level; counts are of keys below. */
export function FolderTree({ etcd, chosen, onFolder, onKey }: FolderTreeProps) {
  const { t } = useTranslation();
  const { team = "" } = useScope();
  const [opened, setOpened] = useState<ReadonlySet<string>>(
    () => new Set(["", "/", ...ancestorsOf(chosen ?? "")]),
  );
  const prefixes = [...opened];
  const pages = useQueries({
    queries: prefixes.map((prefix) => ({
      ...listFolderOptions({ path: { name: etcd }, query: { prefix, team } }),
      refetchInterval: REFRESH_MS,
      retry: false,
    })),
  });
  const root = pages[0];
  if (!root?.data) {
    if (root?.error)
      return <Failed problem={toProblem(root.error)} onRetry={() => void root.refetch()} />;
    return <SkeletonLines lines={6} />;
  }
  const known = new Map(prefixes.map((prefix, index) => [prefix, pages[index]?.data]));
  const top = root.data.items.length === 1 && root.data.items[0]?.kind === "folder";
  const start = (top && root.data.items[0]?.path) || "";
  const words = {
    more: t("etcd.moreChildren"),
    loading: t("state.loading"),
    unnamed: t("etcd.unnamed"),
  };
  return (
    <TreeView
      hasGuides
      className="cr-folders"
      aria-label={t("etcd.folders")}
      data={itemsOf(start, known, opened, words)}
      activeItems={chosen ? [{ id: chosen, name: chosen }] : []}
      onExpand={(_, { id }) => id && setOpened(new Set([...opened, id]))}
      onSelect={(_, { id = "" }) => {
        if (id.startsWith(KEY)) onKey(id.slice(KEY.length));
        else if (!id.startsWith(NOTE)) onFolder(id === chosen ? undefined : id);
      }}
    />
  );
}

const KEY = "key:";
const NOTE = "note:";

function itemsOf(
  prefix: string,
  known: ReadonlyMap<string, FolderPage | undefined>,
  opened: ReadonlySet<string>,
  words: { more: string; loading: string; unnamed: string },
): TreeViewDataItem[] {
  const page = known.get(prefix);
  if (!page) return [{ id: `${NOTE}${prefix}`, name: words.loading }];
  const items = page.items.map(({ kind, name, path, keys }): TreeViewDataItem => {
    if (kind === "key")
      return { id: KEY + path, name: <span translate="no">{name || words.unnamed}</span> };
    return {
      id: path,
      name: <span translate="no">{name === "" ? "/" : name}</span>,
      hasBadge: true,
      customBadgeContent: formatNumber(keys),
      badgeProps: { isRead: true },
      defaultExpanded: opened.has(path),
      children: itemsOf(path, known, opened, words),
    };
  });
  return page.next ? [...items, { id: `${NOTE}${prefix}`, name: words.more }] : items;
}
