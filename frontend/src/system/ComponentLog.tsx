import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { readComponentLogOptions } from "../api/generated/@tanstack/react-query.gen";
import { toProblem } from "../api/problem";
import { SkeletonLines } from "../states/Skeletons";

const LINES = 200;

/** The end of a component's log, kept current while it is open. */
export function ComponentLog({ name }: { name: string }) {
  const { t } = useTranslation();
  const box = useRef<HTMLPreElement>(null);
  const { data, error } = useQuery({
    ...readComponentLogOptions({ path: { name }, query: { lines: LINES } }),
    refetchInterval: 2_000,
  });
  const text = data?.lines.join("\n");
  useEffect(() => {
    if (text !== undefined && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (error) return <p role="alert">{toProblem(error).detail ?? toProblem(error).title}</p>;
  if (text === undefined) return <SkeletonLines lines={4} />;
  return (
    <pre
      ref={box}
      className="cr-log"
      role="group"
      translate="no"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll container
      tabIndex={0}
      aria-label={t("stack.logOf", { name })}
    >
      {text || t("stack.emptyLog")}
    </pre>
  );
}
