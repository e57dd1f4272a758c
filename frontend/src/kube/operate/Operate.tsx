import { part, usePart } from "../../overlay/part";
import type { OperateBarProps } from "./OperateBar";

const bar = part(async () => (await import("./OperateBar")).OperateBar);

/** What can be done to an object; its code comes after the page. */
export function Operate(props: OperateBarProps) {
  const Bar = usePart(bar, true);
  return Bar && <Bar {...props} />;
}
