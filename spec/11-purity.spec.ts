/**
 * Purity: every operation of every interpreter, and every function that a part of the package exports, leaves its
 * arguments bit for bit as they were, and answers the same bits when called again. What has effects is named as such.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axis } from '../src/algebra/index.js'
import * as ofAlgebra from '../src/algebra/index.js'
import * as ofEngine from '../src/engine/index.js'
import * as ofFailure from '../src/failure.js'
import * as ofRoot from '../src/index.js'
import * as ofSamples from '../src/laws/samples/index.js'
import * as ofInterpret from '../src/interpret/index.js'
import * as ofLearn from '../src/train/index.js'
import * as ofModel from '../src/model/index.js'
import type { Carrier, Concrete } from '../src/algebra/index.js'
import * as ofRandom from '../src/random.js'
import * as ofStore from '../src/files/index.js'
import * as ofData from '../src/data/index.js'
import * as ofGenerate from '../src/generate/index.js'
import { onEachInterpreter } from './runner/interpreters.js'
import { call, copied, fingerprint, functionsOf, isPure, isPureLater } from './purity/purity.js'
import type { Calls } from './purity/purity.js'
import { failureCalls, failureWorlds, randomCalls } from './purity/purity-alone.js'
import { algebraCalls, operationCalls, worlds } from './purity/purity-calls.js'
import type { PlainWorld } from './purity/purity-calls.js'
import { rootCalls, rootExceptions, rootWorlds } from './purity/purity-root.js'
import { engineCalls, engineExceptions, engineWorlds } from './purity/purity-engine.js'
import { readingCalls, typingCalls } from './purity/purity-interpret.js'
import { laterCalls, learnCalls, learnExceptions, learnWorlds } from './purity/purity-learn.js'
import { activationCalls, cellCalls, modelCalls } from './purity/purity-model.js'
import { optimiserCalls, optimiserWorlds } from './purity/purity-optimisers.js'
import { fileCalls, fileWorlds, settingCalls, settingWorlds } from './purity/purity-store.js'
import { readerCalls, readerWorlds, textCalls, textWorlds } from './purity/purity-text.js'
import { samplesCalls } from './purity/purity-samples.js'
import { forAll, law, seed } from './runner/run.js'
import type { Claim } from './runner/run.js'
import { drawSamples, seeds } from '../src/laws/samples/data.js'

const ofText = { ...ofData, ...ofGenerate }

/** Each call is made on this many samples: shapes are nearly all there is to vary. */
const RUNS = 20
/** The same of calls that compile a graph, which takes as long as a hundred others. */
const FEW = 8

/** Calls by the names of what they call, and the claim that one of them is pure. */
interface Table {
  readonly names: readonly string[]
  readonly isPure: (name: string) => Claim
  readonly runs: number
}

/** The table of the calls that are made of each of these worlds, which stay as they are whatever a call may write. */
const table = <World>(ofWorld: fc.Arbitrary<World>, calls: (world: World) => Calls, runs = RUNS): Table => {
  const [someWorld] = fc.sample(ofWorld, { numRuns: 1, seed })
  return {
    names: Object.keys(calls(someWorld)),
    isPure: (name) => forAll(ofWorld, (world) => isPure(calls(copied(world))[name])),
    runs,
  }
}

/** That the tables call exactly the functions of these names, but for the exceptions, and a law for each of them. */
const allPure = (
  names: readonly string[],
  tables: readonly Table[],
  exceptions: Readonly<Record<string, string>> = {},
): void => {
  test('each has a call in the table, and each call is of one that exists', () => {
    const called = tables.flatMap((each) => each.names)
    expect([...called, ...Object.keys(exceptions)].toSorted()).toEqual(names.toSorted())
  })
  tables.forEach(({ names: called, isPure: claim, runs }) => {
    called.forEach((name) => {
      law(`${name} leaves its arguments as they were, and says the same twice`, claim(name), { runs })
    })
  })
}

/** The calls of an algebra's operations. */
const callsOfOperations =
  <F extends Carrier>(algebra: Concrete<F>) =>
  (world: PlainWorld): Calls =>
    Object.fromEntries(
      Object.entries(operationCalls(algebra, world)).map(([name, operands]) => [
        name,
        call(algebra[name as keyof Concrete<F>] as (...given: readonly unknown[]) => unknown, ...operands),
      ]),
    )

