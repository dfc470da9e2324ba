/** A name between marks that end what it may do to the direction of the text around it. */
export const isolated = (name: string): string => `\u2068${name}\u2069`;
