// Documents whose marked blocks are files of small projects, and what those print.

/** The blocks that follow `<!-- kind: name -->`, by name. */
export function marked(document: string, kind: string): Map<string, string> {
  const blocks = document.matchAll(new RegExp(`^<!-- ${kind}: (\\S+) -->\\n\`\`\`\\w+\\n([^]*?)^\`\`\`$`, "gm"));
  return new Map([...blocks].map(([, name, text]) => [name as string, text as string]));
}
