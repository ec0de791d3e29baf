/** As much as a message of a condition or an event should say. */
const longest = 1000

/** A text that is not longer than a message should be. */
export const bounded = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 3)}...` : text)
