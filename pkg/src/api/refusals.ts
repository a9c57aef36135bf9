// What an answer that is an error means, in a sentence.
import { AclarityError } from "../errors.js";
import { type Answer, type Call, type Exchange, nameOf } from "./exchange.js";

const MOST = 200;

/** What the API itself says, on one line, or nothing when that is no message. */
export function wordsOf(exchange: Exchange, answer: Answer): string {
  const text = messageOf(answer.text).replace(/\s+/g, " ").trim();
  const words = exchange.clean(text);
  if (words === "" || words.startsWith("<")) return "";
  return `: ${words.length > MOST ? `${words.slice(0, MOST)}…` : words}`;
}

function messageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null) return "";
    const { error, message, Message, detail } = value as Record<string, unknown>;
    const inner = typeof error === "object" && error !== null ? (error as { message?: unknown }).message : error;
    return [inner, message, Message, detail].find((part) => typeof part === "string") ?? "";
  } catch {
    return text;
  }
}

export function refusal(exchange: Exchange, call: Call, answer: Answer): AclarityError {
  const { status } = answer;
  return new AclarityError("http", `${sentence(call, status)}${wordsOf(exchange, answer)}`, { path: call.at, status });
}

function sentence(call: Call, status: number): string {
  const name = nameOf(call);
  if (status === 401)
    return `${name}: the API does not accept the token (401); check that it is whole, valid and of this API`;
  if (status === 403) return `${name}: the token may not do this (403)`;
  if (status === 404) return `${name} is not there (404); check \`url\``;
  if (status === 429) return `${name}: too many requests (429), also after waiting; try again later`;
  if (status >= 500) return `${name} was answered with ${status}, also when repeated; try again later`;
  return `${name} was answered with ${status}`;
}
