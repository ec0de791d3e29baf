/** What is used of WebAssembly here: there are no types of it without those of a browser. */
declare global {
  namespace WebAssembly {
    type ImportValue = Memory | Table | Global | ((...args: never[]) => unknown)

    class Module {
      constructor(bytes: Uint8Array)
      static imports(module: Module): { readonly module: string; readonly name: string }[]
      static exports(module: Module): { readonly name: string; readonly kind: string }[]
    }

    class Instance {
      constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, ImportValue>>>>)
      readonly exports: Readonly<Record<string, unknown>>
    }

    class Memory {
      readonly buffer: ArrayBuffer
      grow(pages: number): number
    }

    class Table {
      grow(by: number): number
      get(index: number): (...args: number[]) => number
      set(index: number, fn: (...args: never[]) => unknown): void
    }

    class Global {
      value: number
    }

    class RuntimeError extends Error {}

    function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>
  }
}

export {}
