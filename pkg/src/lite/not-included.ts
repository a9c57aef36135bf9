import { AclarityError } from "../errors.js";

/** What takes the whole package. */
export function notIncluded(what: string): AclarityError {
  return new AclarityError("not_included", `${what} is not in \`aclarity/lite\`: import \`aclarity\` for it`);
}

/** Members of the whole classes that throw here, on a class of this entry point. */
export function leaveOut(prototype: object, methods: readonly string[], getters: readonly string[] = []): void {
  const refuse = (name: string) => () => {
    throw notIncluded(`\`${name}\``);
  };
  for (const name of methods) Object.defineProperty(prototype, name, { value: refuse(name) });
  for (const name of getters) Object.defineProperty(prototype, name, { get: refuse(name) });
}
