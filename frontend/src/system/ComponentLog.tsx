import { Button } from "@patternfly/react-core";
import CheckIcon from "@patternfly/react-icons/dist/esm/icons/check-icon";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { readComponentLogOptions } from "../api/generated/@tanstack/react-query.gen";
import { toProblem } from "../api/problem";
import { CopyButton } from "../format/CopyButton";
import { SkeletonLines } from "../states/Skeletons";
import { logLine } from "./logLine";

const LINES = 200;
/** Nearer to the end than this the reader is taken to be at it. */
const NEAR_END = 24;

/** The end of a component's log, kept current; it follows the end until one scrolls up. */
export function ComponentLog({ name }: { name: string }) {
  const { t } = useTranslation();
  const box = useRef<HTMLPreElement>(null);
  const [wrap, setWrap] = useState(true);
  const [follow, setFollow] = useState(true);
  const { data, error } = useQuery({
    ...readComponentLogOptions({ path: { name }, query: { lines: LINES } }),
    refetchInterval: 2_000,
  });
  const text = data?.lines.map(logLine).join("\n");
  useEffect(() => {
    if (text !== undefined && follow && box.current)
      box.current.scrollTop = box.current.scrollHeight;
  }, [text, follow]);
  if (error) return <p role="alert">{toProblem(error).detail ?? toProblem(error).title}</p>;
  if (text === undefined) return <SkeletonLines lines={4} />;
  return (
    <div className="cr-log-view">
      <div className="cr-log-bar">
        <Button
          variant="link"
          size="sm"
          isInline
          aria-pressed={follow}
          icon={follow && <CheckIcon />}
          onClick={() => setFollow(!follow)}
        >
          {t("stack.follow")}
        </Button>
        <Button variant="link" size="sm" isInline onClick={() => setWrap(!wrap)}>
          {t(wrap ? "code.noWrap" : "code.wrap")}
        </Button>
        <CopyButton text={text} what={t("stack.logOf", { name })} />
      </div>
      <pre
        ref={box}
        className={wrap ? "cr-log cr-log-wrapped" : "cr-log"}
        role="group"
        translate="no"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll container
        tabIndex={0}
        aria-label={t("stack.logOf", { name })}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setFollow(scrollHeight - scrollTop - clientHeight < NEAR_END)
        }
      >
        {text || t("stack.emptyLog")}
      </pre>
    </div>
  );
}
