import type { Declaration, Exported, Field, Struct, Type } from './model.ts'

const simple = {
  text: 'String',
  word: 'String',
  flag: 'bool',
  number: 'f64',
  quantity: 'Value',
  anything: 'Value',
  fields: 'Value',
} as const

export function rust(type: Type): string {
  switch (type.is) {
    case 'named':
      return type.name
    case 'integer':
      return `i${type.bits}`
    case 'list':
      return `Vec<${rust(type.of)}>`
    case 'map':
      return `BTreeMap<String, ${rust(type.of)}>`
    default:
      return simple[type.is]
  }
}

const keywords: ReadonlySet<string> = new Set(['type', 'where', 'match', 'move', 'ref', 'use'])

const snake = (name: string): string => {
  const lower = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return keywords.has(lower) ? `r#${lower}` : lower
}

function field({ name, description, type, required }: Field): string {
  const own = rust(type)
  const attributes = required
    ? `#[serde(rename = "${name}")]`
    : `#[serde(rename = "${name}", default, skip_serializing_if = "Option::is_none")]`
  return `    /// ${description}\n    ${attributes}\n    pub ${snake(name)}: ${required ? own : `Option<${own}>`},`
}

function declare({ name, description, fields, either }: Struct): string {
  const all = either.length > 0 ? fields.map((each) => ({ ...each, required: false })) : fields
  return `/// ${description || name}\n#[derive(Debug, Clone, Default, Serialize, Deserialize)]\npub struct ${name} {\n${all.map(field).join('\n')}\n}`
}

const points = (exported: readonly Exported[]): string =>
  exported
    .map(
      ({ point, name, argument, answer }) =>
        `//! - \`${name}\`: ${point}, \`${rust(argument)}\` to \`Option<${rust(answer)}>\``,
    )
    .join('\n')

/** What a guest in Rust uses: types for serde. The way in and out is that of `extism-pdk`. */
export function rustBindings(declared: readonly Declaration[], exported: readonly Exported[]): string {
  const types = declared.map((one) => {
    if (one.is === 'alias') return `/// ${one.description || one.name}\npub type ${one.name} = ${rust(one.type)};`
    return one.open
      ? `/// ${one.description} Of what it has, only its kind knows.\npub type ${one.name} = Value;`
      : declare(one)
  })
  return [
    '// Generated from the schema of the guest points. Do not edit.',
    `//! A guest answers the points it exports a function for:\n//!\n${points(exported)}`,
    '#![allow(dead_code)]',
    'use std::collections::BTreeMap;\n\nuse serde::{Deserialize, Serialize};\nuse serde_json::Value;',
    ...types,
  ].join('\n\n')
}
