/** "las 21:04", but "la 01:04". */
export const hour = (time: string): string => `${/^0?1:/.test(time) ? 'la' : 'las'} ${time}`;
