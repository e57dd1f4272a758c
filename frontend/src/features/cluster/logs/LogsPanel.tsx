import "../../../i18n/logs";
import "../../../styles/logs.css";
import { Button, FormSelect, FormSelectOption, SearchInput, Switch } from "@patternfly/react-core";
import { useDeferredValue, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiUrl } from "../../../api/http";
import { Notice } from "../../../states/Notice";
import { Choice } from "../Choice";
import { usePods } from "../usePods";
import { LogLines } from "./LogLines";
import type { LogsTabProps } from "./LogsTab";
import { addressOf, type LogAsked, useLog } from "./useLog";

/** As many pods are read together; of more one is chosen. */
const MOST_PODS = 20;
const TAILS = [200, 1000, 5000, 20_000];
/** Minutes one looks back. */
const SINCE = [5, 60, 360, 1440] as const;
const AROUND = [0, 3, 20] as const;

/** The logs of a pod or of a workload's pods: which, how many lines, followed, searched. */
export function LogsPanel({ path, object }: LogsTabProps) {
  const { t } = useTranslation();
  const pods = usePods({ path, object });
  const [pod, setPod] = useState("");
  const [container, setContainer] = useState("");
  const [previous, setPrevious] = useState(false);
  const [follow, setFollow] = useState(true);
  const [tail, setTail] = useState(1000);
  const [wrap, setWrap] = useState(false);
  const [times, setTimes] = useState(true);
  const [since, setSince] = useState({ minutes: "", from: "" });
  const [local, setLocal] = useState(false);
  const [columns, setColumns] = useState(false);
  const [around, setAround] = useState(0);
  const [search, setSearch] = useState("");
  const sought = useDeferredValue(search);
  const chosen = useMemo(
    () => (pods.includes(pod) ? [pod] : pods.slice(0, MOST_PODS)),
    [pods, pod],
  );
  const asked: LogAsked = {
    cluster: path.cluster,
    namespace: path.namespace,
    pods: chosen,
    container,
    previous,
    follow,
    tail,
    since: since.from,
  };
  const log = useLog(asked);
  const names = object.containers.map(({ name }) => name);
  return (
    <div className="cr-logs">
      <div className="cr-logs-bar" role="group" aria-label={t("logs.choose")}>
        {pods.length > 1 && (
          <Choice
            label={t("logs.pod")}
            value={chosen.length === 1 ? (chosen[0] ?? "") : ""}
            onChange={setPod}
            all={t("logs.allPods", { count: Math.min(pods.length, MOST_PODS) })}
            names={pods}
          />
        )}
        {names.length > 1 && (
          <Choice
            label={t("logs.container")}
            value={container}
            onChange={setContainer}
            all={t("logs.allContainers")}
            names={names}
          />
        )}
        <FormSelect
          aria-label={t("logs.tail")}
          className="cr-choice"
          value={String(tail)}
          onChange={(_, value) => setTail(Number(value))}
        >
          {TAILS.map((count) => (
            <FormSelectOption
              key={count}
              value={String(count)}
              label={t("logs.lines", { count }) as string}
            />
          ))}
        </FormSelect>
        <FormSelect
          aria-label={t("logs.since")}
          className="cr-logs-choice"
          value={since.minutes}
          onChange={(_, minutes) => setSince({ minutes, from: ago(Number(minutes)) })}
        >
          <FormSelectOption value="" label={t("logs.anyTime")} />
          {SINCE.map((minutes) => (
            <FormSelectOption
              key={minutes}
              value={String(minutes)}
              label={t(`logs.last.${minutes}`)}
            />
          ))}
        </FormSelect>
        <SearchInput
          aria-label={t("logs.search")}
          placeholder={t("logs.search")}
          value={search}
          onChange={(_, text) => setSearch(text)}
          onClear={() => setSearch("")}
        />
        {search !== "" && (
          <FormSelect
            aria-label={t("logs.around")}
            className="cr-logs-choice"
            value={String(around)}
            onChange={(_, value) => setAround(Number(value))}
          >
            {AROUND.map((count) => (
              <FormSelectOption
                key={count}
                value={String(count)}
                label={t(`logs.context.${count}`)}
              />
            ))}
          </FormSelect>
        )}
        <Toggle label={t("logs.follow")} on={follow && !previous} onChange={setFollow} />
        <Toggle label={t("logs.previous")} on={previous} onChange={setPrevious} />
        <Toggle label={t("logs.times")} on={times} onChange={setTimes} />
        {times && <Toggle label={t("logs.local")} on={local} onChange={setLocal} />}
        <Toggle label={t("logs.columns")} on={columns} onChange={setColumns} />
        <Toggle label={t("code.wrap")} on={wrap} onChange={setWrap} />
        <Button
          variant="link"
          isInline
          component="a"
          href={apiUrl(addressOf(asked, "text"))}
          download=""
        >
          {t("logs.download")}
        </Button>
      </div>
      {pods.length > MOST_PODS && (
        <p className="cr-muted">{t("logs.tooMany", { most: MOST_PODS })}</p>
      )}
      {object.simulated && <Notice tone="info" title={t("logs.simulated")} />}
      {log.problem && (
        <Notice tone="danger" title={log.problem.title}>
          <span translate="no">{log.problem.detail}</span>{" "}
          <Button variant="link" isInline onClick={log.again}>
            {t("logs.again")}
          </Button>
        </Notice>
      )}
      <LogLines
        log={log}
        search={sought}
        around={around}
        wrap={wrap}
        times={times}
        local={local}
        columns={columns}
        several={chosen.length > 1 || (container === "" && names.length > 1)}
        label={t("logs.of", { name: path.name })}
      />
    </div>
  );
}

/** The time so many minutes ago; empty for none. */
const ago = (minutes: number) =>
  minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : "";

interface ToggleProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Toggle({ label, on, onChange }: ToggleProps) {
  const id = useId();
  return <Switch id={id} label={label} isChecked={on} onChange={(_, next) => onChange(next)} />;
}
