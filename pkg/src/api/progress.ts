// How far a fetch has got, told to whoever wants to know.
import { deepFreeze } from "../freeze.js";
import type { FetchedList, FetchProgress } from "./types.js";

export class Tally {
  private readonly rows = new Map<FetchedList, number>();
  private readonly ended = new Set<FetchedList>();
  private current: { list?: FetchedList; rows: number; state: FetchProgress["state"] } = { rows: 0, state: "reading" };
  /** Requests answered so far. */
  requests: () => number = () => 0;

  constructor(
    private readonly total: number,
    private readonly listener: ((progress: FetchProgress) => void) | undefined,
  ) {}

  page(list: FetchedList, rows: number): void {
    const sum = (this.rows.get(list) ?? 0) + rows;
    this.rows.set(list, sum);
    this.tell({ list, rows: sum, state: "reading" });
  }

  end(list: FetchedList, state: "complete" | "missing"): void {
    this.ended.add(list);
    this.tell({ list, rows: this.rows.get(list) ?? 0, state });
  }

  wait(milliseconds: number, status: number | undefined): void {
    this.report({ waiting: { milliseconds, ...(status !== undefined && { status }) } });
  }

  private tell(current: Tally["current"]): void {
    this.current = current;
    this.report({});
  }

  private report(more: Partial<FetchProgress>): void {
    const lists = { done: this.ended.size, total: this.total };
    this.listener?.(deepFreeze({ ...this.current, lists, requests: this.requests(), ...more }));
  }
}
