import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../ui/icons.tsx";
import { Avatar } from "../ui/ui.tsx";
import { useAccess } from "./access.tsx";
import { BOX_HEIGHT, columnsIn, draw } from "./layout.ts";
import styles from "./PathDiagram.module.css";
import type { Path } from "./paths.ts";

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Draws as many paths as fit, the chosen one among them. For readers of the screen the same stands beside it in words. */
export function PathDiagram({ paths, chosen }: { paths: readonly Path[]; chosen: number }) {
  const { option } = useAccess();
  const [ref, width] = useWidth();
  const fitting = Math.min(columnsIn(width), paths.length, 3);
  const start = Math.max(0, Math.min(chosen, paths.length - fitting));
  const drawing = useMemo(
    () => (width > 0 ? draw(paths.slice(start, start + fitting), width) : undefined),
    [paths, start, fitting, width],
  );
  const lit = new Set(paths.length > 1 ? paths[chosen]?.steps.map((step) => step.key) : []);
  return (
    <div className={styles.root} ref={ref} aria-hidden="true" data-testid="path">
      {drawing && (
        <div className={styles.canvas} style={{ height: drawing.height }}>
          <svg
            aria-hidden="true"
            className={styles.arrows}
            width={drawing.width}
            height={drawing.height}
            viewBox={`0 0 ${drawing.width} ${drawing.height}`}
          >
            <defs>
              <marker
                id="head"
                viewBox="0 0 8 8"
                refX="6.5"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto-start-reverse"
              >
                <path d="M1 1 7 4 1 7Z" className={styles.head} />
              </marker>
              <marker
                id="head-broken"
                viewBox="0 0 8 8"
                refX="6.5"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto-start-reverse"
              >
                <path d="M1 1 7 4 1 7Z" className={styles.headBroken} />
              </marker>
            </defs>
            {drawing.arrows.map((arrow) => (
              <g key={arrow.key} data-broken={arrow.broken}>
                <path
                  d={arrow.d}
                  className={styles.arrow}
                  markerEnd={`url(#${arrow.broken ? "head-broken" : "head"})`}
                />
                <text x={arrow.at.x} y={arrow.at.y} className={styles.link}>
                  {arrow.broken ? `✕ ${arrow.label}` : arrow.label.replace(/,$/, "")}
                </text>
              </g>
            ))}
          </svg>
          {drawing.boxes.map((box) => (
            <div
              key={box.key}
              className={styles.box}
              data-kind={box.kind}
              data-tone={box.tone}
              data-lit={lit.has(box.key)}
              title={box.title}
              style={{ left: box.x, top: box.y, width: box.width, height: BOX_HEIGHT }}
            >
              {box.kind === "subject" ? (
                <Avatar name={box.title} kind={option.kind} />
              ) : (
                <span className={styles.icon}>
                  <Icon name={box.icon} size={15} />
                </span>
              )}
              <span className={styles.text}>
                <span className={styles.title}>{box.title}</span>
                <span className={styles.caption}>{box.caption}</span>
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
