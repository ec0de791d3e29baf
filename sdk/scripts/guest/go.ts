import type { Alias, Declaration, Exported, Field, Struct, Type } from './model.ts'

const simple = {
  text: 'string',
  word: 'string',
  flag: 'bool',
  number: 'float64',
  quantity: 'Quantity',
  anything: 'any',
  fields: 'map[string]any',
} as const

export function go(type: Type): string {
  switch (type.is) {
    case 'named':
      return type.name
    case 'integer':
      return `int${type.bits}`
    case 'list':
      return `[]${go(type.of)}`
    case 'map':
      return `map[string]${go(type.of)}`
    default:
      return simple[type.is]
  }
}

const initialisms: Readonly<Record<string, string>> = { uid: 'UID', id: 'ID' }

const goName = (name: string): string => initialisms[name] ?? name.charAt(0).toUpperCase() + name.slice(1)

/** Zero is a number, and an object without fields is one: what may be left out is a pointer to them. */
const isPointer = (type: Type, structs: ReadonlySet<string>): boolean =>
  type.is === 'integer' || type.is === 'number' || (type.is === 'named' && structs.has(type.name))

const comment = (text: string, indent = ''): string => (text ? `${indent}// ${text}\n` : '')

function field({ name, description, type, required }: Field, structs: ReadonlySet<string>): string {
  const pointer = !required && isPointer(type, structs) ? '*' : ''
  return `${comment(description, '\t')}\t${goName(name)} ${pointer}${go(type)} \`json:"${name}${required ? '' : ',omitempty'}"\``
}

const declare = (one: Struct, structs: ReadonlySet<string>): string => {
  const required = one.either.length > 0 ? one.fields.map((each) => ({ ...each, required: false })) : one.fields
  return `${comment(`${one.name}: ${one.description.charAt(0).toLowerCase()}${one.description.slice(1)}`)}type ${one.name} struct {\n${required.map((each) => field(each, structs)).join('\n')}\n}`
}

/** Another name for a type; words have names, too. */
function alias({ name, description, type }: Alias): string {
  const words = type.is === 'word' ? type.words : []
  const constants = words.map((word) => `const ${word} ${name} = "${word}"`)
  return [`${comment(description && `${name}: ${description}`)}type ${name} = ${go(type)}`, ...constants].join('\n\n')
}

const machinery = `
// Manifest is any Kubernetes object: of what it has, only its kind knows. Numbers are json.Number, so that none changes on the way.
type Manifest = map[string]any

// Quantity is an amount of Kubernetes, such as 500m or 1Gi: a text or a number.
type Quantity = any

// The imports of a guest: what Extism gives to every program. Nothing else is there.

//go:wasmimport extism:host/env input_length
func inputLength() uint64

//go:wasmimport extism:host/env input_load_u8
func inputLoad8(offset uint64) uint32

//go:wasmimport extism:host/env input_load_u64
func inputLoad64(offset uint64) uint64

//go:wasmimport extism:host/env alloc
func alloc(length uint64) uint64

//go:wasmimport extism:host/env store_u8
func store8(offset uint64, value uint32)

//go:wasmimport extism:host/env store_u64
func store64(offset uint64, value uint64)

//go:wasmimport extism:host/env output_set
func outputSet(offset uint64, length uint64)

//go:wasmimport extism:host/env error_set
func errorSet(offset uint64)

func input() []byte {
	bytes := make([]byte, inputLength())
	at := 0
	for ; at+8 <= len(bytes); at += 8 {
		binary.LittleEndian.PutUint64(bytes[at:], inputLoad64(uint64(at)))
	}
	for ; at < len(bytes); at++ {
		bytes[at] = byte(inputLoad8(uint64(at)))
	}
	return bytes
}

// handOver puts bytes where the host finds them.
func handOver(bytes []byte) uint64 {
	to := alloc(uint64(len(bytes)))
	at := 0
	for ; at+8 <= len(bytes); at += 8 {
		store64(to+uint64(at), binary.LittleEndian.Uint64(bytes[at:]))
	}
	for ; at < len(bytes); at++ {
		store8(to+uint64(at), uint32(bytes[at]))
	}
	return to
}

func failed(err error) int32 {
	errorSet(handOver([]byte(err.Error())))
	return 1
}

// Answer reads the question, and gives what the function says to it: nil is no opinion, an error ends the call.
func Answer[Question, Reply any](function func(Question) (*Reply, error)) int32 {
	var question Question
	decoder := json.NewDecoder(bytes.NewReader(input()))
	decoder.UseNumber()
	if err := decoder.Decode(&question); err != nil {
		return failed(err)
	}
	reply, err := function(question)
	if err != nil {
		return failed(err)
	}
	encoded, err := json.Marshal(reply)
	if err != nil {
		return failed(err)
	}
	outputSet(handOver(encoded), uint64(len(encoded)))
	return 0
}

// At is what stands at a path of fields, or nil: At(manifest, "spec", "replicas").
func At(object map[string]any, path ...string) any {
	var now any = object
	for _, name := range path {
		fields, ok := now.(map[string]any)
		if !ok {
			return nil
		}
		now = fields[name]
	}
	return now
}

// IntegerAt is the whole number at a path of fields, or otherwise.
func IntegerAt(object map[string]any, otherwise int64, path ...string) int64 {
	if number, ok := At(object, path...).(json.Number); ok {
		if integer, err := number.Int64(); err == nil {
			return integer
		}
	}
	return otherwise
}

// Set puts a value at a path of fields; objects on the way are made where they are missing.
func Set(object map[string]any, value any, path ...string) {
	for _, name := range path[:len(path)-1] {
		child, ok := object[name].(map[string]any)
		if !ok {
			child = map[string]any{}
			object[name] = child
		}
		object = child
	}
	object[path[len(path)-1]] = value
}
`

const points = (exported: readonly Exported[]): string =>
  exported
    .map(({ point, name, argument, answer }) => `//\t${name}: ${point}, func(${go(argument)}) (*${go(answer)}, error)`)
    .join('\n')

/** What a guest in Go imports: types, and the way in and out. */
export function goBindings(declared: readonly Declaration[], exported: readonly Exported[]): string {
  const structs = new Set(declared.flatMap((one) => (one.is === 'struct' && !one.open ? [one.name] : [])))
  const types = declared.flatMap((one) => {
    if (one.is === 'alias') return [alias(one)]
    return one.open ? [] : [declare(one, structs)]
  })
  return [
    '// Code generated from the schema of the guest points. DO NOT EDIT.',
    `// Package flotilla is the contract between Flotilla and its guests. A guest answers the points it exports a function for:\n//\n${points(exported)}\npackage flotilla`,
    'import (\n\t"bytes"\n\t"encoding/binary"\n\t"encoding/json"\n)',
    machinery.trim(),
    ...types,
  ].join('\n\n')
}
