/** What is used of WebAssembly here: there are no types of it without those of a browser. */
declare global {
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array)
      static imports(module: Module): { readonly module: string; readonly name: string }[]
    }

    function compile(bytes: Uint8Array): Promise<Module>
  }
}

export {}
