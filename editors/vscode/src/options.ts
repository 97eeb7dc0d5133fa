// The settings that the server takes; the others are for the extension alone.

const OWN = new Set(["server"]);

/** What of the section of the editor's settings goes to the server. */
export function serverOptions(section: unknown): Record<string, unknown> {
  if (typeof section !== "object" || section === null) return {};
  return Object.fromEntries(
    Object.entries(section).filter(([name, value]) => !OWN.has(name) && value !== null),
  );
}
