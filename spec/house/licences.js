/**
 * The packages that an importer gets, and their licences: `npm run licences` prints them, and fails on a licence of
 * another kind than those below, and on a package that docs/SECURITY.md does not list.
 *
 * Optional peers and what they need are among them; what only the project's own tools need is not.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Licences that ask for no more than to be named. */
const ALLOWED = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0']

/** One of them, or a choice that has one of them in it. Any other expression is looked at by a person. */
const isAllowed = (licence) =>
  /^(\([\w.-]+( OR [\w.-]+)+\)|[\w.-]+)$/.test(licence) &&
  licence.replace(/[()]/g, '').split(' OR ').some((one) => ALLOWED.includes(one))

const neededBy = ({ dependencies, optionalDependencies, peerDependencies }) =>
  Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })

/** Where a package finds another: in its own folder, or in the nearest one above that has it. */
const placeOf = (packages, from, name) => {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  if (place in packages) return place
  return from === '' ? undefined : placeOf(packages, from.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''), name)
}

/** Everything that is installed with the package of a lock file, by name: `{ name, version, licence }`. */
export const installed = ({ packages }) => {
  const places = new Set()
  const visit = (place) => {
    neededBy(packages[place]).forEach((name) => {
      const found = placeOf(packages, place, name)
      if (found === undefined || places.has(found)) return
      places.add(found)
      visit(found)
    })
  }
  visit('')
  return [...places].toSorted().map((place) => ({
    name: place.replace(/^.*node_modules\//, ''),
    version: packages[place].version,
    licence: packages[place].license ?? 'none',
  }))
}

/** The packages of a page's tables, each with its licence: rows of `name`, `name` | licence | what for. */
export const listed = (page) =>
  [...page.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \| ([^|]+) \|/gm)].flatMap(([, names, licence]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name, licence })),
  )

/** What is wrong with these packages, given those that are listed. */
export const faults = (packages, list) => [
  ...packages
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, version, licence }) => `${name} ${version}: the licence ${licence} is not among ${ALLOWED.join(', ')}`),
  ...packages
    .filter(({ name, licence }) => !list.some((its) => its.name === name && its.licence === licence))
    .map(({ name, version, licence }) => `${name} ${version}, ${licence}, is not listed in docs/SECURITY.md`),
  ...list
    .filter(({ name }) => !packages.some((its) => its.name === name))
    .map(({ name }) => `${name} is listed in docs/SECURITY.md and not installed`),
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (path) => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8')
  const packages = installed(JSON.parse(read('package-lock.json')))
  const wrong = faults(packages, listed(read('docs/SECURITY.md')))
  packages.forEach(({ name, version, licence }) => console.log(`${name} ${version} ${licence}`))
  wrong.forEach((line) => console.error(line))
  process.exitCode = wrong.length === 0 ? 0 : 1
}
