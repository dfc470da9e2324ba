export const preact: string;
export const isPreact: RegExp;
export function lean(path: string): Promise<string>;
