import type { Declaration, Exported, Field, Type } from './model.ts'

const simple = {
  text: 'string',
  flag: 'boolean',
  number: 'number',
  quantity: 'string | number',
  anything: 'unknown',
  fields: '{ readonly [field: string]: unknown }',
  integer: 'number',
} as const

const inParentheses = (type: string): string => (/[|{]/.test(type) ? `(${type})` : type)

export function typescript(type: Type): string {
  switch (type.is) {
    case 'named':
      return type.name
    case 'word':
      return type.words.map((word) => `'${word}'`).join(' | ')
    case 'list':
      return `readonly ${inParentheses(typescript(type.of))}[]`
    case 'map':
      return `{ readonly [name: string]: ${typescript(type.of)} }`
    default:
      return simple[type.is]
  }
}

const comment = (text: string, indent = ''): string => (text === '' ? '' : `${indent}/** ${text} */\n`)

const field = ({ name, description, type, required }: Field): string =>
  `${comment(description, '  ')}  readonly ${name}${required ? '' : '?'}: ${typescript(type)}`

const anyField = '  /** What only its kind knows of. */\n  readonly [field: string]: unknown'

const body = (fields: readonly Field[], open = false): string =>
  `{\n${[...fields.map(field), ...(open ? [anyField] : [])].join('\n')}\n}`

const declare = (declaration: Declaration): string => {
  const { name, description } = declaration
  if (declaration.is === 'alias') return `${comment(description)}export type ${name} = ${typescript(declaration.type)}`
  if (declaration.either.length > 0)
    return `${comment(description)}export type ${name} = ${declaration.either.map((fields) => body(fields)).join(' | ')}`
  return `${comment(description)}export interface ${name} ${body(declaration.fields, declaration.open)}`
}

const answering = ({ name, point, description, argument, answer }: Exported): string =>
  `  /** \`${point}\`: ${description.charAt(0).toLowerCase()}${description.slice(1)} */\n` +
  `  ${name}(argument: ${typescript(argument)}): ${typescript(answer)} | null`

/** What a guest in TypeScript or JavaScript imports: types, and nothing that runs. */
export const typescriptBindings = (declared: readonly Declaration[], points: readonly Exported[]): string =>
  [
    '// Generated from the schema of the guest points. Do not edit.',
    ...declared.map(declare),
    `/**\n * What a guest may export. It answers the points it has a function for; \`null\` is no opinion.\n */\nexport interface Guest {\n${points
      .map(answering)
      .join('\n')}\n}`,
  ].join('\n\n')
