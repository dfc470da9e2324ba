export const widgets: Record<string, string>;
export const extras: Record<string, string>;
export const options: object;
export function bundles(): Promise<{ path: string; text: string }[]>;
export function types(folder: string): Promise<void>;
