/** Whether there are more than so many objects and lists in each other. Never goes deeper than that itself. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((entry) => isNestedDeeper(entry, levels - 1));
}
