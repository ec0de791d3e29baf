import { relative } from 'node:path'
import { packageIn } from '../package.ts'
import { sizeText } from '../size.ts'
import { type Built, build } from './build.ts'
import { compilePackage } from './package.ts'

const here = (path: string): string => relative(process.cwd(), path)

/** What there is now, line by line. */
function lines({ manifest, program, bytes = 0, sha256, isInline }: Built): readonly string[] {
  if (!program) return [here(manifest)]
  const large = `${here(manifest)} names the file, for it is too large to stand in it; flotilla plugin push puts it into a registry`
  return [`${here(program)}  ${sizeText(bytes)}  sha256:${sha256}`, isInline ? here(manifest) : large]
}

export async function runBuild(folder: string): Promise<void> {
  const found = packageIn(folder)
  if (found) {
    await compilePackage(found)
    console.log(here(found.entry))
  } else for (const line of lines(await build(folder))) console.log(line)
}
