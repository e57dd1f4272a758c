import { FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { readKeyState } from "../../../api/generated/sdk.gen";
import type { HeldRevision, KeyState } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { TextDiff } from "../../../forms/TextDiff";
import { SkeletonLines } from "../../../states/Skeletons";
import { Failed } from "../../../states/States";
import { written } from "./encodings";

export interface KeyComparedProps {
  etcd: string;
  path: string;
  items: readonly HeldRevision[];
}

/** What became of the value between two of its revisions. */
export function KeyCompared({ etcd, path, items }: KeyComparedProps) {
  const { t } = useTranslation();
  const [from, setFrom] = useState<number>();
  const [to, setTo] = useState<number>();
  const ends = [from ?? items[1]?.revision ?? 0, to ?? items[0]?.revision ?? 0] as const;
  return (
    <>
      <div className="cr-key-compared">
        <Choice label={t("keys.past.from")} chosen={ends[0]} items={items} onChoose={setFrom} />
        <Choice label={t("keys.past.to")} chosen={ends[1]} items={items} onChoose={setTo} />
      </div>
      <Between etcd={etcd} path={path} from={ends[0]} to={ends[1]} />
    </>
  );
}

interface ChoiceProps {
  label: string;
  chosen: number;
  items: readonly HeldRevision[];
  onChoose: (revision: number) => void;
}

function Choice({ label, chosen, items, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div className="cr-key-compared">
      <label htmlFor={id}>{label}</label>
      <FormSelect
        id={id}
        value={String(chosen)}
        onChange={(_, revision) => onChoose(Number(revision))}
      >
        {items.map(({ revision }) => (
          <FormSelectOption key={revision} value={String(revision)} label={String(revision)} />
        ))}
      </FormSelect>
    </div>
  );
}

interface BetweenProps {
  etcd: string;
  path: string;
  from: number;
  to: number;
}

function Between({ etcd, path, from, to }: BetweenProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: ["key-between", etcd, path, from, to],
    queryFn: async ({ signal }) => {
      const read = async (revision: number) =>
        (await readKeyState({ path: { name: etcd }, query: { key: path, revision }, signal })).data;
      return Promise.all([read(from), read(to)]);
    },
    retry: false,
  });
  if (error) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={3} />;
  const [before, after] = data;
  const hidden = before.hidden || after.hidden;
  if (hidden)
    return (
      <p className="cr-muted">
        {t("keys.past.hidden")} <span translate="no">{hidden}</span>
      </p>
    );
  const way = isText(before) && isText(after) ? "text" : "hex";
  return (
    <TextDiff
      before={written(before, way)}
      after={written(after, way)}
      label={t("keys.past.between", { from, to })}
    />
  );
}

const isText = ({ encoding }: KeyState) => encoding === "text" || encoding === "json";
