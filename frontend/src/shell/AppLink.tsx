import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";
import { goTo, hrefOf } from "./navigate";

export interface AppLinkProps {
  /** A path of the console with its search, as the server and pages write it: `/machines?row=…`. */
  href: string;
  className?: string | undefined;
  /** The link leads to the page it is on. */
  current?: boolean;
  /** Told of the click as well; PatternFly's navigation passes one. */
  onClick?: (event: MouseEvent) => void;
  /** What a pointer is told, where the words are hidden. */
  title?: string;
  children: ReactNode;
}

/** A link inside the console from a plain path: no reload, new tabs work, scope is kept. */
export function AppLink({ href, className, current, onClick, children, ...rest }: AppLinkProps) {
  const router = useRouter();
  const click = (event: MouseEvent) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(router, href);
  };
  return (
    <a
      {...rest}
      href={hrefOf(router, href)}
      className={className}
      aria-current={current ? "page" : undefined}
      onClick={click}
    >
      {children}
    </a>
  );
}
