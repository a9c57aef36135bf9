/** What Node, Deno and Bun show of an object in logs, by the name of the method that says it. */
export const SHOWN: unique symbol = Symbol.for("nodejs.util.inspect.custom");
