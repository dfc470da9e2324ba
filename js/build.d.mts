export const widgets: Record<string, string>;
export const options: object;
