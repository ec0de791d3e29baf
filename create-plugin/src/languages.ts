/** What is particular about a language. */
export interface Language {
  /** As people call it. */
  readonly title: string
  /** What the program that is built is run by; `lua` becomes a ResourceInterpreterCustomization. */
  readonly runtime: 'javascript' | 'wasm' | 'lua'
  /** What has to be installed. */
  readonly needs: string
  /** Where an author writes. */
  readonly source: string
  /** Generated files of the sdk, and where they go. */
  readonly bindings: Readonly<Record<string, string>>
}

const npm = 'It needs Node 24 or newer. `npm install` brings the rest.'

const assemblyscript = Object.fromEntries(
  ['flotilla', 'interpret', 'schedule', 'render', 'admit'].map((name) => [
    `assemblyscript/${name}.ts`,
    `assembly/flotilla/${name}.ts`,
  ]),
)

/** The languages there are templates for. */
export const languages = {
  ts: {
    title: 'TypeScript',
    runtime: 'javascript',
    needs: npm,
    source: '`src/plugin.ts` is the program: it exports a function for each question it answers.',
    bindings: { 'guest.d.ts': 'flotilla/guest.d.ts' },
  },
  js: {
    title: 'JavaScript',
    runtime: 'javascript',
    needs: npm,
    source: '`src/plugin.js` is the program: it exports a function for each question it answers.',
    bindings: { 'guest.d.ts': 'flotilla/guest.d.ts' },
  },
  assemblyscript: {
    title: 'AssemblyScript',
    runtime: 'wasm',
    needs: npm,
    source: '`assembly/plugin.ts` is the program: it exports a function for each question it answers.',
    bindings: assemblyscript,
  },
  go: {
    title: 'Go',
    runtime: 'wasm',
    needs: 'It needs Go 1.24 or newer, and nothing else.',
    source: '`main.go` is the program: it exports a function for each question it answers.',
    bindings: { 'go/flotilla.go': 'flotilla/flotilla.go' },
  },
  lua: {
    title: 'Lua',
    runtime: 'lua',
    needs: 'It needs nothing: scripts run as they are, here and in Karmada.',
    source: '`lua/` has a script for each question, called as the field of `spec.customizations` it goes to.',
    bindings: {},
  },
  rust: {
    title: 'Rust',
    runtime: 'wasm',
    needs: 'It needs Rust with the target for WASM: `rustup target add wasm32-unknown-unknown`.',
    source: '`src/lib.rs` is the program: it exports a function for each question it answers.',
    bindings: { 'rust/flotilla.rs': 'src/flotilla.rs' },
  },
} as const satisfies Readonly<Record<string, Language>>

export type LanguageName = keyof typeof languages

export const languageNames = Object.keys(languages) as readonly LanguageName[]
