import "../../../i18n/terminal";
import "../../../styles/terminal.css";
import { Button, TextInput } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../../actions/ProblemNotice";
import { readTerminalOptions } from "../../../api/generated/@tanstack/react-query.gen";
import type { TerminalContainer } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { part, usePart } from "../../../overlay/part";
import { Notice } from "../../../states/Notice";
import { Choice } from "../Choice";
import { usePods } from "../usePods";
import { DebugButton } from "./DebugButton";
import { End } from "./End";
import { useLooks } from "./looks";
import type { ScreenHandle } from "./Screen";
import { State } from "./State";
import type { TerminalTabProps } from "./TerminalTab";
import { Tools } from "./Tools";
import { useNewcomer, waits } from "./useNewcomer";
import { useTerminal } from "./useTerminal";
import { wordsOf } from "./words";

const screenPart = part(async () => (await import("./Screen")).Screen);

/** A terminal in a container: where, what, its window, and how it ended. */
export function TerminalPanel({ path, object }: TerminalTabProps) {
  const { t } = useTranslation();
  const pods = usePods({ path, object });
  const [chosenPod, setPod] = useState("");
  const pod = pods.includes(chosenPod) ? chosenPod : (pods[0] ?? "");
  // Typed before the pods are known, or while one takes the place of another: it stays.
  const [command, setCommand] = useState("");
  const [looks, setLooks] = useLooks();
  const terminal = useTerminal();
  const { state, screen, link } = terminal;
  const [ready, setReady] = useState(false);
  const Screen = usePart(screenPart, true);
  const busy = state.stage === "opening" || state.stage === "open";
  return (
    <section className="cr-terminal" aria-label={t("detail.terminal")}>
      <Where
        key={pod}
        cluster={path.cluster}
        namespace={path.namespace}
        pods={pods}
        pod={pod}
        onPod={setPod}
        command={command}
        onCommand={setCommand}
        simulated={object.simulated}
        busy={busy}
        label={state.again || state.ended ? t("terminal.again") : t("terminal.open")}
        onOpen={terminal.open}
      />
      {state.problem && <ProblemNotice problem={state.problem} />}
      {state.problem?.type.endsWith(":no-shell") && <p>{t("terminal.noShell")}</p>}
      <State
        state={state}
        onStay={() => link.current?.stay()}
        onClose={() => link.current?.close()}
      />
      <End state={state} />
      {Screen && state.stage !== "none" && (
        <div className="cr-terminal-window">
          <Screen
            label={t("terminal.whole", {
              container: state.asked?.container ?? "",
              pod: state.asked?.pod ?? "",
            })}
            looks={looks}
            onTyped={terminal.typed}
            onSize={(size) => link.current?.resize(size)}
            onLeave={() => document.getElementById(LEFT_TO)?.focus()}
            onReady={(handle: ScreenHandle) => {
              screen.current = handle;
              setReady(true);
            }}
          />
        </div>
      )}
      {ready && state.opened && (
        <Tools id={LEFT_TO} screen={screen} looks={looks} onLooks={setLooks} />
      )}
    </section>
  );
}

const NONE: readonly TerminalContainer[] = [];
const LEFT_TO = "cr-terminal-find";

interface WhereProps {
  cluster: string;
  namespace: string;
  pods: readonly string[];
  pod: string;
  onPod: (pod: string) => void;
  command: string;
  onCommand: (command: string) => void;
  simulated: boolean;
  busy: boolean;
  label: string;
  onOpen: ReturnType<typeof useTerminal>["open"];
}

/** In which container, and what: asked before it opens. */
function Where(props: WhereProps) {
  const { cluster, namespace, pods, pod, onPod, command, onCommand, busy, label, onOpen } = props;
  const { t } = useTranslation();
  const [chosen, setContainer] = useState("");
  const options = readTerminalOptions({ path: { cluster, namespace, pod } });
  const found = useQuery({
    ...options,
    enabled: pod !== "",
    refetchInterval: busy ? false : ({ state }) => (waits(state.data) ? 1_000 : 5_000),
  });
  const containers = found.data?.containers ?? NONE;
  useNewcomer(containers, setContainer);
  const container = containers.some(({ name }) => name === chosen)
    ? chosen
    : (found.data?.default ?? "");
  const current = containers.find(({ name }) => name === container);
  const noteOf = (name: string) => {
    const one = containers.find((other) => other.name === name);
    const role = one && one.role !== "container" ? t(`terminal.${one.role}`) : "";
    return [role, one?.running === false ? t("terminal.notRunning") : ""]
      .filter(Boolean)
      .join(", ");
  };
  if (props.simulated) return <Notice tone="info" title={t("terminal.simulated")} />;
  if (found.error) return <ProblemNotice problem={toProblem(found.error)} />;
  return (
    <>
      <form
        className="cr-terminal-bar"
        aria-label={t("terminal.choose")}
        onSubmit={(event) => {
          event.preventDefault();
          onOpen({ cluster, namespace, pod, container, command: wordsOf(command) });
        }}
      >
        {pods.length > 1 && (
          <Choice label={t("terminal.pod")} value={pod} onChange={onPod} names={pods} />
        )}
        {containers.length > 1 && (
          <Choice
            label={t("terminal.container")}
            value={container}
            onChange={setContainer}
            names={containers.map(({ name }) => name)}
            note={noteOf}
          />
        )}
        <TextInput
          aria-label={t("terminal.command")}
          aria-describedby="cr-terminal-command"
          placeholder="bash, sh"
          className="cr-terminal-command"
          value={command}
          onChange={(_, text) => onCommand(text)}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
        />
        <Button type="submit" isDisabled={busy || !current?.running}>
          {label}
        </Button>
        {pod !== "" && !busy && (
          <DebugButton path={{ cluster, kind: "pods", namespace, name: pod }} />
        )}
      </form>
      {!busy && (
        <p id="cr-terminal-command" className="cr-muted">
          {pod === "" ? t("terminal.none") : t("terminal.commandHint")} {t("terminal.told")}
        </p>
      )}
      {current && !current.running && (
        <Notice tone="info" title={<span translate="no">{`${container}: ${current.why}`}</span>} />
      )}
    </>
  );
}
