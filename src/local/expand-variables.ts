/**
 * Kubernetes' expansion in commands, arguments and values: `$(NAME)` becomes the variable's value, `$$` a dollar sign;
 * references to unknown variables stay as they are.
 */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    return variables.get(name) ?? whole;
  });
}
