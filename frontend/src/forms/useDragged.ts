import { type DragEvent, useState } from "react";

/** What a thing of a list needs to be put in order by a pointer. */
export interface Dragging {
  /** On what it is taken by. */
  handle: { draggable: true; onDragStart: (event: DragEvent) => void; onDragEnd: () => void };
  /** On all of it. */
  place: { onDragOver: (event: DragEvent) => void; onDrop: (event: DragEvent) => void };
  /** Where it would land if it were let go now. */
  over: "before" | "behind" | undefined;
}

/**
 * Order by dragging, for those who point. The buttons beside it do the same for everybody else,
 * and on screens that are touched, where browsers drag nothing.
 */
export function useDragged(move: (from: number, to: number) => void): (at: number) => Dragging {
  const [from, setFrom] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const end = () => {
    setFrom(null);
    setOver(null);
  };
  return (at) => ({
    handle: {
      draggable: true,
      onDragStart: (event) => {
        event.dataTransfer.effectAllowed = "move";
        // Firefox drags nothing that has no data.
        event.dataTransfer.setData("text/plain", "");
        setFrom(at);
      },
      onDragEnd: end,
    },
    place: {
      // What comes from elsewhere is refused, as browsers do of themselves.
      onDragOver: (event) => {
        if (from === null) return;
        event.preventDefault();
        setOver(at);
      },
      onDrop: (event) => {
        if (from === null) return;
        event.preventDefault();
        if (from !== at) move(from, at);
        end();
      },
    },
    over: from === null || over !== at || from === at ? undefined : from > at ? "before" : "behind",
  });
}
