export interface Installed {
  readonly name: string
  readonly version: string
  readonly licence: string
}
export type Listed = Pick<Installed, 'name' | 'licence'>
export const installed: (lock: { readonly packages: Readonly<Record<string, object>> }) => readonly Installed[]
export const listed: (page: string) => readonly Listed[]
export const faults: (packages: readonly Installed[], list: readonly Listed[]) => readonly string[]
