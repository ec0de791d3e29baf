/** What the image gives Node beside the program. */
export const nodeOptions: readonly string[] = ['--max-semi-space-size=16']