onEachInterpreter((name, algebra) => {
  describe(`the operations of ${name}`, () => {
    allPure(Object.keys(algebra), [table(worlds, callsOfOperations(algebra))])
  })
  describe(`the functions of the algebra, in ${name}`, () => {
    allPure(functionsOf(ofAlgebra), [table(worlds, (world) => algebraCalls(algebra, world))])
  })
  describe(`the equations of the model, in ${name}`, () => {
    allPure(functionsOf(ofModel), [table(worlds, (world) => modelCalls(algebra, world))])
  })
  describe(`the parts of a cell, in ${name}`, () => {
    const cell = ofModel.rnn(algebra, ofModel.tanh(algebra))
    allPure(Object.keys(cell), [table(worlds, (world) => cellCalls(algebra, world))])
  })
  describe(`the activations, in ${name}`, () => {
    const parts = ofModel.activationNames.flatMap((phi) => [`${phi} of Z`, `${phi}' given H`])
    allPure(parts, [table(worlds, (world) => activationCalls(algebra, world))])
  })
  describe(`what moves parameters, in ${name}`, () => {
    const tables = [
      table(optimiserWorlds, (world) => optimiserCalls(algebra, world)),
      table(learnWorlds, (world) => learnCalls(algebra, world)),
    ]
    allPure(functionsOf(ofLearn), tables, learnExceptions)
  })

  describe(`what reads and writes, in ${name}`, () => {
    const tables = [
      table(textWorlds, textCalls),
      table(readerWorlds, (world) => readerCalls(algebra, world)),
    ]
    allPure(functionsOf(ofText), tables)
  })

  describe(`what ${name} was given, or has given away, is a copy`, () => {
    const entries = axis('entries', 3)
    test('writing to the numbers a tensor was made of does not change it', () => {
      const given = [Float32Array.of(1, 2, 3), Float64Array.of(1, 2, 3), [1, 2, 3]]
      const tensors = given.map((values) => algebra.tensor([entries], values))
      given.forEach((values) => values.fill(7))
      expect(tensors.map((a) => algebra.toArray(a))).toEqual([[1, 2, 3], [1, 2, 3], [1, 2, 3]])
    })
    test('writing to the indices a one-hot tensor was made of does not change it', () => {
      const given = [Int32Array.of(2, 1), [2, 1]]
      const tensors = given.map((indices) => algebra.oneHot([axis('rows', 2), entries], indices))
      given.forEach((indices) => indices.fill(0))
      expect(tensors.map((x) => algebra.indicesOf(x))).toEqual([[2, 1], [2, 1]])
    })
    test('writing to the numbers that were read does not change the tensor', () => {
      const a = algebra.tensor([entries], [1, 2, 3])
      const x = algebra.oneHot([axis('rows', 2), entries], [2, 1])
      ;(algebra.toArray(a) as number[]).fill(7)
      ;(algebra.indicesOf(x) as number[]).fill(0)
      expect(algebra.toArray(a)).toEqual([1, 2, 3])
      expect(algebra.indicesOf(x)).toEqual([2, 1])
    })
  })
})

describe('the readings that are made', () => {
  allPure(functionsOf(ofInterpret), [table(worlds, readingCalls)])
})
describe('the operations of the rounding reading', () => {
  const algebra = ofInterpret.rounding(ofInterpret.singlePrecision)
  allPure(Object.keys(algebra), [table(worlds, callsOfOperations(algebra))])
})
describe('the typing rules', () => {
  allPure(functionsOf(ofInterpret.typing), [table(worlds, typingCalls)])
})
describe('what is stored', () => {
  allPure(functionsOf(ofStore), [table(fileWorlds, fileCalls), table(settingWorlds, settingCalls)])
})
describe('the graphs of a model', () => {
  allPure(functionsOf(ofEngine), [table(engineWorlds, engineCalls, FEW)], engineExceptions)
})
describe('the generators of samples', () => {
  allPure(functionsOf(ofSamples), [table(seeds, samplesCalls, FEW)])
})
describe('chance and failures', () => {
  const tables = [table(drawSamples, randomCalls), table(failureWorlds, failureCalls)]
  allPure([ofRandom, ofFailure].flatMap(functionsOf), tables)
})

describe('what the package itself exports', () => {
  const ofParts = [ofAlgebra, ofModel, ofLearn, ofText, ofRandom, ofFailure].flatMap((part) =>
    Object.values<unknown>(part),
  )
  const own = Object.fromEntries(Object.entries(ofRoot).filter(([, value]) => !ofParts.includes(value)))
  allPure(functionsOf(own), [table(rootWorlds, rootCalls, FEW)], rootExceptions)
})

describe('what answers later', () => {
  const tables = fc.sample(learnWorlds, { numRuns: RUNS, seed }).map((world) => laterCalls(copied(world)))
  const names = Object.keys(learnExceptions)
  test('is what the table leaves out', () => {
    expect(Object.keys(tables[0])).toEqual(names)
  })
  test.each(names)('%s leaves its arguments as they were, and says the same twice', async (name) => {
    expect(await Promise.all(tables.map((calls) => isPureLater(calls[name])))).toEqual(tables.map(() => true))
  })
})

describe('the check of purity', () => {
  test('tells -0 from 0, one array type from another, and a field from none', () => {
    const numbers = [0, -0, NaN, 0n, [0], Float32Array.of(0), Float64Array.of(0), new Map([[0, 0]]), new Map()]
    const values = [...numbers, '0', { a: 0 }, { a: undefined }, {}, undefined, null]
    expect(new Set(values.map(fingerprint)).size).toBe(values.length)
  })
  test('fails a function that writes to its argument', () => {
    expect(isPure(call((a: number[]) => a.fill(1)[0], [1, 2]))).toBe(false)
    expect(isPure(call((a: Float32Array) => a.fill(1).length, Float32Array.of(0)))).toBe(false)
    expect(isPure(call((a: { x?: number }) => delete a.x, { x: 1 }))).toBe(false)
  })
  test('fails a function whose answer depends on what it was asked before', () => {
    const asked: number[] = []
    expect(isPure(call((a: number) => asked.push(a), 1))).toBe(false)
  })
  test('fails a function that writes 0 for -0', () => {
    expect(isPure(call((a: Float64Array) => a.fill(0).length, Float64Array.of(-0)))).toBe(false)
  })
  test('lets a function pass that only reads', () => {
    expect(isPure(call((a: readonly number[]) => a.map((x) => x + 1), [1, 2]))).toBe(true)
  })
})
