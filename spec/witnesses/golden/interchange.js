/** This project's side of interchange.py: reads what PyTorch wrote, writes models of its own, and says their logits. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { product } from '../../../dist/algebra/index.js'
import { explain } from '../../../dist/failure.js'
import { float32 } from '../../../dist/interpret/index.js'
import { initialParameters, uniformEntries } from '../../../dist/train/index.js'
import { batchAxis, forward, languageModel, networkOf, timeAxis, vocabularyAxis, zeroState } from '../../../dist/model/index.js'
import { seeded } from '../../../dist/random.js'
import { fromTorch, readSafetensors, toTorch, writeSafetensors } from '../../../dist/files/index.js'

const folder = process.argv[2]
const task = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8'))
const sizes = { vocabulary: task.vocabulary, hidden: task.hidden }
const batch = batchAxis(task.batch)
const X = float32.oneHot([product(timeAxis(task.steps), batch), vocabularyAxis(task.vocabulary)], task.inputs)

const right = (result) => {
  if (result._tag === 'Left') throw new Error(explain(result.left))
  return result.right
}
const logits = (choice, parameters) => {
  const model = languageModel(networkOf(choice), sizes)
  return float32.toArray(forward(float32, model)(parameters, zeroState(float32, model, batch), X).O)
}
const write = (name, choice, parameters) => {
  const tensors = right(toTorch(choice, sizes, parameters))
  writeFileSync(join(folder, name), writeSafetensors({ metadata: new Map([['format', 'pt']]), tensors }))
}

const answers = task.models.map(({ name, choice }, i) => {
  const file = `${name}.from-torch.safetensors`
  const { tensors } = right(readSafetensors(file)(readFileSync(join(folder, file))))
  const read = right(fromTorch(file, choice)(tensors))
  write(`${name}.again.safetensors`, read.choice, read.parameters)

  const model = languageModel(networkOf(choice), sizes)
  const [own] = initialParameters(float32, model, uniformEntries(0.5))(seeded(task.seed + i))
  write(`${name}.to-torch.safetensors`, choice, own)
  return [name, { fromTorch: logits(read.choice, read.parameters), toTorch: logits(choice, own) }]
})
writeFileSync(join(folder, 'answers.json'), JSON.stringify(Object.fromEntries(answers)))
