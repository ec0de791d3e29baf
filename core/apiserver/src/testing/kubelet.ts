import type { Kubelet } from '../kubelet.ts'

const nobody = async (): Promise<never> => {
  throw new Error('nobody is there')
}

/** A kubelet that answers nothing, for tests that say what it answers. */
export const deafKubelet: Kubelet = { log: () => [], exec: nobody, attach: nobody, connect: nobody }
